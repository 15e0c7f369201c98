"""TR414: a stop is not before an earlier stop."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeliveryFacts
from schemas.delivery import Delivery


def _later(stop: Delivery, delivery: Delivery) -> bool:
    return stop.end is not None and delivery.end is not None and stop.end > delivery.end


@rule(
    "TR414",
    level=Level.HISTORY,
    subject=Subject.FIRST_DELIVERY,
    return_code="9414",
    messages={"JW307", "WMO307"},
    elements=("Einddatum",),
    source="iJw/iWmo 3.2 TR414",
)
def stop_is_not_before_an_earlier_stop(delivery: Delivery, facts: DeliveryFacts) -> bool:
    """Einddatum is on or after that of every known stop for this allocation and Begindatum."""
    return not any(_later(stop, delivery) for stop in facts.stops_of(delivery))


@stop_is_not_before_an_earlier_stop.explains
def _(delivery: Delivery, facts: DeliveryFacts) -> Clash:
    later = [str(stop.end) for stop in facts.stops_of(delivery) if _later(stop, delivery)]
    return Clash(str(delivery.end), f">= {max(later)}")
