"""TR335: a line is at most five years old."""

from rules.catalogue import Clash, Level, Subject, rule
from schemas.declaration import Declaration
from schemas.period import Period, minus_months


@rule(
    "TR335",
    level=Level.MESSAGE,
    subject=Subject.PERIOD,
    return_code="0001",
    messages={"JW323", "WMO323"},
    elements=("ProductPeriode/Einddatum",),
    source="iJw/iWmo 3.2 TR335",
)
def product_period_is_at_most_five_years_old(period: Period, declaration: Declaration) -> bool:
    """A product period ends at most 60 months before DeclaratieDagtekening."""
    return period.end >= minus_months(declaration.dated_on, 60)


@product_period_is_at_most_five_years_old.explains
def _(period: Period, declaration: Declaration) -> Clash:
    return Clash(str(period.end), f">= {minus_months(declaration.dated_on, 60)}")
