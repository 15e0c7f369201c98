"""CS339: in euros the amount equals the volume."""

from rules.catalogue import Clash, Level, Subject, rule
from schemas.declaration import Line
from schemas.money import euro


@rule(
    "CS339",
    level=Level.MESSAGE,
    subject=Subject.LINE,
    return_code="0001",
    messages={"JW323", "WMO323"},
    elements=(
        "IngediendBedrag/Bedrag",
        "GeleverdVolume",
    ),
    source="iJw/iWmo 3.2 CS339, IV042",
)
def amount_in_euros_equals_volume(line: Line, facts: None) -> bool:
    """A line in euros (unit 83) claims exactly its volume, in cents."""
    return line.unit != "83" or line.amount_cents == line.volume


@amount_in_euros_equals_volume.explains
def _(line: Line, facts: None) -> Clash:
    return Clash(euro(line.amount_cents), euro(line.volume))
