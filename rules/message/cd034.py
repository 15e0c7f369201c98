"""CD034: a registered address or residence has a postal code."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from schemas.allocation import Contact


@rule(
    "CD034",
    level=Level.MESSAGE,
    subject=Subject.CONTACT,
    return_code="0001",
    messages={"JW301", "WMO301"},
    elements=("Adres/Postcode",),
    source="iJw/iWmo 3.2 CD034; COD757",
)
def address_has_a_postal_code(contact: Contact, facts: AllocationFacts) -> bool:
    """A Contact of kind 01 or 03 has a postal code."""
    return contact.kind not in ("01", "03") or contact.postal_code is not None


@address_has_a_postal_code.explains
def _(contact: Contact, facts: AllocationFacts) -> Clash:
    return Clash(f"Soort {contact.kind}: ⟨empty⟩", "Postcode")
