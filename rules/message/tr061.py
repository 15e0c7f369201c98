"""TR061: a client has an address of his own."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from schemas.allocation import AllocatedClient


@rule(
    "TR061",
    level=Level.MESSAGE,
    subject=Subject.ALLOCATED_CLIENT,
    return_code="0001",
    messages={"JW301", "WMO301"},
    elements=("Contactgegevens/Contact/Soort",),
    source="iJw/iWmo 3.2 TR061; COD757",
)
def client_has_an_address(client: AllocatedClient, facts: AllocationFacts) -> bool:
    """At least one Contact of the client is of kind 01, 02 or 03."""
    return any(contact.kind in ("01", "02", "03") for contact in client.contacts)


@client_has_an_address.explains
def _(client: AllocatedClient, facts: AllocationFacts) -> Clash:
    return Clash(", ".join(contact.kind for contact in client.contacts), "01, 02, 03")
