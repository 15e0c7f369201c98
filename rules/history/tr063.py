"""TR063: a removal refers to an earlier delivery."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeliveryFacts
from schemas.delivery import Delivery


@rule(
    "TR063",
    level=Level.HISTORY,
    subject=Subject.REMOVAL,
    return_code="9063",
    messages={"JW305", "WMO305", "JW307", "WMO307"},
    elements=("StatusAanlevering",),
    source="iJw/iWmo 3.2 TR063",
)
def removed_delivery_is_known(delivery: Delivery, facts: DeliveryFacts) -> bool:
    """A delivery with the same logical key is known for the client."""
    return facts.knows(delivery)


@removed_delivery_is_known.explains
def _(delivery: Delivery, facts: DeliveryFacts) -> Clash:
    return Clash("⟨unknown_delivery⟩", "⟨known_delivery⟩")
