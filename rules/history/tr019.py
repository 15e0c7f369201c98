"""TR019: a delivery belongs to an allocation."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeliveryFacts
from rules.wording import shown
from schemas.delivery import Delivery


@rule(
    "TR019",
    level=Level.HISTORY,
    subject=Subject.FIRST_DELIVERY,
    return_code="9019",
    messages={"JW305", "WMO305", "JW307", "WMO307"},
    elements=("ToewijzingNummer",),
    source="iJw/iWmo 3.2 TR019; IV096",
)
def delivery_belongs_to_an_allocation(delivery: Delivery, facts: DeliveryFacts) -> bool:
    """The number is that of an allocation of this provider and client; a task-based product needs none."""
    if delivery.allocation is None:
        return facts.is_task_based(delivery)
    allocation = facts.allocations.get(delivery.allocation)
    return allocation is not None and allocation.bsn == facts.bsn


@delivery_belongs_to_an_allocation.explains
def _(delivery: Delivery, facts: DeliveryFacts) -> Clash:
    return Clash(shown(delivery.allocation), "⟨known_allocation⟩")
