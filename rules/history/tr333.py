"""TR333: a declaration number is used once."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeclarationFacts
from schemas.declaration import Declaration


@rule(
    "TR333",
    level=Level.HISTORY,
    subject=Subject.DECLARATION,
    return_code="9333",
    messages={"JW323", "WMO323"},
    elements=("DeclaratieNummer",),
    source="iJw/iWmo 3.2 TR333, OC-04",
)
def declaration_number_is_new(declaration: Declaration, facts: DeclarationFacts) -> bool:
    """DeclaratieNummer was not used before by this provider in a processed declaration."""
    return not facts.declaration_number_used


@declaration_number_is_new.explains
def _(declaration: Declaration, facts: DeclarationFacts) -> Clash:
    return Clash(declaration.number, "⟨new⟩")
