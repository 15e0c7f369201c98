"""TR389: one live debit per product and month."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeclarationFacts
from schemas.allocation import Allocation
from schemas.declaration import Line


@rule(
    "TR389",
    level=Level.HISTORY,
    subject=Subject.ALLOCATED_LINE,
    return_code="9389",
    messages={"JW323", "WMO323"},
    elements=("ProductPeriode",),
    source="iJw/iWmo 3.2 TR389, OC-12",
)
def no_live_debit_for_the_month(line: Line, allocation: Allocation, facts: DeclarationFacts) -> bool:
    """No uncredited debit exists for this allocation, category, code and calendar month."""
    key = (allocation.number, line.category, line.code, line.month)
    return key not in facts.live


@no_live_debit_for_the_month.explains
def _(line: Line, allocation: Allocation, facts: DeclarationFacts) -> Clash:
    return Clash(f"{line.period.begin:%Y-%m}", "⟨one_debit⟩")
