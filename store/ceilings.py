"""Ceilings in SQL: guarded running totals, and what happened to them.

A total is moved by compare-and-swap in the transaction of the message that moves it, and its row is
held from before that message gets its number: of two messages that touch one ceiling the first
numbered counts first, so a replay in order of number repeats what happened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from contracts.ceilings import Claim, Watch
from processors.ceilings.thresholds import Event
from rules.facts import REJECTED
from schemas.notice import Signal, signals_from_json, signals_to_json
from store.allocations import day as stored_day
from store.ceiling_tables import ceiling_event
from store.declarations import GuardRefused
from store.inbox import Inbox
from store.tables import message

Months = dict[tuple[int, int], int]
"""Signed cents by relation and month number of service."""


class Use(NamedTuple):
    """One ceiling or pool as it stands: `reached` in percent, `full_on` since when all of it is used."""

    id: int
    ceiling: str
    year: int
    version: int
    fingerprint: str
    judged_on: date
    amount_cents: int
    used_cents: int
    reached: tuple[int, ...]
    threatened: bool
    full_on: date | None


class StoredEvent(NamedTuple):
    """An event with the day and the cause of it: a message, a register or a day, and which one."""

    event: Event
    happened_on: date
    cause: str
    cause_sha256: str


_EVENT = (
    "ceiling, year, version, threshold, kind, occurrence, used_cents, amount_cents, overshoot_cents,"
    " forecast_cents, letter_due, happened_on, cause, cause_sha256, body, delivered"
)
_COLUMNS = (
    "id, ceiling, year, version, fingerprint, judged_on, amount_cents, used_cents, reached, threatened,"
    " full_on"
)


def hold(inbox: Inbox, key: tuple[str, int]) -> Use | None:
    """The ceiling as it stands, held for this transaction; None when nothing was counted on it yet."""
    row = inbox.execute(
        f"UPDATE ceiling_use SET used_cents = used_cents WHERE ceiling = ? AND year = ? RETURNING {_COLUMNS}",
        key,
    ).fetchone()
    return None if row is None else _use(row)


def hold_all(inbox: Inbox, keys: Iterable[tuple[str, int]]) -> None:
    """Hold ceilings on which something was counted, in order of name, before messages get their numbers."""
    names = sorted({name for name, _ in keys})
    if names and not inbox.dialect.writes_alone:
        query = "SELECT id FROM ceiling_use WHERE ceiling = ANY(?) ORDER BY ceiling, year"
        inbox.execute(query + inbox.dialect.and_hold, (inbox.members(names),)).fetchall()


def uses(inbox: Inbox) -> dict[tuple[str, int], Use]:
    """Every ceiling on which anything was counted."""
    found = [_use(row) for row in inbox.execute(f"SELECT {_COLUMNS} FROM ceiling_use").fetchall()]
    return {(use.ceiling, use.year): use for use in found}


def _use(row: tuple[Any, ...]) -> Use:
    reached = tuple(int(part) for part in row[8].split(";") if part)
    full_on = None if row[10] is None else stored_day(row[10])
    return Use._make((*row[:5], stored_day(row[5]), *row[6:8], reached, bool(row[9]), full_on))


def add(inbox: Inbox, use: Use) -> Use:
    """Begin to count on a ceiling; returns it with its id. Raises GuardRefused when another worker did so
    since it was looked for."""
    row = inbox.execute(
        f"INSERT INTO ceiling_use ({_COLUMNS.removeprefix('id, ')})"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (ceiling, year) DO NOTHING RETURNING id",
        (use.ceiling, use.year, *_values(use)),
    ).fetchone()
    if row is None:
        raise GuardRefused("INSERT INTO ceiling_use")
    return use._replace(id=row[0])


def move(inbox: Inbox, before: Use, after: Use) -> None:
    """Compare and swap. Raises GuardRefused when the total is no longer what the change was based on."""
    inbox.execute(
        "UPDATE ceiling_use SET version = ?, fingerprint = ?, judged_on = ?, amount_cents = ?,"
        " used_cents = ?, reached = ?, threatened = ?, full_on = ? WHERE id = ? AND used_cents = ?",
        (*_values(after), before.id, before.used_cents),
    )
    if inbox.cursor.rowcount != 1:
        raise GuardRefused("UPDATE ceiling_use")


def _values(use: Use) -> tuple[Any, ...]:
    return (
        use.version, use.fingerprint, str(use.judged_on), use.amount_cents, use.used_cents,
        ";".join(map(str, use.reached)), int(use.threatened),
        None if use.full_on is None else str(use.full_on),
    )  # fmt: skip


def add_months(inbox: Inbox, use_id: int, relation_id: int, by_month: Mapping[int, int]) -> None:
    """Add what one message changes, by month of service."""
    inbox.execute_many(
        "INSERT INTO ceiling_month VALUES (?, ?, ?, ?) ON CONFLICT (use_id, relation_id, month)"
        " DO UPDATE SET used_cents = ceiling_month.used_cents + excluded.used_cents",
        [(use_id, relation_id, month, cents) for month, cents in sorted(by_month.items())],
    )


def replace_months(inbox: Inbox, use_id: int, months: Months) -> None:
    """Begin again with what the lines add up to."""
    inbox.execute("DELETE FROM ceiling_month WHERE use_id = ?", (use_id,))
    rows = [(use_id, *key, cents) for key, cents in sorted(months.items())]
    if rows:
        inbox.execute_many("INSERT INTO ceiling_month VALUES (?, ?, ?, ?)", rows)


def months_of(inbox: Inbox, use_id: int) -> Months:
    """Usage by relation and month."""
    rows = inbox.execute(
        "SELECT relation_id, month, used_cents FROM ceiling_month WHERE use_id = ?", (use_id,)
    ).fetchall()
    return {(row[0], row[1]): row[2] for row in rows}


def by_month(months: Months) -> dict[int, int]:
    """Usage by month, whoever claimed it."""
    sums: Counter[int] = Counter()
    for (_, month), cents in months.items():
        sums[month] += cents
    return dict(sums)


def latest_claimed(months: Months) -> list[int]:
    """Per relation the latest month claimed."""
    latest: dict[int, int] = {}
    for relation_id, month in months:
        latest[relation_id] = max(month, latest.get(relation_id, 0))
    return list(latest.values())


def claimed_from(inbox: Inbox, use_id: int) -> list[str]:
    """The municipalities from which anything was claimed."""
    rows = inbox.execute(
        "SELECT DISTINCT r.municipality FROM ceiling_month m JOIN relation r ON r.id = m.relation_id"
        " WHERE m.use_id = ?",
        (use_id,),
    ).fetchall()
    return [row[0] for row in rows]


def recount(inbox: Inbox, watch: Watch) -> Months:
    """What the granted lines of the store add up to for a ceiling: by relation and month of service."""
    rows = inbox.execute(
        "SELECT r.id, r.provider, r.municipality, r.domain, n.code, n.begin_on, n.month,"
        " SUM(CASE WHEN n.side = 'C' THEN -n.amount_cents ELSE n.amount_cents END)"
        " FROM line n JOIN relation r ON r.id = n.relation_id"
        f" WHERE r.provider = ANY(?) AND n.state <> {REJECTED} AND n.begin_on BETWEEN ? AND ?"
        " GROUP BY r.id, r.provider, r.municipality, r.domain, n.code, n.begin_on, n.month",
        (inbox.members(watch.providers), str(watch.begin), str(watch.end)),
    ).fetchall()
    months: Months = {}
    for relation_id, provider, municipality, domain, code, begin_on, month, cents in rows:
        if watch.counts(Claim(provider, municipality, domain, code, stored_day(begin_on))):
            key = (relation_id, month)
            months[key] = months.get(key, 0) + int(cents)
    return months


def arrivals(inbox: Inbox, key: tuple[str, int], version: int) -> Counter[int]:
    """How often each threshold was reached in a version, carried over included."""
    rows = inbox.execute(
        "SELECT threshold FROM ceiling_event WHERE ceiling = ? AND year = ? AND version = ?"
        " AND kind IN ('reached', 'carried_over')",
        (*key, version),
    ).fetchall()
    return Counter(row[0] for row in rows)


def record_events(
    inbox: Inbox,
    events: Iterable[Event],
    happened_on: date,
    cause: str,
    cause_sha256: str,
    signals: tuple[Signal, ...] = (),
) -> None:
    """Record events; with `signals` they are delivered from here, else with their cause."""
    told = signals_to_json(signals) if signals else None
    rows = [
        (
            *event[:10], int(event.letter_due), str(happened_on), cause, cause_sha256,
            None if position else told, int(told is None or position > 0),
        )
        for position, event in enumerate(events)
    ]  # fmt: skip
    if rows:
        inbox.execute_many(f"INSERT INTO ceiling_event ({_EVENT}) VALUES ({', '.join('?' * 16)})", rows)


def events(connection: Connection, key: tuple[str, int] | None = None) -> list[StoredEvent]:
    """What happened to a ceiling, or to all, in order."""
    e = ceiling_event.c
    columns = (e.ceiling, e.year, e.version, e.threshold, e.kind, e.occurrence, e.used_cents)
    query = select(*columns, e.amount_cents, e.overshoot_cents, e.forecast_cents, e.letter_due)
    query = query.add_columns(e.happened_on, e.cause, e.cause_sha256).order_by(e.id)
    if key is not None:
        query = query.where(e.ceiling == key[0], e.year == key[1])
    return [
        StoredEvent(Event(*row[:10], bool(row[10])), stored_day(row[11]), *row[12:])
        for row in connection.execute(query).all()
    ]


def own_signals(inbox: Inbox, *, undelivered: bool = False, since: str = "") -> dict[int, tuple[Signal, ...]]:
    """The signals that no message and no day carries, by id of their event, in order."""
    only = " AND delivered = 0" if undelivered else ""
    rows = inbox.execute(
        f"SELECT id, body FROM ceiling_event WHERE body IS NOT NULL AND happened_on >= ?{only} ORDER BY id",
        (since,),
    ).fetchall()
    return {number: signals_from_json(body) for number, body in rows}


def mark_own_signals_delivered(inbox: Inbox, numbers: Iterable[int]) -> None:
    """Remember that the signals of these events stand whole in an output folder."""
    inbox.execute("UPDATE ceiling_event SET delivered = 1 WHERE id = ANY(?)", (inbox.members(numbers),))


def last_received(connection: Connection) -> date | None:
    """The last day on which a message came in."""
    found = connection.scalar(select(func.max(message.c.received_on)))
    return None if found is None else stored_day(found)
