"""CD080: without a product code there is no size."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from schemas.allocation import Allocation


@rule(
    "CD080",
    level=Level.MESSAGE,
    subject=Subject.ALLOCATION,
    return_code="0001",
    messages={"JW301", "WMO301"},
    elements=("Omvang",),
    source="iJw/iWmo 3.2 CD080",
)
def no_code_no_size(allocation: Allocation, facts: AllocationFacts) -> bool:
    """Without a product code the Omvang is empty, unless the allocation ended before 2021."""
    if allocation.code is not None or allocation.ended_before_2021:
        return True
    return allocation.size is None


@no_code_no_size.explains
def _(allocation: Allocation, facts: AllocationFacts) -> Clash:
    return Clash("Omvang", "⟨empty⟩")
