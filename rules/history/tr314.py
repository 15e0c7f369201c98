"""TR314: a line reference is used once."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import REJECTED, DeclarationFacts
from schemas.declaration import Line


@rule(
    "TR314",
    level=Level.HISTORY,
    subject=Subject.LINE,
    return_code="8021",
    messages={"JW323", "WMO323"},
    elements=("ProductReferentie/ReferentieNummer",),
    source="iJw/iWmo 3.2 TR314, OC-04, OC-05",
)
def line_reference_is_new(line: Line, facts: DeclarationFacts) -> bool:
    """ReferentieNummer was not used before, in this message or an earlier one."""
    if line.reference in facts.doubled_references:
        return False
    earlier = facts.earlier_lines.get(line.reference)
    return earlier is None or (earlier.state == REJECTED and not facts.choices.rejected_lines_use_references)


@line_reference_is_new.explains
def _(line: Line, facts: DeclarationFacts) -> Clash:
    return Clash(line.reference, "⟨new⟩")
