"""TR338: a line refers to an allocation of the provider."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeclarationFacts
from schemas.declaration import Line


@rule(
    "TR338",
    level=Level.HISTORY,
    subject=Subject.DEBIT,
    return_code="9338",
    messages={"JW323", "WMO323"},
    elements=("ToewijzingNummer",),
    source="iJw/iWmo 3.2 TR338, OC-07",
)
def allocation_exists(line: Line, facts: DeclarationFacts) -> bool:
    """An allocation with this number was given to the provider in this domain."""
    return line.allocation in facts.allocations


@allocation_exists.explains
def _(line: Line, facts: DeclarationFacts) -> Clash:
    return Clash(line.texts.allocation, "⟨known_allocation⟩")
