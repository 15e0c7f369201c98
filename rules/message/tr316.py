"""TR316: no line is credited in the message that claims it."""

from collections.abc import Iterator

from rules.catalogue import Clash, Level, Spot, Subject, rule
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


@no_credit_of_a_line_in_the_same_message.locates
def _spots(declaration: Declaration, facts: None) -> Iterator[Spot]:
    here = {line.reference for line in declaration.lines}
    for line in declaration.lines:
        if line.previous in here:
            clash = Clash(line.previous, "⟨earlier_message⟩")
            yield Spot(line, "ProductReferentie/VorigReferentieNummer", clash)


@no_credit_of_a_line_in_the_same_message.explains
def _(declaration: Declaration, facts: None) -> Clash:
    return next(_spots(declaration, facts)).clash
