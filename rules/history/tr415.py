"""TR415: an ended delivery is not stopped again."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeliveryFacts
from schemas.delivery import Delivery


@rule(
    "TR415",
    level=Level.HISTORY,
    subject=Subject.FIRST_DELIVERY,
    return_code="9415",
    messages={"JW307", "WMO307"},
    elements=("RedenBeeindiging",),
    source="iJw/iWmo 3.2 TR415",
)
def delivery_is_ended_once(delivery: Delivery, facts: DeliveryFacts) -> bool:
    """No known definitive stop exists for this allocation and Begindatum."""
    return all(stop.is_temporary_stop for stop in facts.stops_of(delivery))


@delivery_is_ended_once.explains
def _(delivery: Delivery, facts: DeliveryFacts) -> Clash:
    ended = [str(stop.end) for stop in facts.stops_of(delivery) if not stop.is_temporary_stop]
    return Clash(", ".join(ended), "⟨new_start_first⟩")
