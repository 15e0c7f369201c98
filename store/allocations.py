"""Allocations in SQL: read the current versions, take in a 301."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from itertools import groupby, repeat
from typing import Any, NamedTuple

from rules.facts import ClaimedCare, OtherAllocation
from schemas.allocation import Allocation, Size
from schemas.standard import Domain
from store.inbox import Inbox
from store.tables import ALLOCATION_VALUES, LINES_PER_MESSAGE

OPEN = "9999-12-31"
_NUMBER_BITS = 30  # an allocation number has at most nine digits
_CURRENT = (
    f"SELECT {ALLOCATION_VALUES}, id, version_id, longest_end, used_volume, used_cents FROM allocation"
    " LEFT JOIN allocation_use ON allocation_id = id"
)


_value: Any = tuple.__new__  # a named tuple from values in order, several times faster than its own call


class AllocationRow(NamedTuple):
    """Where an allocation stands in the store, beside its value; what was used of it when it was read,
    None when it was never used."""

    id: int
    version_id: int
    longest_end: str
    used_volume: int | None
    used_cents: int | None


class Allocations(NamedTuple):
    """Current versions by number, with their rows and what is used of them, hours in minutes."""

    values: dict[int, Allocation]
    rows: dict[int, AllocationRow]
    used_volume: dict[int, int]
    used_cents: dict[int, int]

    def promised_until(self, number: int) -> str:
        """The latest end that any version of an allocation promised; nothing when it is not known."""
        row = self.rows.get(number)
        return "" if row is None else row.longest_end


@lru_cache(maxsize=4096)
def day(text: str) -> date:
    """A stored day."""
    return date.fromisoformat(text)


def allocation_of(row: tuple[Any, ...]) -> Allocation:
    """The value in the first columns of a row of `allocation` or `allocation_version`."""
    (allocation,) = _allocations_of(zip(row))
    return allocation


def _allocations_of(columns: Iterable[tuple[Any, ...]]) -> Iterator[Allocation]:
    """The values in the first columns of some rows; one step for all rows at a time is fast."""
    number, bsn, category, code, volume, unit, frequency, budget, start, end, *rest = columns
    sizes = [
        None if size[0] is None else _value(Size, size) for size in zip(volume, unit, frequency, strict=True)
    ]
    ends = [None if each is None else day(each) for each in end]
    values = zip(number, bsn, category, code, sizes, budget, map(day, start), ends, *rest[:3], strict=True)
    return map(_value, repeat(Allocation), values)


def allocation_id(relation_id: int, number: int) -> int:
    """The id of an allocation: its relation and its number, so that no index is needed to find it."""
    return relation_id << _NUMBER_BITS | number


def relation_and_number(allocation: int) -> tuple[int, int]:
    """What an id of an allocation was made of."""
    return divmod(allocation, 1 << _NUMBER_BITS)


def read_allocations(inbox: Inbox, asked: Mapping[int, Iterable[int]]) -> dict[int, Allocations]:
    """By relation the allocations with these numbers that were given to its provider."""
    found = {relation_id: Allocations({}, {}, {}, {}) for relation_id in asked}
    ids = sorted(relation_id << _NUMBER_BITS | n for relation_id, numbers in asked.items() for n in numbers)
    rows = inbox.execute(f"{_CURRENT} WHERE id = ANY(?) ORDER BY id", (inbox.members(ids),)).fetchall()
    if not rows:
        return found
    columns = [*zip(*rows, strict=True)]
    numbers = columns[0]
    values = [*_allocations_of(columns)]
    places = [*map(_value, repeat(AllocationRow), zip(*columns[13:], strict=True))]
    volumes, cents = ([amount or 0 for amount in used] for used in columns[16:])
    first = 0
    for relation_id, own in groupby([place.id >> _NUMBER_BITS for place in places]):
        here = slice(first, first := first + len([*own]))
        of_relation = found[relation_id]
        of_relation.values.update(zip(numbers[here], values[here], strict=True))
        of_relation.rows.update(zip(numbers[here], places[here], strict=True))
        of_relation.used_volume.update(zip(numbers[here], volumes[here], strict=True))
        of_relation.used_cents.update(zip(numbers[here], cents[here], strict=True))
    return found


def client_products(
    inbox: Inbox, asked: Mapping[int, Collection[str]]
) -> dict[int, dict[str, list[tuple[str | None, str | None]]]]:
    """By relation and client: category and code of every allocation, deleted ones included."""
    found: dict[int, dict[str, list[tuple[str | None, str | None]]]] = {number: {} for number in asked}
    rows = inbox.with_pairs(
        "asked (relation_id, bsn)",
        asked,
        "SELECT a.relation_id, a.bsn, a.category, a.code FROM asked CROSS JOIN allocation a"
        " WHERE a.relation_id = asked.relation_id AND a.bsn = asked.bsn ORDER BY a.id",
    )
    for relation_id, bsn, category, code in rows:
        found[relation_id].setdefault(bsn, []).append((category, code))
    return found


def numbers_in_use(
    inbox: Inbox, municipality: str, domain: Domain, numbers: Iterable[int]
) -> dict[int, OtherAllocation]:
    """Who already uses these allocation numbers in the municipality (TR332)."""
    rows = inbox.execute(
        "SELECT a.number, r.provider, a.bsn, a.start_on, a.category, a.code FROM allocation a"
        " JOIN relation r ON r.id = a.relation_id WHERE a.municipality = ? AND a.domain = ?"
        " AND a.number = ANY(?)",
        (municipality, domain.value, inbox.members(sorted(numbers))),
    ).fetchall()
    return {row[0]: OtherAllocation(row[0], row[1], row[2], day(row[3]), row[4], row[5]) for row in rows}


def claimed_care(inbox: Inbox, relation_id: int, numbers: Iterable[int]) -> dict[int, ClaimedCare]:
    """Which of these allocations have live debits (TR385), and what those come to."""
    rows = inbox.execute(
        "SELECT number, until, COALESCE(used_volume, 0), COALESCE(used_cents, 0)"
        " FROM (SELECT number, id AS own_id, (SELECT MAX(end_on)"
        f" FROM {inbox.dialect.live_lines} WHERE allocation_id = a.id AND state = 1) AS until"
        " FROM allocation a WHERE id = ANY(?)) AS found LEFT JOIN allocation_use ON allocation_id = own_id"
        " WHERE until IS NOT NULL",
        (inbox.members(sorted(allocation_id(relation_id, number) for number in numbers)),),
    ).fetchall()
    return {number: ClaimedCare(date.fromisoformat(until), *used) for number, until, *used in rows}


def record_allocations(
    inbox: Inbox,
    message_id: int,
    relation_id: int,
    municipality: str,
    domain: Domain,
    taken: Iterable[Allocation],
) -> dict[int, Allocation]:
    """Store every version; it becomes the current one unless a later decided one is known (OC-22).

    A plain resend (same moment of decision, same values) adds nothing. Returns what was current before,
    by number.
    """
    allocations = list(taken)
    known = read_allocations(inbox, {relation_id: [a.number for a in allocations]})[relation_id]
    new, changed, versions = [], [], []
    for position, allocation in enumerate(allocations):
        values = _row(allocation)
        longest = OPEN if allocation.end is None else str(allocation.end)
        current = known.values.get(allocation.number)
        if current == allocation:
            continue
        version = message_id * LINES_PER_MESSAGE + position
        if current is None:
            own_id = allocation_id(relation_id, allocation.number)
            new.append((own_id, relation_id, municipality, domain.value, *values, version, longest))
            versions.append((version, own_id, message_id, *values))
        else:
            row = known.rows[allocation.number]
            longest = max(longest, row.longest_end)
            versions.append((version, row.id, message_id, *values))
            if allocation.decided_at >= current.decided_at:
                changed.append((*values, version, longest, row.id))
    if new:
        inbox.insert("allocation", new)
    if changed:
        names = ", ".join(f"{name} = ?" for name in ALLOCATION_VALUES.split(", "))
        inbox.execute_many(
            f"UPDATE allocation SET {names}, version_id = ?, longest_end = ? WHERE id = ?", changed
        )
    if versions:
        inbox.insert("allocation_version", versions)
    return known.values


def _row(allocation: Allocation) -> tuple[Any, ...]:
    size = allocation.size or (None, None, None)
    return (
        allocation.number,
        allocation.bsn,
        allocation.category,
        allocation.code,
        *size,
        allocation.budget_cents,
        str(allocation.start),
        None if allocation.end is None else str(allocation.end),
        allocation.change_reason,
        allocation.decided_at,
        allocation.provider_reference,
    )
