"""TR002: nobody is older than 120 years."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import CareFacts
from schemas.allocation import BirthDate


@rule(
    "TR002",
    level=Level.MESSAGE,
    subject=Subject.BIRTH_DATE,
    return_code="0001",
    messages={"JW301", "WMO301", "JW305", "WMO305", "JW307", "WMO307"},
    elements=("Geboortedatum/Datum",),
    source="iJw/iWmo 3.2 TR002",
)
def person_is_at_most_120_years_old(birth_date: BirthDate, facts: CareFacts) -> bool:
    """A known birth date lies at most 120 years before Dagtekening; exactly 120 years is allowed."""
    if birth_date.unknown:
        return True
    born, dated_on = birth_date.day, facts.message_dated_on
    return (born.year + 120, born.month, born.day) >= (dated_on.year, dated_on.month, dated_on.day)


@person_is_at_most_120_years_old.explains
def _(birth_date: BirthDate, facts: CareFacts) -> Clash:
    return Clash("⟨birth_date⟩", f"<= 120 ⟨years_before⟩ {facts.message_dated_on}")
