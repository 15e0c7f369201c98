"""TR018: a delivery does not stop before it started."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeliveryFacts
from rules.wording import shown
from schemas.delivery import Delivery


@rule(
    "TR018",
    level=Level.MESSAGE,
    subject=Subject.DELIVERY,
    return_code="0001",
    messages={"JW307", "WMO307"},
    elements=("Einddatum",),
    source="iJw/iWmo 3.2 TR018",
)
def stop_is_not_before_start(delivery: Delivery, facts: DeliveryFacts) -> bool:
    """Einddatum of a stop is on or after its Begindatum."""
    return delivery.end is None or delivery.end >= delivery.begin


@stop_is_not_before_start.explains
def _(delivery: Delivery, facts: DeliveryFacts) -> Clash:
    return Clash(shown(delivery.end), f">= {delivery.begin}")
