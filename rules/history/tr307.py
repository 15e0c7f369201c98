"""TR307: a line begins on or after the first day of its allocation."""

from rules.catalogue import Clash, Level, Subject, rule
from schemas.allocation import Allocation
from schemas.period import Period


@rule(
    "TR307",
    level=Level.HISTORY,
    subject=Subject.PERIOD_OF_ALLOCATION,
    return_code="9307",
    messages={"JW323", "WMO323"},
    elements=("ProductPeriode/Begindatum",),
    source="iJw/iWmo 3.2 TR307; OP367",
)
def line_begins_within_allocation(period: Period, allocation: Allocation) -> bool:
    """The product period begins on or after Ingangsdatum of the allocation."""
    return period.begin >= allocation.start


@line_begins_within_allocation.explains
def _(period: Period, allocation: Allocation) -> Clash:
    return Clash(str(period.begin), f">= {allocation.start}")
