"""Declarations in SQL: facts in a fixed number of queries, and recording what was decided."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from processors.assess import Assessment
from rules.facts import CREDIT, REJECTED, EarlierLine, LiveKey
from schemas.declaration import Declaration
from schemas.period import Period
from store.allocations import Allocations, day
from store.inbox import Inbox
from store.tables import LINES_PER_MESSAGE


class GuardRefused(Exception):
    """Another worker used up room or credited a line between reading and writing: decide again."""


class HeaderFacts(NamedTuple):
    """What earlier messages say about the header and the declaration."""

    identification_used: bool
    declaration_number_used: bool
    later_month_dated_earlier: bool
    latest_month: str | None


def header_facts(inbox: Inbox, relation_id: int, declaration: Declaration) -> HeaderFacts:
    """One query for TR056, TR333 and TR318."""
    header, month = declaration.header, str(declaration.period.begin)
    row = inbox.execute(
        "SELECT EXISTS (SELECT 1 FROM message WHERE relation_id = ? AND type = ? AND identification = ?),"
        " EXISTS (SELECT 1 FROM declaration WHERE relation_id = ? AND number = ?),"
        " EXISTS (SELECT 1 FROM declaration WHERE relation_id = ? AND period_begin > ? AND dated_on < ?),"
        " (SELECT MAX(period_begin) FROM declaration WHERE relation_id = ?)",
        (
            relation_id, header.message_type.name, header.identification,
            relation_id, declaration.number,
            relation_id, month, str(header.dated_on),
            relation_id,
        ),
    ).fetchone()  # fmt: skip
    return HeaderFacts(bool(row[0]), bool(row[1]), bool(row[2]), row[3])


_LINE = (
    "SELECT reference, id, bsn, allocation_number, category, code, begin_on, end_on, volume, unit,"
    " tariff_cents, amount_cents, state, used_volume FROM line"
)


def earlier_lines(inbox: Inbox, relation_id: int, references: Iterable[str]) -> dict[str, EarlierLine]:
    """Earlier lines by reference (TR314, TR323, TR390); where one was used twice, the approved one."""
    found: dict[str, EarlierLine] = {}
    rows = inbox.execute(
        f"{_LINE} WHERE relation_id = ? AND reference = ANY(?) ORDER BY id",
        (relation_id, inbox.members(references)),
    )
    for row in rows:
        if row[0] in found and row[12] == REJECTED:
            continue
        period = Period(day(row[6]), day(row[7]))
        found[row[0]] = EarlierLine._make((*row[1:6], period, *row[8:]))
    return found


def live_keys(inbox: Inbox, allocations: Allocations, months: Iterable[int]) -> set[LiveKey]:
    """Live debits on these allocations in these months (TR389)."""
    numbers = {row.id: number for number, row in allocations.rows.items()}
    rows = inbox.execute(
        f"SELECT allocation_id, category, code, month FROM {inbox.dialect.live_lines}"
        " WHERE state = 1 AND allocation_id = ANY(?) AND month = ANY(?)",
        (inbox.members(numbers), inbox.members(sorted(months))),
    )
    return {(numbers[row[0]], row[1], row[2], row[3]) for row in rows}


def record_declaration(
    inbox: Inbox,
    message_id: int,
    relation_id: int,
    received_on: str,
    declaration: Declaration,
    assessment: Assessment,
    allocations: Allocations,
    originals: dict[str, EarlierLine],
    price_rows: dict[int, tuple[str, ...]],
) -> None:
    """Record a processed declaration: credits first, then counters, then every line.

    `originals` are the credited lines as they were read. Raises GuardRefused when a counter or a
    credited line is no longer what the decision was based on.
    """
    header = declaration.header
    inbox.execute(
        "INSERT INTO declaration VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            message_id, relation_id, header.municipality, header.provider, header.domain.value,
            declaration.number, str(declaration.period.begin), str(header.dated_on), received_on,
            declaration.total_cents, assessment.granted_cents,
        ),
    )  # fmt: skip
    credited = [
        originals[line.previous].row
        for line, state in zip(declaration.lines, assessment.states, strict=True)
        if state == CREDIT and line.previous is not None
    ]
    if credited:
        _credit(inbox, credited)
    _use(inbox, allocations)
    inbox.insert(
        "line", _line_rows(message_id, relation_id, declaration, assessment, allocations, price_rows)
    )


def _credit(inbox: Inbox, credited: list[int]) -> None:
    """These live debits are credited now, unless another worker did so since they were read (TR390)."""
    statement = "UPDATE line SET state = 2 WHERE id = ANY(?) AND state = 1"
    if inbox.execute(statement, (inbox.members(credited),)).rowcount != len(credited):
        raise GuardRefused("line")


def _use(inbox: Inbox, allocations: Allocations) -> None:
    """Move the guarded counters of every allocation of which something was used or given back.

    The guard is what was read: when another worker moved the counter or changed the allocation since,
    nothing is written and the message is decided again (TR322, TR369).
    """
    places = allocations.rows
    rows = sorted(
        (place.id, place.used_volume, place.used_cents, place.version_id, now.volume, now.cents)
        for number, now in allocations.usage.items()
        if (place := places[number]).used_cents != now.cents or place.used_volume != now.volume
    )
    if rows and inbox.move_counters(rows) != len(rows):
        raise GuardRefused("allocation")


def _line_rows(
    message_id: int,
    relation_id: int,
    declaration: Declaration,
    assessment: Assessment,
    allocations: Allocations,
    price_rows: dict[int, tuple[str, ...]],
) -> list[tuple[Any, ...]]:
    """Rows of the table `line`. The fields of a line stand in the order of the columns."""
    written: dict[Period, tuple[str, str]] = {
        period: (str(period.begin), str(period.end)) for period in {line.period for line in declaration.lines}
    }
    nowhere = (None, None)
    places = {number: (place.id, place.version_id) for number, place in allocations.rows.items()}
    first, states, none = message_id * LINES_PER_MESSAGE, assessment.states, ()
    return [
        (
            first + line.position, message_id, relation_id, *line[2:8], *written[line.period], *line[9:15],
            states[line.position], line.volume * 60 if line.unit == "04" else line.volume,
            *places.get(line.allocation, nowhere), "; ".join(price_rows.get(line.position, none)),
        )
        for line in declaration.lines
    ]  # fmt: skip
