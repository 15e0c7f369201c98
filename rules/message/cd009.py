"""CD009: only a temporary address has a period."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from schemas.allocation import Contact


@rule(
    "CD009",
    level=Level.MESSAGE,
    subject=Subject.CONTACT,
    return_code="0001",
    messages={"JW301", "WMO301"},
    elements=("Periode",),
    source="iJw/iWmo 3.2 CD009; COD757",
)
def only_a_temporary_address_has_a_period(contact: Contact, facts: AllocationFacts) -> bool:
    """Periode is filled only for a Contact of kind 04 (temporary residence)."""
    return contact.kind == "04" or (contact.begin is None and contact.end is None)


@only_a_temporary_address_has_a_period.explains
def _(contact: Contact, facts: AllocationFacts) -> Clash:
    return Clash(f"Soort {contact.kind}: Periode", "⟨empty⟩")
