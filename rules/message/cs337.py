"""CS337: a product period stays inside one month."""

from rules.catalogue import Clash, Level, Subject, rule
from schemas.declaration import Declaration
from schemas.period import Period, last_day, month_number


@rule(
    "CS337",
    level=Level.MESSAGE,
    subject=Subject.PERIOD,
    return_code="0001",
    messages={"JW323", "WMO323"},
    elements=("ProductPeriode",),
    source="iJw/iWmo 3.2 CS337",
)
def product_period_stays_in_one_month(period: Period, declaration: Declaration) -> bool:
    """A product period begins and ends in the same calendar month."""
    return month_number(period.begin) == month_number(period.end)


@product_period_stays_in_one_month.explains
def _(period: Period, declaration: Declaration) -> Clash:
    return Clash(f"{period.begin} / {period.end}", f"<= {last_day(period.begin)}")
