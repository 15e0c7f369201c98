"""CS002: a citizen number passes the eleven test."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeclarationFacts
from schemas.declaration import Client
from schemas.numbers import is_bsn


@rule(
    "CS002",
    level=Level.MESSAGE,
    subject=Subject.CLIENT,
    return_code="0001",
    messages={"JW323", "WMO323"},
    elements=("Bsn",),
    source="iJw/iWmo 3.2 CS002",
)
def client_number_passes_eleven_test(client: Client, facts: DeclarationFacts) -> bool:
    """The citizen number of a client passes the eleven test."""
    return is_bsn(client.bsn)


@client_number_passes_eleven_test.explains
def _(client: Client, facts: DeclarationFacts) -> Clash:
    return Clash("⟨bsn⟩", "⟨eleven_test⟩")
