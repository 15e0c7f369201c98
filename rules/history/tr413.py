"""TR413: a delivery is paused once."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeliveryFacts
from schemas.delivery import Delivery


@rule(
    "TR413",
    level=Level.HISTORY,
    subject=Subject.FIRST_DELIVERY,
    return_code="9413",
    messages={"JW307", "WMO307"},
    elements=("RedenBeeindiging",),
    source="iJw/iWmo 3.2 TR413; OP378",
)
def delivery_is_paused_once(delivery: Delivery, facts: DeliveryFacts) -> bool:
    """A temporary stop (reason 20) is the only known one for this allocation and Begindatum."""
    if not delivery.is_temporary_stop:
        return True
    return not any(stop.is_temporary_stop for stop in facts.stops_of(delivery))


@delivery_is_paused_once.explains
def _(delivery: Delivery, facts: DeliveryFacts) -> Clash:
    return Clash("20", "⟨definitive_or_new_start⟩")
