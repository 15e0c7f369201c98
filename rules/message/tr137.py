"""TR137: a period ends between its begin and the date of the message."""

from rules.catalogue import Clash, Level, Subject, rule
from schemas.declaration import Declaration
from schemas.period import Period


@rule(
    "TR137",
    level=Level.MESSAGE,
    subject=Subject.DECLARATION,
    return_code="0001",
    messages={"JW323", "WMO323"},
    elements=("DeclaratiePeriode/Einddatum",),
    source="iJw/iWmo 3.2 TR137",
)
def declaration_period_ends_in_time(declaration: Declaration, facts: None) -> bool:
    """The declaration period ends on or after its begin and on or before Dagtekening."""
    return declaration.period.begin <= declaration.period.end <= declaration.header.dated_on


@declaration_period_ends_in_time.explains
def _(declaration: Declaration, facts: None) -> Clash:
    period, latest = declaration.period, declaration.header.dated_on
    return Clash(f"{period.begin} / {period.end}", f"{period.begin} <= Einddatum <= {latest}")


@rule(
    "TR137",
    level=Level.MESSAGE,
    subject=Subject.PERIOD,
    return_code="0001",
    messages={"JW323", "WMO323"},
    elements=("ProductPeriode/Einddatum",),
    source="iJw/iWmo 3.2 TR137",
)
def product_period_ends_in_time(period: Period, declaration: Declaration) -> bool:
    """A product period ends on or after its begin and on or before Dagtekening."""
    return period.begin <= period.end <= declaration.header.dated_on


@product_period_ends_in_time.explains
def _(period: Period, declaration: Declaration) -> Clash:
    latest = declaration.header.dated_on
    return Clash(f"{period.begin} / {period.end}", f"{period.begin} <= Einddatum <= {latest}")
