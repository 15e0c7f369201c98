"""TR339: the category is that of the allocation."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeclarationFacts
from schemas.allocation import Allocation
from schemas.declaration import Line


@rule(
    "TR339",
    level=Level.HISTORY,
    subject=Subject.ALLOCATED_LINE,
    return_code="9339",
    messages={"JW323", "WMO323"},
    elements=("ProductCategorie",),
    source="iJw/iWmo 3.2 TR339",
)
def category_equals_allocation(line: Line, allocation: Allocation, facts: DeclarationFacts) -> bool:
    """The category equals that of the allocation, where the allocation has one."""
    return allocation.category is None or line.category == allocation.category


@category_equals_allocation.explains
def _(line: Line, allocation: Allocation, facts: DeclarationFacts) -> Clash:
    return Clash(line.category, str(allocation.category))
