"""TR387: a line begins with the month or the allocation."""

from datetime import date

from rules.catalogue import Clash, Level, Subject, rule
from schemas.allocation import Allocation
from schemas.period import Period, first_day, month_number


def _expected(period: Period, allocation: Allocation) -> date:
    same_month = month_number(allocation.start) == month_number(period.begin)
    return allocation.start if same_month else first_day(period.begin)


@rule(
    "TR387",
    level=Level.HISTORY,
    subject=Subject.PERIOD_OF_ALLOCATION,
    return_code="9387",
    messages={"JW323", "WMO323"},
    elements=("ProductPeriode/Begindatum",),
    source="iJw/iWmo 3.2 TR387, IV089",
)
def line_begins_with_month_or_allocation(period: Period, allocation: Allocation) -> bool:
    """The product period begins on Ingangsdatum when that lies in its month, else on the first."""
    begin, start = period.begin, allocation.start
    if start.month == begin.month and start.year == begin.year:
        return begin == start
    return begin.day == 1


@line_begins_with_month_or_allocation.explains
def _(period: Period, allocation: Allocation) -> Clash:
    return Clash(str(period.begin), str(_expected(period, allocation)))
