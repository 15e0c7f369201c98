"""TR388: a line ends with the month or the allocation."""

from datetime import date

from rules.catalogue import Clash, Level, Subject, rule
from schemas.allocation import Allocation
from schemas.period import Period, last_day, month_length, month_number


def _expected(period: Period, allocation: Allocation) -> date:
    if allocation.end is not None and month_number(allocation.end) == month_number(period.end):
        return allocation.end
    return last_day(period.end)


@rule(
    "TR388",
    level=Level.HISTORY,
    subject=Subject.PERIOD_OF_ALLOCATION,
    return_code="9388",
    messages={"JW323", "WMO323"},
    elements=("ProductPeriode/Einddatum",),
    source="iJw/iWmo 3.2 TR388, IV089",
)
def line_ends_with_month_or_allocation(period: Period, allocation: Allocation) -> bool:
    """The product period ends on Einddatum when that lies in its month, else on the last day."""
    end, last = period.end, allocation.end
    if last is not None and last.month == end.month and last.year == end.year:
        return end == last
    return end.day == month_length(end)


@line_ends_with_month_or_allocation.explains
def _(period: Period, allocation: Allocation) -> Clash:
    return Clash(str(period.end), str(_expected(period, allocation)))
