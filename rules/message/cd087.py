"""CD087: a tariff is given exactly when the unit is not euros."""

from rules.catalogue import Clash, Level, Subject, rule
from schemas.declaration import Line
from schemas.money import euro


@rule(
    "CD087",
    level=Level.MESSAGE,
    subject=Subject.LINE,
    return_code="0001",
    messages={"JW323", "WMO323"},
    elements=(
        "ProductTarief",
        "Eenheid",
    ),
    source="iJw/iWmo 3.2 CD087",
)
def tariff_exactly_when_not_in_euros(line: Line, facts: None) -> bool:
    """ProductTarief is filled if and only if the unit is not 83 (euros); a tariff of 0 counts as filled."""
    return (line.tariff_cents is not None) == (line.unit != "83")


@tariff_exactly_when_not_in_euros.explains
def _(line: Line, facts: None) -> Clash:
    found = "⟨empty⟩" if line.tariff_cents is None else euro(line.tariff_cents)
    return Clash(f"{line.unit}: {found}", "⟨empty⟩" if line.unit == "83" else "ProductTarief")
