"""TR381: the product code belongs to the category."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeclarationFacts
from schemas.declaration import Line


@rule(
    "TR381",
    level=Level.EXTERNAL,
    subject=Subject.DEBIT,
    return_code="S329",
    messages={"JW323", "WMO323"},
    elements=(
        "ProductCategorie",
        "ProductCode",
    ),
    source="iJw/iWmo 3.2 TR381, OC-15, OC-17",
)
def code_belongs_to_category(line: Line, facts: DeclarationFacts) -> bool:
    """The product list holds the code in its category when the line or its allocation begins."""
    allocation = facts.allocations.get(line.allocation)
    start = None if allocation is None else allocation.start
    return facts.products.lists_for(line.category, line.code, line.period.begin, start)


@code_belongs_to_category.explains
def _(line: Line, facts: DeclarationFacts) -> Clash:
    return Clash(f"{line.category} / {line.code}", "⟨listed_product⟩")
