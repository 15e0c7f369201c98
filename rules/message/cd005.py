"""CD005: a country is named exactly when a postal code is."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from rules.wording import shown
from schemas.allocation import Contact


@rule(
    "CD005",
    level=Level.MESSAGE,
    subject=Subject.CONTACT,
    return_code="0001",
    messages={"JW301", "WMO301"},
    elements=("Adres/LandCode",),
    source="iJw/iWmo 3.2 CD005",
)
def country_comes_with_postal_code(contact: Contact, facts: AllocationFacts) -> bool:
    """LandCode is filled if and only if Postcode is filled."""
    return (contact.country_code is None) == (contact.postal_code is None)


@country_comes_with_postal_code.explains
def _(contact: Contact, facts: AllocationFacts) -> Clash:
    return Clash(shown(contact.country_code), "⟨empty⟩" if contact.postal_code is None else "LandCode")
