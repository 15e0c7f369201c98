"""TR315: a line is credited once in a message."""

from collections import Counter

from rules.catalogue import Clash, Level, Subject, rule
from schemas.declaration import Declaration


@rule(
    "TR315",
    level=Level.MESSAGE,
    subject=Subject.DECLARATION,
    return_code="0001",
    messages={"JW323", "WMO323"},
    elements=("Clienten/Client/Prestaties/Prestatie/ProductReferentie/VorigReferentieNummer",),
    source="iJw/iWmo 3.2 TR315",
)
def credited_reference_is_unique(declaration: Declaration, facts: None) -> bool:
    """No two lines of the message credit the same line."""
    credited = [line.previous for line in declaration.lines if line.previous is not None]
    return len(set(credited)) == len(credited)


@credited_reference_is_unique.explains
def _(declaration: Declaration, facts: None) -> Clash:
    times = Counter(line.previous for line in declaration.lines if line.previous is not None)
    return Clash(", ".join(sorted(p for p, count in times.items() if count > 1)), "1 x")
