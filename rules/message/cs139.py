"""CS139: unknown parts of a birth date are written as 01."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import CareFacts
from schemas.allocation import UNKNOWN_BIRTH, BirthDate


@rule(
    "CS139",
    level=Level.MESSAGE,
    subject=Subject.BIRTH_DATE,
    return_code="0001",
    messages={"JW301", "WMO301", "JW305", "WMO305", "JW307", "WMO307"},
    elements=("Geboortedatum/Datum",),
    source="iJw/iWmo 3.2 CS139; COD170",
)
def unknown_parts_are_ones(birth_date: BirthDate, facts: CareFacts) -> bool:
    """An unknown day is 01, an unknown month and day 01-01, an unknown date 1900-01-01."""
    day = birth_date.day
    match birth_date.precision:
        case "1":
            return day.day == 1
        case "2":
            return (day.month, day.day) == (1, 1)
        case "3":
            return day == UNKNOWN_BIRTH
    return True


@unknown_parts_are_ones.explains
def _(birth_date: BirthDate, facts: CareFacts) -> Clash:
    expected = {"1": "JJJJ-MM-01", "2": "JJJJ-01-01", "3": str(UNKNOWN_BIRTH)}
    return Clash("⟨birth_date⟩", expected[str(birth_date.precision)])
