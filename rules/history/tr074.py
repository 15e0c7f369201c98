"""TR074: a first delivery is new."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeliveryFacts
from schemas.delivery import Delivery


@rule(
    "TR074",
    level=Level.HISTORY,
    subject=Subject.FIRST_DELIVERY,
    return_code="9074",
    messages={"JW305", "WMO305", "JW307", "WMO307"},
    elements=("StatusAanlevering",),
    source="iJw/iWmo 3.2 TR074",
)
def first_delivery_is_new(delivery: Delivery, facts: DeliveryFacts) -> bool:
    """No delivery with the same logical key is known for the client."""
    return not facts.knows(delivery)


@first_delivery_is_new.explains
def _(delivery: Delivery, facts: DeliveryFacts) -> Clash:
    return Clash("⟨known_delivery⟩", "⟨new_delivery⟩")
