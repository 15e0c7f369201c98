"""TR322: the total volume fits the allocation."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeclarationFacts
from rules.volume import cap_in_total, counted, volume_text
from schemas.allocation import Allocation
from schemas.declaration import Line


@rule(
    "TR322",
    level=Level.HISTORY,
    subject=Subject.ALLOCATED_LINE,
    return_code="9322",
    messages={"JW323", "WMO323"},
    elements=("GeleverdVolume",),
    source="iJw/iWmo 3.2 TR322, OC-10",
)
def volume_within_allocation_cap(line: Line, allocation: Allocation, facts: DeclarationFacts) -> bool:
    """All live debits on the allocation and this line together are at most its total volume."""
    cap = None if allocation.size is None else cap_in_total(allocation, allocation.size)
    used = facts.used_volume[allocation.number]
    return cap is None or used + counted(line.volume, line.unit) <= cap


@volume_within_allocation_cap.explains
def _(line: Line, allocation: Allocation, facts: DeclarationFacts) -> Clash:
    cap = None if allocation.size is None else cap_in_total(allocation, allocation.size)
    used = facts.used_volume[allocation.number]
    own = counted(line.volume, line.unit)
    found = f"{volume_text(used, line.unit)} + {volume_text(own, line.unit)}"
    return Clash(found, "⟨no_limit⟩" if cap is None else f"<= {volume_text(cap, line.unit)}")
