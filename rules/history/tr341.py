"""TR341: the unit fits the allocation or the contract."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeclarationFacts
from schemas.allocation import Allocation
from schemas.declaration import Line


def _units(line: Line, allocation: Allocation, facts: DeclarationFacts) -> frozenset[str]:
    """The units that fit; empty when nothing was agreed for the product (then TR418 speaks)."""
    if allocation.code is not None and allocation.size is not None:
        return frozenset((allocation.size.unit,))
    return facts.agreed_units(line)


@rule(
    "TR341",
    level=Level.HISTORY,
    subject=Subject.ALLOCATED_LINE,
    return_code="9341",
    messages={"JW323", "WMO323"},
    elements=("Eenheid",),
    source="iJw/iWmo 3.2 TR341, OC-16",
)
def unit_fits(line: Line, allocation: Allocation, facts: DeclarationFacts) -> bool:
    """The unit is that of the allocation, else one agreed in the contract; minutes fit hours (IV081)."""
    size = allocation.size
    if allocation.code is None or size is None:
        if facts.price(line).cents is not None:
            return True  # a unit, or minutes, for which there is a tariff
    elif line.unit == size.unit:
        return True
    units = _units(line, allocation, facts)
    return not units or line.unit in units or (line.unit == "01" and "04" in units)


@unit_fits.explains
def _(line: Line, allocation: Allocation, facts: DeclarationFacts) -> Clash:
    return Clash(line.unit, " / ".join(sorted(_units(line, allocation, facts))))
