"""TR390: a line is credited once."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import CREDITED, DeclarationFacts
from schemas.declaration import Line


@rule(
    "TR390",
    level=Level.HISTORY,
    subject=Subject.CREDIT,
    return_code="9390",
    messages={"JW323", "WMO323"},
    elements=("ProductReferentie/VorigReferentieNummer",),
    source="iJw/iWmo 3.2 TR390, ERR-05",
)
def line_was_not_credited_before(line: Line, facts: DeclarationFacts) -> bool:
    """No approved credit of the same line exists."""
    original = facts.earlier_lines.get(line.previous or "")
    return original is None or original.state != CREDITED


@line_was_not_credited_before.explains
def _(line: Line, facts: DeclarationFacts) -> Clash:
    return Clash(str(line.previous), "⟨one_credit⟩")
