"""TR319: a line does not lie after the declaration period."""

from rules.catalogue import Clash, Level, Subject, rule
from schemas.declaration import Declaration
from schemas.period import Period


@rule(
    "TR319",
    level=Level.HISTORY,
    subject=Subject.PERIOD,
    return_code="9319",
    messages={"JW323", "WMO323"},
    elements=("ProductPeriode/Einddatum",),
    source="iJw/iWmo 3.2 TR319, OC-01",
)
def product_period_not_after_declaration_period(period: Period, declaration: Declaration) -> bool:
    """A product period ends on or before the last day of the declaration period."""
    return period.end <= declaration.period.end


@product_period_not_after_declaration_period.explains
def _(period: Period, declaration: Declaration) -> Clash:
    return Clash(str(period.end), f"<= {declaration.period.end}")
