"""The clock: a day comes as a message, and brings the signals that fell due by then.

A day is recorded once, with the message and the register after which it came, so a replay finds the
same signals again. A signal is told once: what was told keeps its key. A clock that stood still for a
week misses nothing, because its sources tell all that fell due up to a day, not on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine

from contracts.register import Register
from processors.wording import Lang, signal_object
from schemas.notice import Due, Signal
from store.clock import (
    Tick,
    mark_ticks_delivered,
    record_tick,
    tick_of,
    tick_signals,
    undelivered_ticks,
)
from store.database import transaction
from streams.ceiling_clock import ceiling_signals
from streams.contract_signals import contracts_due
from streams.files import Delivery

SignalSource = Callable[[Connection, Register, date], Iterable[Due]]
"""Everything of one kind that fell due up to and including a day, told before or not.

It reads what messages, ticks and the register made, and nothing else (no batches): a replay repeats
it in a store that holds only those.
"""

SOURCES: Final[tuple[SignalSource, ...]] = (contracts_due, ceiling_signals)


class Told(NamedTuple):
    """A tick and what it brought; `again` when the day had come before."""

    tick: Tick
    signals: Sequence[Signal]
    again: bool


def tick(
    connection: Connection, register: Register, day: date, sources: Sequence[SignalSource] = SOURCES
) -> Told:
    """Let a day come, in the caller's transaction. A day that came before brings nothing new."""
    known = tick_of(connection, day)
    if known is None:
        due = [each for source in sources for each in source(connection, register, day)]
        came = record_tick(connection, day, register.version, due)
        return Told(came, tick_signals(connection, came.id), again=False)
    return Told(known, tick_signals(connection, known.id), again=True)


def deliver_ticks(engine: Engine, out: Path, lang: Lang = "nl") -> list[Tick]:
    """Extend the lists of signals with every tick that was not delivered before, and say which.

    Raises OSError when the folder cannot be written; then the next run delivers them.
    """
    with transaction(engine) as connection:
        waiting = undelivered_ticks(connection)
        lists: dict[str, list[dict[str, object]]] = {}
        for each in waiting:
            for signal in tick_signals(connection, each.id):
                lists.setdefault(signal.municipality, []).append(signal_object(signal, lang))
        delivery = Delivery(out)
        for municipality, objects in lists.items():
            delivery.extend(f"{municipality}/signals.jsonl", "message_sha256", objects)
        delivery.finish()
        mark_ticks_delivered(connection, [each.id for each in waiting])
    return waiting
