"""CD025: a Dutch address has a house number."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from schemas.allocation import Contact


@rule(
    "CD025",
    level=Level.MESSAGE,
    subject=Subject.CONTACT,
    return_code="0001",
    messages={"JW301", "WMO301"},
    elements=("Adres/Huis/Huisnummer",),
    source="iJw/iWmo 3.2 CD025",
)
def dutch_address_has_a_house_number(contact: Contact, facts: AllocationFacts) -> bool:
    """With LandCode NL the house number is filled."""
    return contact.country_code != "NL" or contact.house_number is not None


@dutch_address_has_a_house_number.explains
def _(contact: Contact, facts: AllocationFacts) -> Clash:
    return Clash("NL: ⟨empty⟩", "Huisnummer")
