"""TR416: one debit per allocation, product and period in a message."""

from rules.catalogue import Clash, Level, Subject, rule
from schemas.declaration import Declaration


def _debits(declaration: Declaration) -> list[tuple[object, ...]]:
    return [
        (line.client, line.allocation, line.category, line.code, line.period)
        for line in declaration.lines
        if line.side == "D"
    ]


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
    products = [(line.allocation, line.category, line.code) for line in declaration.lines if line.side == "D"]
    if len(set(products)) == len(products):
        return True  # no product of an allocation occurs twice, so no key does
    debits = _debits(declaration)
    return len(set(debits)) == len(debits)


@one_debit_per_allocation_product_and_period.explains
def _(declaration: Declaration, facts: None) -> Clash:
    debits = _debits(declaration)
    found = len(debits) - len(set(debits))
    return Clash(f"{found} x ⟨double⟩", "0 x ⟨double⟩")
