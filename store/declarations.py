"""Declarations in SQL: facts in a fixed number of queries, and recording what was decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from processors.assess import Assessment
from rules.facts import CREDIT, REJECTED, EarlierLine, LiveKey
from schemas.declaration import Declaration
from schemas.period import Period
from store.allocations import Allocations, day, relation_and_number
from store.counters import Counter
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


def header_facts(inbox: Inbox, asked: Sequence[tuple[int, Declaration]]) -> list[HeaderFacts]:
    """For declarations of different relations what TR056, TR333 and TR318 ask for."""
    rows = inbox.with_table(
        "asked (relation_id, type, identification, number, month, dated_on)",
        "ittttt",
        [
            (
                relation_id, each.header.message_type.name, each.header.identification, each.number,
                str(each.period.begin), str(each.header.dated_on),
            )
            for relation_id, each in asked
        ],
        "SELECT a.relation_id, EXISTS (SELECT 1 FROM message m WHERE m.relation_id = a.relation_id"
        " AND m.type = a.type AND m.identification = a.identification),"
        " EXISTS (SELECT 1 FROM declaration d WHERE d.relation_id = a.relation_id AND d.number = a.number),"
        " EXISTS (SELECT 1 FROM declaration d WHERE d.relation_id = a.relation_id"
        " AND d.period_begin > a.month AND d.dated_on < a.dated_on),"
        " (SELECT MAX(d.period_begin) FROM declaration d WHERE d.relation_id = a.relation_id) FROM asked a",
    )  # fmt: skip
    found = {row[0]: HeaderFacts(bool(row[1]), bool(row[2]), bool(row[3]), row[4]) for row in rows}
    return [found[relation_id] for relation_id, _ in asked]


_LINE = (
    "n.reference, n.id, n.bsn, n.allocation_number, n.category, n.code, n.begin_on, n.end_on, n.volume,"
    " n.unit, n.tariff_cents, n.amount_cents, n.state, n.used_volume"
)


def earlier_lines(inbox: Inbox, asked: Mapping[int, Collection[str]]) -> dict[int, dict[str, EarlierLine]]:
    """By relation earlier lines by reference (TR314, TR323, TR390); of one used twice the approved one."""
    found: dict[int, dict[str, EarlierLine]] = {relation_id: {} for relation_id in asked}
    rows = inbox.with_pairs(
        "asked (relation_id, reference)",
        asked,
        # the order of a CROSS JOIN is kept: never all lines to find a few
        f"SELECT {_LINE}, n.relation_id FROM asked CROSS JOIN line n"
        " WHERE n.relation_id = asked.relation_id AND n.reference = asked.reference ORDER BY n.id",
    )
    for row in rows:
        lines = found[row[14]]
        if row[0] in lines and row[12] == REJECTED:
            continue
        period = Period(day(row[6]), day(row[7]))
        lines[row[0]] = EarlierLine._make((*row[1:6], period, *row[8:14]))
    return found


def live_keys(
    inbox: Inbox, allocations: Mapping[int, Allocations], months: Iterable[int]
) -> dict[int, set[LiveKey]]:
    """By relation the live debits on its allocations in these months, perhaps in others too (TR389)."""
    keys: dict[int, set[LiveKey]] = {relation_id: set() for relation_id in allocations}
    ids = [row.id for of_relation in allocations.values() for row in of_relation.rows.values()]
    rows = inbox.execute(
        f"SELECT allocation_id, category, code, month FROM {inbox.dialect.live_lines}"
        " WHERE state = 1 AND allocation_id = ANY(?) AND month = ANY(?)",
        (inbox.members(ids), inbox.members(sorted(months))),
    ).fetchall()
    for allocation, *key in rows:
        relation_id, number = relation_and_number(allocation)
        keys[relation_id].add((number, *key))
    return keys


class Processed(NamedTuple):
    """A declaration that was assessed line by line, and what the decision was based on.

    `originals` are the credited lines as they were read, `price_rows` names tariff rows by position of line.
    """

    message_id: int
    relation_id: int
    received_on: str
    declaration: Declaration
    assessment: Assessment
    allocations: Allocations
    originals: dict[str, EarlierLine]
    price_rows: dict[int, tuple[str, ...]]


def record_declarations(inbox: Inbox, processed: Sequence[Processed]) -> None:
    """Record processed declarations of different relations: credits first, then counters, then every line.

    Raises GuardRefused when a counter or a credited line is no longer what a decision was based on.
    """
    inbox.insert("declaration", [_declaration_row(each) for each in processed])
    credited = [row for each in processed for row in _credited(each)]
    if credited:
        _credit(inbox, credited)
    if not inbox.move_counters([row for each in processed for row in _used(each.allocations)]):
        raise GuardRefused("allocation")
    inbox.insert("line", [row for each in processed for row in _line_rows(each)])


def _declaration_row(processed: Processed) -> tuple[Any, ...]:
    declaration, header = processed.declaration, processed.declaration.header
    return (
        processed.message_id, processed.relation_id, header.municipality, header.provider,
        header.domain.value, declaration.number, str(declaration.period.begin), str(header.dated_on),
        processed.received_on, declaration.total_cents, processed.assessment.granted_cents,
    )  # fmt: skip


def _credited(processed: Processed) -> Iterator[int]:
    """The rows of the lines that a declaration credits."""
    if CREDIT in processed.assessment.states:
        for line, state in zip(processed.declaration.lines, processed.assessment.states, strict=True):
            if state == CREDIT and line.previous is not None:
                yield processed.originals[line.previous].row


def _credit(inbox: Inbox, credited: list[int]) -> None:
    """These live debits are credited now, unless another worker did so since they were read (TR390)."""
    statement = "UPDATE line SET state = 2 WHERE id = ANY(?) AND state = 1"
    if inbox.execute(statement, (inbox.members(credited),)).rowcount != len(credited):
        raise GuardRefused("line")


def _used(allocations: Allocations) -> list[Counter]:
    """The guarded counters of every allocation of which something was used or given back.

    The guard is what was read: when another worker moved the counter since, nothing is written and the
    message is decided again (TR322, TR369).
    """
    now_volume, now_cents = allocations.used_volume, allocations.used_cents
    return [
        (allocation, volume, cents, now_volume[number], now_cents[number])
        for number, (allocation, _, _, volume, cents) in allocations.rows.items()
        if (cents or 0) != now_cents[number] or (volume or 0) != now_volume[number]
    ]


def _line_rows(processed: Processed) -> list[tuple[Any, ...]]:
    """Rows of the table `line`. The fields of a line stand in the order of the columns."""
    message_id, relation_id, _, declaration, assessment, allocations, _, price_rows = processed
    written: dict[Period, tuple[str, str]] = {
        period: (str(period.begin), str(period.end)) for period in {line.period for line in declaration.lines}
    }
    row_names = {rows: "; ".join(rows) for rows in {(), *price_rows.values()}}
    places, nowhere = allocations.rows, (None, None)
    first, states = message_id * LINES_PER_MESSAGE, assessment.states
    return [
        (
            first + position, message_id, relation_id, bsn, reference, previous, allocation, category, code,
            *written[period], month, volume, unit, tariff, amount, side, states[position],
            volume * 60 if unit == "04" else volume,
            *places.get(allocation, nowhere)[:2],
            row_names[price_rows.get(position, ())],
        )
        for position, _, bsn, reference, previous, allocation, category, code, period, month, volume, unit,
            tariff, amount, side, _ in declaration.lines
    ]  # fmt: skip
