"""CD075: a budget comes with an end date."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from schemas.allocation import Allocation


@rule(
    "CD075",
    level=Level.MESSAGE,
    subject=Subject.ALLOCATION,
    return_code="0001",
    messages={"JW301", "WMO301"},
    elements=("Einddatum",),
    source="iJw/iWmo 3.2 CD075, ERR-33",
)
def budget_comes_with_an_end(allocation: Allocation, facts: AllocationFacts) -> bool:
    """With Budget the Einddatum is filled."""
    return allocation.budget_cents is None or allocation.end is not None


@budget_comes_with_an_end.explains
def _(allocation: Allocation, facts: AllocationFacts) -> Clash:
    return Clash("Budget: ⟨empty⟩", "Einddatum")
