"""TR340: the product code is that of the allocation."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeclarationFacts
from schemas.allocation import Allocation
from schemas.declaration import Line


@rule(
    "TR340",
    level=Level.HISTORY,
    subject=Subject.ALLOCATED_LINE,
    return_code="9340",
    messages={"JW323", "WMO323"},
    elements=("ProductCode",),
    source="iJw/iWmo 3.2 TR340",
)
def code_equals_allocation(line: Line, allocation: Allocation, facts: DeclarationFacts) -> bool:
    """The product code equals that of the allocation, where the allocation has one."""
    return allocation.code is None or line.code == allocation.code


@code_equals_allocation.explains
def _(line: Line, allocation: Allocation, facts: DeclarationFacts) -> Clash:
    return Clash(line.code, str(allocation.code))
