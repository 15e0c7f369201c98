"""CS089: a Dutch postal code has the Dutch form."""

import re

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from schemas.allocation import Contact

DUTCH = re.compile("[1-9][0-9]{3}[A-Za-z]{2}")


@rule(
    "CS089",
    level=Level.MESSAGE,
    subject=Subject.CONTACT,
    return_code="0001",
    messages={"JW301", "WMO301"},
    elements=("Adres/Postcode",),
    source="iJw/iWmo 3.2 CS089",
)
def dutch_postal_code_has_dutch_form(contact: Contact, facts: AllocationFacts) -> bool:
    """With LandCode NL a postal code is four digits, the first not 0, and two letters, without a space."""
    if contact.country_code != "NL" or contact.postal_code is None:
        return True
    return DUTCH.fullmatch(contact.postal_code) is not None


@dutch_postal_code_has_dutch_form.explains
def _(contact: Contact, facts: AllocationFacts) -> Clash:
    return Clash("⟨postal_code⟩", "1234AB")
