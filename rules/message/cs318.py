"""CS318: a client is a natural person."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from schemas.allocation import AllocatedClient


@rule(
    "CS318",
    level=Level.MESSAGE,
    subject=Subject.ALLOCATED_CLIENT,
    return_code="0001",
    messages={"JW301"},
    elements=("Naam/NaamGebruik",),
    source="iJw/iWmo 3.2 CS318; COD700",
)
def client_is_a_natural_person(client: AllocatedClient, facts: AllocationFacts) -> bool:
    """NaamGebruik of a client is not 6 (not a natural person)."""
    return client.name.usage != "6"


@client_is_a_natural_person.explains
def _(client: AllocatedClient, facts: AllocationFacts) -> Clash:
    return Clash("6", "1, 2, 3, 4")
