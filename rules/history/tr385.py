"""TR385: an allocation with live claims is not deleted."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from schemas.allocation import Allocation


@rule(
    "TR385",
    level=Level.HISTORY,
    subject=Subject.ALLOCATION,
    return_code="9385",
    messages={"JW301", "WMO301"},
    elements=("RedenWijziging",),
    source="iJw/iWmo 3.2 TR385; OP362",
)
def deleted_allocation_has_no_live_claims(allocation: Allocation, facts: AllocationFacts) -> bool:
    """With reason 13 no approved debit line on the allocation is left uncredited."""
    return allocation.change_reason != "13" or allocation.number not in facts.live_allocations


@deleted_allocation_has_no_live_claims.explains
def _(allocation: Allocation, facts: AllocationFacts) -> Clash:
    return Clash(str(allocation.number), "⟨all_credited⟩")
