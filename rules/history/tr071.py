"""TR071: a start is not removed while a stop refers to it."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeliveryFacts
from schemas.delivery import Delivery


@rule(
    "TR071",
    level=Level.HISTORY,
    subject=Subject.REMOVAL,
    return_code="9071",
    messages={"JW305", "WMO305"},
    elements=("StatusAanlevering",),
    source="iJw/iWmo 3.2 TR071",
)
def removed_start_has_no_stop(delivery: Delivery, facts: DeliveryFacts) -> bool:
    """No known stop refers to the start that is removed."""
    return not any(stop.delivery.start_key == delivery.start_key for stop in facts.stops)


@removed_start_has_no_stop.explains
def _(delivery: Delivery, facts: DeliveryFacts) -> Clash:
    return Clash("⟨stop_known⟩", "⟨stop_removed_first⟩")
