"""TR418: the tariff is the agreed one."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeclarationFacts
from schemas.declaration import Line
from schemas.money import euro, half_up


@rule(
    "TR418",
    level=Level.EXTERNAL,
    subject=Subject.DEBIT,
    return_code="0611",
    messages={"JW323", "WMO323"},
    elements=("ProductTarief",),
    source="iJw/iWmo 3.2 TR418, IV081",
)
def tariff_equals_contract(line: Line, facts: DeclarationFacts) -> bool:
    """ProductTarief equals the contract tariff; minutes on an hourly tariff: per minute, half up."""
    if line.unit == "83":
        return True
    price = facts.price(line)
    if price.cents is None:
        return False
    return line.tariff_cents == (half_up(price.cents, 60) if price.per_hour else price.cents)


@tariff_equals_contract.explains
def _(line: Line, facts: DeclarationFacts) -> Clash:
    price = facts.price(line)
    found = "⟨empty⟩" if line.tariff_cents is None else euro(line.tariff_cents)
    if price.ambiguous:
        return Clash(found, "⟨two_tariffs⟩")
    if price.cents is None:
        return Clash(found, "⟨no_tariff⟩")
    return Clash(found, euro(half_up(price.cents, 60) if price.per_hour else price.cents))
