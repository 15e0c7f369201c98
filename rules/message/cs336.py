"""CS336: change reason 01 is not used any more."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from schemas.allocation import Allocation


@rule(
    "CS336",
    level=Level.MESSAGE,
    subject=Subject.ALLOCATION,
    return_code="0001",
    messages={"JW301", "WMO301"},
    elements=("RedenWijziging",),
    source="iJw/iWmo 3.2 CS336",
)
def reason_01_is_not_used(allocation: Allocation, facts: AllocationFacts) -> bool:
    """RedenWijziging is not 01."""
    return allocation.change_reason != "01"


@reason_01_is_not_used.explains
def _(allocation: Allocation, facts: AllocationFacts) -> Clash:
    return Clash("01", "02, 03 ... 14")
