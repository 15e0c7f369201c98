"""TR302: a client has no two allocations for the same care at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from schemas.allocation import Allocation, AllocationMessage

STACKABLE = frozenset({"11", "12", "13", "14"})  # Wmo: aids; Jw has no such categories
Group = tuple[str | None, ...]


@rule(
    "TR302",
    level=Level.MESSAGE,
    subject=Subject.ALLOCATION_MESSAGE,
    return_code="0001",
    messages={"JW301", "WMO301"},
    elements=("ToegewezenProducten/ToegewezenProduct",),
    source="iJw/iWmo 3.2 TR302; OP259",
)
def equal_products_do_not_overlap(message: AllocationMessage, facts: AllocationFacts) -> bool:
    """No two allocations overlap that share category and code, or share a category while one has no
    code, or of which one has no category. Deleted ones and Wmo categories 11-14 do not count."""
    return next(_overlaps(message), None) is None


@equal_products_do_not_overlap.explains
def _(message: AllocationMessage, facts: AllocationFacts) -> Clash:
    earlier, later = next(_overlaps(message))
    return Clash(f"{earlier.number}, {later.number}: {later.start}", "⟨no_overlap⟩")


def _overlaps(message: AllocationMessage) -> Iterator[tuple[Allocation, Allocation]]:
    """Overlapping pairs, found in one pass by start: per group only the latest end is remembered."""
    latest: dict[Group, Allocation] = {}
    for allocation in sorted(filter(_counts, message.allocations), key=lambda a: a.start):
        for group in _meets(allocation):
            earlier = latest.get(group)
            if earlier is not None and _end(earlier) >= allocation.start:
                yield earlier, allocation
        for group in _joins(allocation):
            if group not in latest or _end(latest[group]) < _end(allocation):
                latest[group] = allocation


def _counts(allocation: Allocation) -> bool:
    withdrawn = allocation.change_reason in ("01", "13") and allocation.end == allocation.start
    return not withdrawn and allocation.category not in STACKABLE


def _end(allocation: Allocation) -> date:
    return allocation.end or date.max


def _joins(allocation: Allocation) -> tuple[Group, ...]:
    """The groups in which later allocations find this one: all, its category, its exact product."""
    category, code = allocation.category, allocation.code
    return (), (category,), (category, code)


def _meets(allocation: Allocation) -> tuple[Group, ...]:
    """The groups whose members it may not overlap."""
    category, code = allocation.category, allocation.code
    if category is None:
        return ((),)
    if code is None:
        return (None,), (category,)
    return (None,), (category, None), (category, code)
