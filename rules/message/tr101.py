"""TR101: no key occurs twice inside its parent."""

from collections import Counter
from collections.abc import Iterator, Mapping

from rules.catalogue import Clash, Level, Spot, Subject, rule
from schemas.declaration import Declaration

Key = tuple[object, ...]


@rule(
    "TR101",
    level=Level.MESSAGE,
    subject=Subject.DECLARATION,
    return_code="0001",
    messages={"JW323", "WMO323"},
    elements=(
        "Clienten/Client/Bsn",
        "Clienten/Client/Prestaties/Prestatie/ProductReferentie",
    ),
    source="iJw/iWmo 3.2 TR101",
)
def keys_are_unique_within_their_parent(declaration: Declaration, facts: None) -> bool:
    """A citizen number occurs once in the declaration, and a pair of references once in a client."""
    if len({client.bsn for client in declaration.clients}) < len(declaration.clients):
        return False
    if len({line.reference for line in declaration.lines}) == len(declaration.lines):
        return True  # no reference occurs twice, so no pair does
    keys = {(line.client, line.reference, line.previous) for line in declaration.lines}
    return len(keys) == len(declaration.lines)


@keys_are_unique_within_their_parent.locates
def _spots(declaration: Declaration, facts: None) -> Iterator[Spot]:
    clients = Counter(client.bsn for client in declaration.clients)
    for client in declaration.clients:
        if (times := clients[client.bsn]) > 1:
            yield Spot(client, "Bsn", Clash(f"{times} x ⟨bsn⟩", "1 x ⟨bsn⟩"))
    lines = Counter((line.client, line.reference, line.previous) for line in declaration.lines)
    for line in declaration.lines:
        if (times := lines[line.client, line.reference, line.previous]) > 1:
            clash = Clash(f"{times} x {line.reference}", f"1 x {line.reference}")
            yield Spot(line, "ProductReferentie", clash)


@keys_are_unique_within_their_parent.explains
def _(declaration: Declaration, facts: None) -> Clash:
    return next(_spots(declaration, facts)).clash


@rule(
    "TR101",
    level=Level.MESSAGE,
    subject=Subject.KEY,
    return_code="0001",
    messages={"JW301", "WMO301", "JW305", "WMO305", "JW307", "WMO307"},
    elements=(),
    source="iJw/iWmo 3.2 TR101; IV008",
)
def key_is_unique_within_its_parent(key: Key, times: Mapping[Key, int]) -> bool:
    """A logical key occurs once in its parent."""
    return times[key] == 1


@key_is_unique_within_its_parent.explains
def _(key: Key, times: Mapping[Key, int]) -> Clash:
    return Clash(f"{times[key] - 1} x ⟨double⟩", "0 x ⟨double⟩")
