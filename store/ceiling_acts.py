"""Consultations and decisions after a notice, as people record them."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from store.allocations import day as stored_day
from store.ceiling_tables import ceiling_act
from store.clock_tables import tick

CONSULT, DECIDE = "CONSULT", "DECIDE"
Acts = dict[tuple[str, int, int, str], date]
"""The day on which a step was done, by name, year and version of the ceiling, and step."""


class Act(NamedTuple):
    """One step that was done for one version of a ceiling."""

    ceiling: str
    year: int
    version: int
    step: str
    done_on: date
    document: str | None


def record_act(connection: Connection, act: Act) -> None:
    """Record a step; the same step again replaces it. It counts from the next tick of the clock on."""
    c = ceiling_act.c
    same = (c.ceiling == act.ceiling, c.year == act.year, c.version == act.version, c.step == act.step)
    connection.execute(delete(ceiling_act).where(*same))
    values = {**act._asdict(), "done_on": str(act.done_on), "after_tick": _last_tick(connection)}
    connection.execute(insert(ceiling_act).values(values))


def acts(connection: Connection) -> Acts:
    """The steps recorded before the tick that comes now: so a replay knows no more than its day did."""
    c = ceiling_act.c
    query = select(c.ceiling, c.year, c.version, c.step, c.done_on)
    rows = connection.execute(query.where(c.after_tick <= _last_tick(connection))).all()
    return {tuple(row[:4]): stored_day(row[4]) for row in rows}


def _last_tick(connection: Connection) -> int:
    return int(connection.scalar(select(func.coalesce(func.max(tick.c.id), 0))) or 0)
