"""TR308: a line ends within its allocation."""

from rules.catalogue import Clash, Level, Subject, rule
from schemas.allocation import Allocation
from schemas.period import Period


@rule(
    "TR308",
    level=Level.HISTORY,
    subject=Subject.PERIOD_OF_ALLOCATION,
    return_code="9308",
    messages={"JW323", "WMO323"},
    elements=("ProductPeriode/Einddatum",),
    source="iJw/iWmo 3.2 TR308; OP367",
)
def line_ends_within_allocation(period: Period, allocation: Allocation) -> bool:
    """The product period ends on or before Einddatum of the allocation, if it has one."""
    return allocation.end is None or period.end <= allocation.end


@line_ends_within_allocation.explains
def _(period: Period, allocation: Allocation) -> Clash:
    return Clash(str(period.end), f"<= {allocation.end}")
