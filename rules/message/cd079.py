"""CD079: an allocation without a budget names its product."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from schemas.allocation import Allocation


@rule(
    "CD079",
    level=Level.MESSAGE,
    subject=Subject.ALLOCATION,
    return_code="0001",
    messages={"JW301", "WMO301"},
    elements=("Product",),
    source="iJw/iWmo 3.2 CD079",
)
def product_or_budget_is_given(allocation: Allocation, facts: AllocationFacts) -> bool:
    """Without Budget the Product is filled."""
    return allocation.budget_cents is not None or allocation.category is not None


@product_or_budget_is_given.explains
def _(allocation: Allocation, facts: AllocationFacts) -> Clash:
    return Clash("Budget ⟨empty⟩, Product ⟨empty⟩", "Product")
