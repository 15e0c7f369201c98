"""TR332: an allocation number is used for one allocation."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from schemas.allocation import Allocation


@rule(
    "TR332",
    level=Level.HISTORY,
    subject=Subject.ALLOCATION,
    return_code="9332",
    messages={"JW301", "WMO301"},
    elements=("ToewijzingNummer",),
    source="iJw/iWmo 3.2 TR332; OP275",
)
def number_is_not_used_for_another_allocation(allocation: Allocation, facts: AllocationFacts) -> bool:
    """The number is new, or was used for the same provider, client, product and start."""
    other = facts.numbers_in_use.get(allocation.number)
    if other is None:
        return True
    return other[1:] == (
        facts.provider,
        allocation.bsn,
        allocation.start,
        allocation.category,
        allocation.code,
    )


@number_is_not_used_for_another_allocation.explains
def _(allocation: Allocation, facts: AllocationFacts) -> Clash:
    return Clash(str(allocation.number), "⟨new⟩")
