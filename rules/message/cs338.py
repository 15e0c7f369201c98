"""CS338: the frequency fits the unit."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from schemas.allocation import Allocation


@rule(
    "CS338",
    level=Level.MESSAGE,
    subject=Subject.ALLOCATION,
    return_code="0001",
    messages={"JW301", "WMO301"},
    elements=("Omvang/Frequentie",),
    source="iJw/iWmo 3.2 CS338",
)
def frequency_fits_the_unit(allocation: Allocation, facts: AllocationFacts) -> bool:
    """Units 14, 16, 83 and 84 go per week, per month or in total, unless the allocation ended before 2021."""
    size = allocation.size
    if size is None or size.unit not in ("14", "16", "83", "84") or allocation.ended_before_2021:
        return True
    return size.frequency in ("2", "4", "6")


@frequency_fits_the_unit.explains
def _(allocation: Allocation, facts: AllocationFacts) -> Clash:
    assert allocation.size is not None
    return Clash(f"Eenheid {allocation.size.unit}, Frequentie {allocation.size.frequency}", "2, 4, 6")
