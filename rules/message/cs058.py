"""CS058: a delivery is new or a removal."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeliveryFacts
from schemas.delivery import Delivery


@rule(
    "CS058",
    level=Level.MESSAGE,
    subject=Subject.DELIVERY,
    return_code="0001",
    messages={"JW305", "WMO305", "JW307", "WMO307"},
    elements=("StatusAanlevering",),
    source="iJw/iWmo 3.2 CS058; OP033x2; COD467",
)
def status_is_first_or_delete(delivery: Delivery, facts: DeliveryFacts) -> bool:
    """StatusAanlevering is 1 (first delivery) or 3 (delete)."""
    return delivery.status in ("1", "3")


@status_is_first_or_delete.explains
def _(delivery: Delivery, facts: DeliveryFacts) -> Clash:
    return Clash(delivery.status, "1, 3")
