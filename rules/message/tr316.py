"""TR316: no line is credited in the message that claims it."""

from rules.catalogue import Clash, Level, Subject, rule
from schemas.declaration import Declaration


@rule(
    "TR316",
    level=Level.MESSAGE,
    subject=Subject.DECLARATION,
    return_code="0001",
    messages={"JW323", "WMO323"},
    elements=("Clienten/Client/Prestaties/Prestatie/ProductReferentie/VorigReferentieNummer",),
    source="iJw/iWmo 3.2 TR316, IV086",
)
def no_credit_of_a_line_in_the_same_message(declaration: Declaration, facts: None) -> bool:
    """No VorigReferentieNummer equals a ReferentieNummer in the same message."""
    credited = {line.previous for line in declaration.lines if line.previous is not None}
    return not credited or credited.isdisjoint(line.reference for line in declaration.lines)


@no_credit_of_a_line_in_the_same_message.explains
def _(declaration: Declaration, facts: None) -> Clash:
    credited = {line.previous for line in declaration.lines if line.previous is not None}
    both = sorted({line.reference for line in declaration.lines if line.reference in credited})
    return Clash(", ".join(both), "⟨earlier_message⟩")
