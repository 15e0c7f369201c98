"""TR358: the total equals the sum of the lines."""

from rules.catalogue import Clash, Level, Subject, rule
from schemas.declaration import Declaration
from schemas.money import euro


@rule(
    "TR358",
    level=Level.MESSAGE,
    subject=Subject.DECLARATION,
    return_code="0001",
    messages={"JW323", "WMO323"},
    elements=("TotaalIngediendBedrag",),
    source="iJw/iWmo 3.2 TR358, IV024",
)
def total_equals_sum_of_lines(declaration: Declaration, facts: None) -> bool:
    """The signed total equals the sum of the debits minus the credits."""
    debits = sum([line.amount_cents for line in declaration.lines if line.side != "C"])
    credits = sum([line.amount_cents for line in declaration.lines if line.side == "C"])
    return declaration.total_cents == debits - credits


@total_equals_sum_of_lines.explains
def _(declaration: Declaration, facts: None) -> Clash:
    total = sum(line.signed_cents for line in declaration.lines)
    return Clash(euro(declaration.total_cents), euro(total))
