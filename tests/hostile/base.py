"""The message every hostile case starts from: a valid JW323 of two clients, one line each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

MUNICIPALITY = "0384"
PROVIDER = "41410001"
BSNS = ("999991012", "999991061")
MESSAGE_SPACE = "http://www.istandaarden.nl/ijw/3_2/jw323/schema"
BASE_SPACE = "http://www.istandaarden.nl/ijw/3_2/basisschema/schema"


class Case(NamedTuple):
    """One hostile file. `codes` are header codes of its answer, None where other data decides them.

    `reads` names values of the first line that a reader must find, for files that are admitted.
    """

    id: str
    category: str
    sentence: str
    data: bytes
    outcome: str
    reason: str | None
    codes: tuple[str, ...] | None = None
    reads: Mapping[str, Any] = {}


def line(reference: str, allocation: str, volume: str, amount: str) -> str:
    """One debit line of hours in March 2026."""
    return (
        f"<m:Prestatie><m:ProductReferentie><b:ReferentieNummer>{reference}</b:ReferentieNummer>"
        f"</m:ProductReferentie><m:ToewijzingNummer>{allocation}</m:ToewijzingNummer>"
        "<m:ProductCategorie>45</m:ProductCategorie><m:ProductCode>45A04</m:ProductCode>"
        "<m:ProductPeriode><b:Begindatum>2026-03-01</b:Begindatum><b:Einddatum>2026-03-31</b:Einddatum>"
        f"</m:ProductPeriode><m:GeleverdVolume>{volume}</m:GeleverdVolume><m:Eenheid>04</m:Eenheid>"
        f"<m:ProductTarief>9360</m:ProductTarief><m:IngediendBedrag><b:Bedrag>{amount}</b:Bedrag>"
        "<b:DebetCredit>D</b:DebetCredit></m:IngediendBedrag></m:Prestatie>"
    )


def client(bsn: str, lines: str) -> str:
    """One client with the given lines."""
    return f"<m:Client><m:Bsn>{bsn}</m:Bsn><m:Prestaties>{lines}</m:Prestaties></m:Client>\n"


HEADER = (
    "<m:Header><m:BerichtCode>490</m:BerichtCode><m:BerichtVersie>3</m:BerichtVersie>"
    "<m:BerichtSubversie>2</m:BerichtSubversie>"
    f"<m:Afzender>{PROVIDER}</m:Afzender><m:Ontvanger>{MUNICIPALITY}</m:Ontvanger>"
    "<m:BerichtIdentificatie><b:Identificatie>B900</b:Identificatie>"
    "<b:Dagtekening>2026-04-08</b:Dagtekening></m:BerichtIdentificatie>"
    "<m:XsdVersie><b:BasisschemaXsdVersie>1.0.0</b:BasisschemaXsdVersie>"
    "<b:BerichtXsdVersie>1.0.1</b:BerichtXsdVersie></m:XsdVersie></m:Header>\n"
)
CLIENTS = client(BSNS[0], line("R1", "1001", "10", "93600")) + client(
    BSNS[1], line("R2", "1002", "6", "56160")
)


def message(clients: str = CLIENTS, total: int = 149_760) -> str:
    """A JW323 with these clients."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<m:Bericht xmlns:m="{MESSAGE_SPACE}" xmlns:b="{BASE_SPACE}">\n{HEADER}'
        "<m:Declaratie><m:DeclaratieNummer>D900</m:DeclaratieNummer><m:DeclaratiePeriode>"
        "<b:Begindatum>2026-03-01</b:Begindatum><b:Einddatum>2026-03-31</b:Einddatum>"
        "</m:DeclaratiePeriode><m:DeclaratieDagtekening>2026-04-08</m:DeclaratieDagtekening>"
        f"<m:TotaalIngediendBedrag><b:TotaalBedrag>{total}</b:TotaalBedrag>"
        "<b:DebetCredit>D</b:DebetCredit></m:TotaalIngediendBedrag>\n"
        f"<m:Clienten>{clients}</m:Clienten></m:Declaratie></m:Bericht>\n"
    )


VALID = message()


def replaced(pairs: Sequence[Sequence[str]], text: str = VALID) -> str:
    """The text with every old part replaced by a new one; an old part that is not there is an error."""
    for old, new in pairs:
        if old not in text:
            raise ValueError(f"the message does not hold {old}")
        text = text.replace(old, new)
    return text


def with_values(values: Mapping[str, str], text: str = VALID) -> str:
    """The text with other markup inside the first element of these names.

    The clients are looked through first, so Begindatum is that of a line and not of the declaration.
    """
    for name, markup in values.items():
        start = text.index("<m:Client>")
        pattern = re.compile(f"(<[mb]:{name}>)(.*?)(</[mb]:{name}>)", re.DOTALL)
        match = pattern.search(text, start) or pattern.search(text)
        if match is None:
            raise ValueError(f"the message holds no {name}")
        text = text[: match.start(2)] + markup + text[match.end(2) :]
    return text


def with_texts(values: Mapping[str, str], text: str = VALID) -> str:
    """The same, with the text escaped as XML."""
    return with_values({name: escape(value) for name, value in values.items()}, text)
