"""CS340: a declaration covers one whole calendar month."""

from rules.catalogue import Clash, Level, Subject, rule
from schemas.declaration import Declaration
from schemas.period import first_day, last_day


@rule(
    "CS340",
    level=Level.MESSAGE,
    subject=Subject.DECLARATION,
    return_code="0001",
    messages={"JW323", "WMO323"},
    elements=("DeclaratiePeriode",),
    source="iJw/iWmo 3.2 CS340",
)
def declaration_period_is_a_whole_month(declaration: Declaration, facts: None) -> bool:
    """The declaration period runs from the first to the last day of one month."""
    period = declaration.period
    return period.begin.day == 1 and period.end == last_day(period.begin)


@declaration_period_is_a_whole_month.explains
def _(declaration: Declaration, facts: None) -> Clash:
    period = declaration.period
    return Clash(f"{period.begin} / {period.end}", f"{first_day(period.begin)} / {last_day(period.begin)}")
