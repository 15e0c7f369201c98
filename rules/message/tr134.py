"""TR134: a date is not after the date of the message."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeclarationFacts
from schemas.declaration import Declaration
from schemas.period import Period


@rule(
    "TR134",
    level=Level.MESSAGE,
    subject=Subject.DECLARATION,
    return_code="0001",
    messages={"JW323", "WMO323"},
    elements=("DeclaratiePeriode/Begindatum",),
    source="iJw/iWmo 3.2 TR134 (XSLT)",
)
def declaration_period_begins_before_dagtekening(declaration: Declaration, facts: DeclarationFacts) -> bool:
    """The declaration period begins on or before Dagtekening."""
    return declaration.period.begin <= declaration.header.dated_on


@declaration_period_begins_before_dagtekening.explains
def _(declaration: Declaration, facts: DeclarationFacts) -> Clash:
    return Clash(str(declaration.period.begin), f"<= {declaration.header.dated_on}")


@rule(
    "TR134",
    level=Level.MESSAGE,
    subject=Subject.PERIOD,
    return_code="0001",
    messages={"JW323", "WMO323"},
    elements=("ProductPeriode/Begindatum",),
    source="iJw/iWmo 3.2 TR134 (XSLT)",
)
def product_period_begins_before_dagtekening(period: Period, declaration: Declaration) -> bool:
    """A product period begins on or before Dagtekening."""
    return period.begin <= declaration.header.dated_on


@product_period_begins_before_dagtekening.explains
def _(period: Period, declaration: Declaration) -> Clash:
    return Clash(str(period.begin), f"<= {declaration.header.dated_on}")
