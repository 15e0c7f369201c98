"""CS325: an amount of zero is a debit."""

from rules.catalogue import Clash, Level, Subject, rule
from schemas.declaration import Declaration, Line


@rule(
    "CS325",
    level=Level.MESSAGE,
    subject=Subject.DECLARATION,
    return_code="0001",
    messages={"JW323", "WMO323"},
    elements=("TotaalIngediendBedrag/DebetCredit",),
    source="iJw/iWmo 3.2 CS325",
)
def zero_total_is_debit(declaration: Declaration, facts: None) -> bool:
    """A total of zero is written as a debit."""
    return declaration.total_cents != 0 or declaration.total_side == "D"


@zero_total_is_debit.explains
def _(declaration: Declaration, facts: None) -> Clash:
    return Clash(f"0 {declaration.total_side}", "0 D")


@rule(
    "CS325",
    level=Level.MESSAGE,
    subject=Subject.LINE,
    return_code="0001",
    messages={"JW323", "WMO323"},
    elements=("IngediendBedrag/DebetCredit",),
    source="iJw/iWmo 3.2 CS325",
)
def zero_amount_is_debit(line: Line, facts: None) -> bool:
    """A line of zero is written as a debit."""
    return line.amount_cents != 0 or line.side == "D"


@zero_amount_is_debit.explains
def _(line: Line, facts: None) -> Clash:
    return Clash(f"0 {line.side}", "0 D")
