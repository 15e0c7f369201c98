"""CD041: a product code comes with a size."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from schemas.allocation import Allocation


@rule(
    "CD041",
    level=Level.MESSAGE,
    subject=Subject.ALLOCATION,
    return_code="0001",
    messages={"JW301", "WMO301"},
    elements=("Omvang",),
    source="iJw/iWmo 3.2 CD041",
)
def code_comes_with_a_size(allocation: Allocation, facts: AllocationFacts) -> bool:
    """With a product code the Omvang is filled."""
    return allocation.code is None or allocation.size is not None


@code_comes_with_a_size.explains
def _(allocation: Allocation, facts: AllocationFacts) -> Clash:
    return Clash(f"{allocation.code}: ⟨empty⟩", "Omvang")
