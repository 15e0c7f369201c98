"""CS100: periods begin in 2021 or later."""

from datetime import date

from rules.catalogue import Clash, Level, Subject, rule
from schemas.declaration import Declaration
from schemas.period import Period

FIRST_DAY = date(2021, 1, 1)


@rule(
    "CS100",
    level=Level.MESSAGE,
    subject=Subject.DECLARATION,
    return_code="0001",
    messages={"JW323", "WMO323"},
    elements=("DeclaratiePeriode/Begindatum",),
    source="iJw/iWmo 3.2 CS100",
)
def declaration_period_begins_in_2021_or_later(declaration: Declaration, facts: None) -> bool:
    """The declaration period begins on or after 1 January 2021."""
    return declaration.period.begin >= FIRST_DAY


@declaration_period_begins_in_2021_or_later.explains
def _(declaration: Declaration, facts: None) -> Clash:
    return Clash(str(declaration.period.begin), f">= {FIRST_DAY}")


@rule(
    "CS100",
    level=Level.MESSAGE,
    subject=Subject.PERIOD,
    return_code="0001",
    messages={"JW323", "WMO323"},
    elements=("ProductPeriode/Begindatum",),
    source="iJw/iWmo 3.2 CS100",
)
def product_period_begins_in_2021_or_later(period: Period, declaration: Declaration) -> bool:
    """A product period begins on or after 1 January 2021."""
    return period.begin >= FIRST_DAY


@product_period_begins_in_2021_or_later.explains
def _(period: Period, declaration: Declaration) -> Clash:
    return Clash(str(period.begin), f">= {FIRST_DAY}")
