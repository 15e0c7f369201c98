"""TR321: the volume fits the cap of its product period."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeclarationFacts
from rules.volume import cap_in_period, counted, volume_text
from schemas.allocation import Allocation
from schemas.declaration import Line


@rule(
    "TR321",
    level=Level.HISTORY,
    subject=Subject.ALLOCATED_LINE,
    return_code="9321",
    messages={"JW323", "WMO323"},
    elements=("GeleverdVolume",),
    source="iJw/iWmo 3.2 TR321, IV077, IV078, OC-21",
)
def volume_within_period_cap(line: Line, allocation: Allocation, facts: DeclarationFacts) -> bool:
    """The volume is at most what the allocation allows in this product period."""
    size = allocation.size
    if size is None:
        return True
    return counted(line.volume, line.unit) <= cap_in_period(allocation, size, line.period, facts.products)


@volume_within_period_cap.explains
def _(line: Line, allocation: Allocation, facts: DeclarationFacts) -> Clash:
    found = volume_text(counted(line.volume, line.unit), line.unit)
    if allocation.size is None:
        return Clash(found, "⟨no_limit⟩")
    cap = cap_in_period(allocation, allocation.size, line.period, facts.products)
    return Clash(found, f"<= {volume_text(cap, line.unit)}")
