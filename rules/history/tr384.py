"""TR384: nothing is claimed on a deleted allocation."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeclarationFacts
from schemas.allocation import Allocation
from schemas.declaration import Line


@rule(
    "TR384",
    level=Level.HISTORY,
    subject=Subject.ALLOCATED_LINE,
    return_code="9384",
    messages={"JW323", "WMO323"},
    elements=("ToewijzingNummer",),
    source="iJw/iWmo 3.2 TR384, ERR-28",
)
def allocation_is_not_deleted(line: Line, allocation: Allocation, facts: DeclarationFacts) -> bool:
    """The allocation was not deleted (reason 13 with equal dates)."""
    return not allocation.deleted


@allocation_is_not_deleted.explains
def _(line: Line, allocation: Allocation, facts: DeclarationFacts) -> Clash:
    return Clash(
        f"{line.texts.allocation}{': ⟨deleted⟩' if allocation.deleted else ''}", "⟨valid_allocation⟩"
    )
