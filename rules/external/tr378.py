"""TR378: the municipality exists on the dates that matter (see rules/municipality.py)."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import HeaderFacts
from schemas.declaration import Header


@rule(
    "TR378",
    level=Level.EXTERNAL,
    subject=Subject.HEADER,
    return_code="S300",
    messages={"JW305", "WMO305", "JW307", "WMO307", "JW323", "WMO323"},
    elements=("Ontvanger",),
    source="iJw/iWmo 3.2 TR378, OC-38",
)
def receiving_municipality_is_valid(header: Header, facts: HeaderFacts) -> bool:
    """The code of the receiving municipality is valid for the allocations concerned."""
    return facts.municipality_valid


@receiving_municipality_is_valid.explains
def _(header: Header, facts: HeaderFacts) -> Clash:
    return Clash(header.municipality, "⟨valid_municipality⟩")


@rule(
    "TR378",
    level=Level.EXTERNAL,
    subject=Subject.HEADER,
    return_code="S300",
    messages={"JW301", "WMO301"},
    elements=("Afzender",),
    source="iJw/iWmo 3.2 TR378",
)
def sending_municipality_is_valid(header: Header, facts: HeaderFacts) -> bool:
    """The code of the sending municipality is valid on Ingangsdatum of the allocations."""
    return facts.municipality_valid


@sending_municipality_is_valid.explains
def _(header: Header, facts: HeaderFacts) -> Clash:
    return Clash(header.municipality, "⟨valid_municipality⟩")
