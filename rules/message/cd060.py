"""CD060: a credited reference is given exactly on a credit."""

from rules.catalogue import Clash, Level, Subject, rule
from schemas.declaration import Line


@rule(
    "CD060",
    level=Level.MESSAGE,
    subject=Subject.LINE,
    return_code="0001",
    messages={"JW323", "WMO323"},
    elements=(
        "ProductReferentie/VorigReferentieNummer",
        "IngediendBedrag/DebetCredit",
    ),
    source="iJw/iWmo 3.2 CD060",
)
def credited_reference_exactly_on_a_credit(line: Line, facts: None) -> bool:
    """VorigReferentieNummer is filled if and only if the line is a credit."""
    return (line.previous is not None) == (line.side == "C")


@credited_reference_exactly_on_a_credit.explains
def _(line: Line, facts: None) -> Clash:
    found = "⟨empty⟩" if line.previous is None else line.previous
    return Clash(f"{line.side}: {found}", "C: ReferentieNummer" if line.side == "C" else "D: ⟨empty⟩")
