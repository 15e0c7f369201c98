"""TR318: declaration months come in order."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeclarationFacts
from schemas.declaration import Declaration


@rule(
    "TR318",
    level=Level.HISTORY,
    subject=Subject.DECLARATION,
    return_code="8214",
    messages={"JW323", "WMO323"},
    elements=("DeclaratiePeriode",),
    source="iJw/iWmo 3.2 TR318, IV090, OC-08",
)
def month_is_not_before_the_latest(declaration: Declaration, facts: DeclarationFacts) -> bool:
    """No later month was declared in a message with an earlier Dagtekening."""
    return not facts.later_month_dated_earlier


@month_is_not_before_the_latest.explains
def _(declaration: Declaration, facts: DeclarationFacts) -> Clash:
    return Clash(f"{declaration.period.begin:%Y-%m}", "⟨latest_month_or_later⟩")
