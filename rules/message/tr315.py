"""TR315: a line is credited once in a message."""

from collections import Counter
from collections.abc import Iterator

from rules.catalogue import Clash, Level, Spot, Subject, rule
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


@credited_reference_is_unique.locates
def _spots(declaration: Declaration, facts: None) -> Iterator[Spot]:
    times = Counter(line.previous for line in declaration.lines)
    for line in declaration.lines:
        if line.previous is not None and times[line.previous] > 1:
            clash = Clash(f"{times[line.previous]} x {line.previous}", f"1 x {line.previous}")
            yield Spot(line, "ProductReferentie/VorigReferentieNummer", clash)


@credited_reference_is_unique.explains
def _(declaration: Declaration, facts: None) -> Clash:
    return next(_spots(declaration, facts)).clash
