"""TR006: a contact can be reached."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from schemas.allocation import Contact


@rule(
    "TR006",
    level=Level.MESSAGE,
    subject=Subject.CONTACT,
    return_code="0001",
    messages={"JW301", "WMO301"},
    elements=("Telefoon", "Adres/Huis", "Adres/Postcode"),
    source="iJw/iWmo 3.2 TR006",
)
def contact_can_be_reached(contact: Contact, facts: AllocationFacts) -> bool:
    """A Contact has a telephone number, or a house and a postal code."""
    return contact.has_phone or (contact.has_house and contact.postal_code is not None)


@contact_can_be_reached.explains
def _(contact: Contact, facts: AllocationFacts) -> Clash:
    return Clash("⟨empty⟩", "⟨phone_or_house_and_postal_code⟩")
