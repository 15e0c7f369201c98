"""TR381: the product code belongs to the category."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts, DeclarationFacts, DeliveryFacts
from schemas.allocation import Allocation
from schemas.declaration import Line
from schemas.delivery import Delivery


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
    if facts.products.units_on[line.category, line.code, line.period.begin]:
        return True
    return facts.is_listed(line)


@code_belongs_to_category.explains
def _(line: Line, facts: DeclarationFacts) -> Clash:
    return Clash(f"{line.category} / {line.code}", "⟨listed_product⟩")


@rule(
    "TR381",
    level=Level.EXTERNAL,
    subject=Subject.ALLOCATION,
    return_code="S329",
    messages={"JW301", "WMO301"},
    elements=("Product/Code",),
    source="iJw/iWmo 3.2 TR381",
)
def allocated_code_belongs_to_category(allocation: Allocation, facts: AllocationFacts) -> bool:
    """The product list holds the code in its category on Ingangsdatum, or if later on Dagtekening."""
    category, code, start = allocation.category, allocation.code, allocation.start
    if category is None or code is None:
        return True
    return facts.products.lists_for(category, code, max(start, facts.message_dated_on), start)


@allocated_code_belongs_to_category.explains
def _(allocation: Allocation, facts: AllocationFacts) -> Clash:
    return Clash(f"{allocation.category} / {allocation.code}", "⟨listed_product⟩")


@rule(
    "TR381",
    level=Level.EXTERNAL,
    subject=Subject.FIRST_DELIVERY,
    return_code="S329",
    messages={"JW305", "WMO305", "JW307", "WMO307"},
    elements=("Product/Code",),
    source="iJw/iWmo 3.2 TR381",
)
def delivered_code_belongs_to_category(delivery: Delivery, facts: DeliveryFacts) -> bool:
    """The product list holds the code in its category when the delivery or its allocation begins."""
    if delivery.category is None or delivery.code is None:
        return True
    allocation = None if delivery.allocation is None else facts.allocations.get(delivery.allocation)
    start = delivery.allocation_start if allocation is None else allocation.start
    return facts.products.lists_for(delivery.category, delivery.code, delivery.begin, start)


@delivered_code_belongs_to_category.explains
def _(delivery: Delivery, facts: DeliveryFacts) -> Clash:
    return Clash(f"{delivery.category} / {delivery.code}", "⟨listed_product⟩")
