"""TR369: the amount fits the budget of the allocation."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeclarationFacts
from schemas.allocation import Allocation
from schemas.declaration import Line
from schemas.money import euro


@rule(
    "TR369",
    level=Level.HISTORY,
    subject=Subject.ALLOCATED_LINE,
    return_code="9369",
    messages={"JW323", "WMO323"},
    elements=("IngediendBedrag/Bedrag",),
    source="iJw/iWmo 3.2 TR369, OC-11",
)
def amount_within_budget(line: Line, allocation: Allocation, facts: DeclarationFacts) -> bool:
    """All live debits on the allocation and this line together are at most its budget."""
    budget = allocation.budget_cents
    return budget is None or facts.used_cents[allocation.number] + line.amount_cents <= budget


@amount_within_budget.explains
def _(line: Line, allocation: Allocation, facts: DeclarationFacts) -> Clash:
    found = f"{euro(facts.used_cents[allocation.number])} + {euro(line.amount_cents)}"
    budget = allocation.budget_cents
    return Clash(found, "⟨no_limit⟩" if budget is None else f"<= {euro(budget)}")
