"""TR304: the person is a client of the provider."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import DeclarationFacts
from schemas.allocation import Allocation
from schemas.declaration import Client, Line


@rule(
    "TR304",
    level=Level.HISTORY,
    subject=Subject.CLIENT,
    return_code="8187",
    messages={"JW323", "WMO323"},
    elements=("Bsn",),
    source="iJw/iWmo 3.2 TR304, OC-06",
)
def client_is_known(client: Client, facts: DeclarationFacts) -> bool:
    """The provider has (or had) an allocation for the client in this domain."""
    return client.bsn in facts.known_clients


@client_is_known.explains
def _(client: Client, facts: DeclarationFacts) -> Clash:
    return Clash("⟨bsn⟩", "⟨known_client⟩")


@rule(
    "TR304",
    level=Level.HISTORY,
    subject=Subject.ALLOCATED_LINE,
    return_code="8187",
    messages={"JW323", "WMO323"},
    elements=("ToewijzingNummer",),
    source="iJw/iWmo 3.2 TR304, OC-06",
)
def allocation_belongs_to_the_client(line: Line, allocation: Allocation, facts: DeclarationFacts) -> bool:
    """The allocation of a line was given to the client of the line."""
    return allocation.bsn == line.bsn


@allocation_belongs_to_the_client.explains
def _(line: Line, allocation: Allocation, facts: DeclarationFacts) -> Clash:
    return Clash(line.texts.allocation, "⟨allocation_of_client⟩")
