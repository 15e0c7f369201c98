"""CS002: a citizen number passes the eleven test."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import CareFacts
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
def client_number_passes_eleven_test(client: Client, facts: None) -> bool:
    """The citizen number of a client passes the eleven test."""
    return is_bsn(client.bsn)


@client_number_passes_eleven_test.explains
def _(client: Client, facts: None) -> Clash:
    return Clash("⟨bsn⟩", "⟨eleven_test⟩")


@rule(
    "CS002",
    level=Level.MESSAGE,
    subject=Subject.BSN,
    return_code="0001",
    messages={"JW301", "WMO301", "JW305", "WMO305", "JW307", "WMO307"},
    elements=("Bsn",),
    source="iJw/iWmo 3.2 CS002",
)
def citizen_number_passes_eleven_test(bsn: str, facts: CareFacts) -> bool:
    """The citizen number of the client passes the eleven test."""
    return is_bsn(bsn)


@citizen_number_passes_eleven_test.explains
def _(bsn: str, facts: CareFacts) -> Clash:
    return Clash("⟨bsn⟩", "⟨eleven_test⟩")
