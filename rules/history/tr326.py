"""TR326: a product is started once at a time."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeliveryFacts
from schemas.delivery import Delivery


@rule(
    "TR326",
    level=Level.HISTORY,
    subject=Subject.FIRST_DELIVERY,
    return_code="9326",
    messages={"JW305", "WMO305"},
    elements=("Begindatum",),
    source="iJw/iWmo 3.2 TR326; OP379",
)
def no_other_start_is_current(delivery: Delivery, facts: DeliveryFacts) -> bool:
    """Every known start on the allocation (task-based: of the product) was stopped, if temporarily."""
    return not _current(delivery, facts)


@no_other_start_is_current.explains
def _(delivery: Delivery, facts: DeliveryFacts) -> Clash:
    current = ", ".join(str(start.begin) for start in _current(delivery, facts))
    return Clash(current, "⟨stop_first⟩")


def _current(delivery: Delivery, facts: DeliveryFacts) -> list[Delivery]:
    stopped = {stop.delivery.start_key for stop in facts.stops}
    starts = (known.delivery for known in facts.starts)
    return [s for s in starts if s.subject == delivery.subject and s.start_key not in stopped]
