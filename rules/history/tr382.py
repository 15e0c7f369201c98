"""TR382: a stop repeats the keys of its start."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeliveryFacts
from rules.wording import shown
from schemas.delivery import Delivery


@rule(
    "TR382",
    level=Level.HISTORY,
    subject=Subject.FIRST_DELIVERY,
    return_code="9069",
    messages={"JW307", "WMO307"},
    elements=("ToewijzingNummer", "Product", "Begindatum"),
    source="iJw/iWmo 3.2 TR382",
)
def stop_refers_to_a_start(delivery: Delivery, facts: DeliveryFacts) -> bool:
    """A start with the same allocation number, product and Begindatum is known for the client."""
    return any(start.delivery.start_key == delivery.start_key for start in facts.starts)


@stop_refers_to_a_start.explains
def _(delivery: Delivery, facts: DeliveryFacts) -> Clash:
    return Clash(f"{shown(delivery.allocation)}, {delivery.begin}", "⟨known_start⟩")
