"""TR346: the amount is volume times tariff."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeclarationFacts
from schemas.declaration import Line
from schemas.money import euro, half_up


def _by_tariff(line: Line) -> int:
    return line.volume * (line.tariff_cents or 0)


def _expected(line: Line, facts: DeclarationFacts) -> int:
    return _minutes(line, facts) if line.unit == "01" else _by_tariff(line)


def _minutes(line: Line, facts: DeclarationFacts) -> int:
    """What the minutes cost; a code that is not of the category has no hourly tariff there."""
    price = facts.price(line)
    if price.per_hour and price.cents is not None and facts.is_listed(line):
        return half_up(price.cents * line.volume, 60)
    return _by_tariff(line)


@rule(
    "TR346",
    level=Level.EXTERNAL,
    subject=Subject.DEBIT,
    return_code="9346",
    messages={"JW323", "WMO323"},
    elements=("IngediendBedrag/Bedrag",),
    source="iJw/iWmo 3.2 TR346, IV081",
)
def amount_is_volume_times_tariff(line: Line, facts: DeclarationFacts) -> bool:
    """Bedrag equals volume times tariff; minutes on an hourly tariff: the hourly price, half up once."""
    return line.unit == "83" or line.amount_cents == _expected(line, facts)


@amount_is_volume_times_tariff.explains
def _(line: Line, facts: DeclarationFacts) -> Clash:
    return Clash(euro(line.amount_cents), euro(_expected(line, facts)))
