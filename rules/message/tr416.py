"""TR416: one debit per allocation, product and period in a message."""

from collections import Counter
from collections.abc import Iterator
from operator import itemgetter
from typing import Final

from rules.catalogue import Clash, Level, Spot, Subject, rule
from schemas.declaration import Declaration, Line

_PRODUCT: Final = itemgetter(*map(Line._fields.index, ("allocation", "category", "code")))  # of a line, fast


def _key(line: Line) -> tuple[object, ...]:
    return line.client, line.allocation, line.category, line.code, line.period


@rule(
    "TR416",
    level=Level.MESSAGE,
    subject=Subject.DECLARATION,
    return_code="0001",
    messages={"JW323", "WMO323"},
    elements=("Clienten/Client/Prestaties/Prestatie",),
    source="iJw/iWmo 3.2 TR416",
)
def one_debit_per_allocation_product_and_period(declaration: Declaration, facts: None) -> bool:
    """A client has one debit per allocation, category, code and product period."""
    if len(set(map(_PRODUCT, declaration.lines))) == len(declaration.lines):
        return True  # no product of an allocation occurs twice, so no key does
    debits = [_key(line) for line in declaration.lines if line.side == "D"]
    return len(set(debits)) == len(debits)


@one_debit_per_allocation_product_and_period.locates
def _spots(declaration: Declaration, facts: None) -> Iterator[Spot]:
    times = Counter(_key(line) for line in declaration.lines if line.side == "D")
    for line in declaration.lines:
        if line.side == "D" and times[_key(line)] > 1:
            period = f"{line.period.begin} – {line.period.end}"
            key = f"⟨allocation⟩ {line.texts.allocation.strip()}, {line.category}/{line.code}, {period}"
            yield Spot(line, "", Clash(f"{times[_key(line)]} x {key}", f"1 x {key}"))


@one_debit_per_allocation_product_and_period.explains
def _(declaration: Declaration, facts: None) -> Clash:
    return next(_spots(declaration, facts)).clash
