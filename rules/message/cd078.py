"""CD078: no budget where a size is given."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from schemas.allocation import Allocation


@rule(
    "CD078",
    level=Level.MESSAGE,
    subject=Subject.ALLOCATION,
    return_code="0001",
    messages={"JW301", "WMO301"},
    elements=("Budget",),
    source="iJw/iWmo 3.2 CD078",
)
def size_excludes_budget(allocation: Allocation, facts: AllocationFacts) -> bool:
    """With Omvang the Budget is empty."""
    return allocation.size is None or allocation.budget_cents is None


@size_excludes_budget.explains
def _(allocation: Allocation, facts: AllocationFacts) -> Clash:
    return Clash("Omvang, Budget", "Omvang")
