"""CD077: no size where a budget is given."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from schemas.allocation import Allocation


@rule(
    "CD077",
    level=Level.MESSAGE,
    subject=Subject.ALLOCATION,
    return_code="0001",
    messages={"JW301", "WMO301"},
    elements=("Omvang",),
    source="iJw/iWmo 3.2 CD077",
)
def budget_excludes_size(allocation: Allocation, facts: AllocationFacts) -> bool:
    """With Budget the Omvang is empty."""
    return allocation.budget_cents is None or allocation.size is None


@budget_excludes_size.explains
def _(allocation: Allocation, facts: AllocationFacts) -> Clash:
    return Clash("Budget, Omvang", "Budget")
