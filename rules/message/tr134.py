"""TR134: a date is not after the date of the message."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts, CareFacts, DeliveryFacts
from schemas.allocation import Allocation, BirthDate
from schemas.declaration import Declaration
from schemas.delivery import Delivery
from schemas.period import Period


@rule(
    "TR134",
    level=Level.MESSAGE,
    subject=Subject.DECLARATION,
    return_code="0001",
    messages={"JW323", "WMO323"},
    elements=("DeclaratiePeriode/Begindatum",),
    source="iJw/iWmo 3.2 TR134 (XSLT)",
)
def declaration_period_begins_before_dagtekening(declaration: Declaration, facts: None) -> bool:
    """The declaration period begins on or before Dagtekening."""
    return declaration.period.begin <= declaration.header.dated_on


@declaration_period_begins_before_dagtekening.explains
def _(declaration: Declaration, facts: None) -> Clash:
    return Clash(str(declaration.period.begin), f"<= {declaration.header.dated_on}")


@rule(
    "TR134",
    level=Level.MESSAGE,
    subject=Subject.PERIOD,
    return_code="0001",
    messages={"JW323", "WMO323"},
    elements=("ProductPeriode/Begindatum",),
    source="iJw/iWmo 3.2 TR134 (XSLT)",
)
def product_period_begins_before_dagtekening(period: Period, declaration: Declaration) -> bool:
    """A product period begins on or before Dagtekening."""
    return period.begin <= declaration.header.dated_on


@product_period_begins_before_dagtekening.explains
def _(period: Period, declaration: Declaration) -> Clash:
    return Clash(str(period.begin), f"<= {declaration.header.dated_on}")


@rule(
    "TR134",
    level=Level.MESSAGE,
    subject=Subject.BIRTH_DATE,
    return_code="0001",
    messages={"JW301", "WMO301", "JW305", "WMO305", "JW307", "WMO307"},
    elements=("Geboortedatum/Datum",),
    source="iJw/iWmo 3.2 TR134 (XSLT)",
)
def birth_is_before_dagtekening(birth_date: BirthDate, facts: CareFacts) -> bool:
    """A birth date is on or before Dagtekening."""
    return birth_date.day <= facts.message_dated_on


@birth_is_before_dagtekening.explains
def _(birth_date: BirthDate, facts: CareFacts) -> Clash:
    return Clash("⟨future_birth_date⟩", f"<= {facts.message_dated_on}")


@rule(
    "TR134",
    level=Level.MESSAGE,
    subject=Subject.ALLOCATION,
    return_code="0001",
    messages={"JW301", "WMO301"},
    elements=("Toewijzingsdatum",),
    source="iJw/iWmo 3.2 TR134 (XSLT)",
)
def decision_is_before_dagtekening(allocation: Allocation, facts: AllocationFacts) -> bool:
    """Toewijzingsdatum is on or before Dagtekening; Ingangsdatum may lie in the future."""
    return allocation.decided_on <= facts.message_dated_on


@decision_is_before_dagtekening.explains
def _(allocation: Allocation, facts: AllocationFacts) -> Clash:
    return Clash(str(allocation.decided_on), f"<= {facts.message_dated_on}")


@rule(
    "TR134",
    level=Level.MESSAGE,
    subject=Subject.DELIVERY,
    return_code="0001",
    messages={"JW305", "WMO305"},
    elements=("Begindatum",),
    source="iJw/iWmo 3.2 TR134 (XSLT)",
)
def start_is_before_dagtekening(delivery: Delivery, facts: DeliveryFacts) -> bool:
    """A start is on or before Dagtekening."""
    return delivery.begin <= facts.message_dated_on


@start_is_before_dagtekening.explains
def _(delivery: Delivery, facts: DeliveryFacts) -> Clash:
    return Clash(str(delivery.begin), f"<= {facts.message_dated_on}")


@rule(
    "TR134",
    level=Level.MESSAGE,
    subject=Subject.DELIVERY,
    return_code="0001",
    messages={"JW307", "WMO307"},
    elements=("Einddatum",),
    source="iJw/iWmo 3.2 TR134 (XSLT)",
)
def stop_is_before_dagtekening(delivery: Delivery, facts: DeliveryFacts) -> bool:
    """A stop is on or before Dagtekening."""
    return delivery.end is None or delivery.end <= facts.message_dated_on


@stop_is_before_dagtekening.explains
def _(delivery: Delivery, facts: DeliveryFacts) -> Clash:
    return Clash(str(delivery.end), f"<= {facts.message_dated_on}")
