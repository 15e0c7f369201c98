"""TR323: a credit mirrors an approved debit."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import CREDITED, LIVE, DeclarationFacts, EarlierLine
from schemas.declaration import Line


def differences(line: Line, original: EarlierLine) -> list[str]:
    """Names of the elements in which a credit differs from its debit; ReferentieNummer and side aside."""
    pairs = (
        ("Bsn", line.bsn, original.bsn),
        ("ToewijzingNummer", line.allocation, original.allocation),
        ("ProductCategorie", line.category, original.category),
        ("ProductCode", line.code, original.code),
        ("ProductPeriode", line.period, original.period),
        ("GeleverdVolume", line.volume, original.volume),
        ("Eenheid", line.unit, original.unit),
        ("ProductTarief", line.tariff_cents, original.tariff_cents),
        ("Bedrag", line.amount_cents, original.amount_cents),
    )
    return [name for name, found, expected in pairs if found != expected]


@rule(
    "TR323",
    level=Level.HISTORY,
    subject=Subject.CREDIT,
    return_code="8017",
    messages={"JW323", "WMO323"},
    elements=("ProductReferentie/VorigReferentieNummer",),
    source="iJw/iWmo 3.2 TR323, IV091, OC-14",
)
def credit_mirrors_an_approved_debit(line: Line, facts: DeclarationFacts) -> bool:
    """VorigReferentieNummer names an approved debit of which the credit repeats every value."""
    original = facts.earlier_lines.get(line.previous or "")
    if original is None:
        return False
    return original.state == CREDITED or (original.state == LIVE and not differences(line, original))


@credit_mirrors_an_approved_debit.explains
def _(line: Line, facts: DeclarationFacts) -> Clash:
    original = facts.earlier_lines.get(line.previous or "")
    if original is None or original.state != LIVE:
        return Clash(str(line.previous), "⟨approved_debit⟩")
    return Clash(", ".join(differences(line, original)) or "⟨same_as_debit⟩", "⟨same_as_debit⟩")
