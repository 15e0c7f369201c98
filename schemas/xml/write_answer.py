"""Write the 325: text templates, every value escaped once, values of the 323 repeated exactly.

Lines end in CR/LF as the standard asks (OP192); a line feed inside a value stays what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple
from xml.sax.saxutils import escape

from schemas.declaration import Declaration, Header, Line
from schemas.money import unsigned
from schemas.standard import answer_type

XSD_VERSION = "1.0.0"  # of our own messages, in both domains (OC-40)
_RETURN = {"\r": "&#13;"}
_SPECIAL = re.compile("[&<>\r]")


class ClientAnswer(NamedTuple):
    """One client with his rejected lines, each with its return codes."""

    bsn: str
    codes: tuple[str, ...]
    lines: Iterable[tuple[Line, tuple[str, ...]]]


def value(text: str | None) -> str:
    """Text as element content that every parser reads back unchanged."""
    if not text:
        return ""
    return escape(text, _RETURN) if _SPECIAL.search(text) else text


def answer_xml(
    header: Header,
    *,
    identification: str,
    dated_on: date,
    header_codes: tuple[str, ...],
    body: Iterable[str] = (),
) -> str:
    """A whole 325: the header about the 323 `header`, and the answer class, if there is one, in pieces."""
    kind = answer_type(header.message_type)
    start = (
        f'<?xml version="1.0" encoding="UTF-8"?>\r\n'
        f'<m:Bericht xmlns:m="{kind.namespace}" xmlns:b="{kind.base_namespace}">\r\n'
        f" <m:Header>\r\n"
        f"  <m:BerichtCode>{kind.code}</m:BerichtCode>\r\n"
        f"  <m:BerichtVersie>3</m:BerichtVersie>\r\n"
        f"  <m:BerichtSubversie>2</m:BerichtSubversie>\r\n"
        f"  <m:Afzender>{header.receiver}</m:Afzender>\r\n"
        f"  <m:Ontvanger>{header.sender}</m:Ontvanger>\r\n"
        f"  <m:BerichtIdentificatie>"
        f"{_identification(identification, str(dated_on))}</m:BerichtIdentificatie>\r\n"
        f"  <m:XsdVersie>{_versions(XSD_VERSION, XSD_VERSION)}</m:XsdVersie>\r\n"
        f"  <m:DeclaratieIdentificatie>"
        f"{_identification(header.identification, header.dated_on_text)}</m:DeclaratieIdentificatie>\r\n"
        f"  <m:XsdVersieDeclaratie>"
        f"{_versions(header.base_schema_version, header.message_schema_version)}</m:XsdVersieDeclaratie>\r\n"
        f"  {_codes(header_codes)}\r\n"
        f" </m:Header>\r\n"
    )
    return "".join((start, *body, "</m:Bericht>\r\n"))


def declaration_answer(
    declaration: Declaration, granted_cents: int, codes: tuple[str, ...], clients: Iterable[ClientAnswer]
) -> Iterator[str]:
    """The DeclaratieAntwoord class: totals, rejected lines by client, codes last."""
    amount, side = unsigned(granted_cents)
    yield (
        f" <m:DeclaratieAntwoord>\r\n"
        f"  <m:DeclaratieNummer>{value(declaration.number)}</m:DeclaratieNummer>\r\n"
        f"  <m:TotaalIngediendBedrag>{_total(declaration.total_text, declaration.total_side)}"
        f"</m:TotaalIngediendBedrag>\r\n"
        f"  <m:TotaalToegekendBedrag>{_total(str(amount), side)}</m:TotaalToegekendBedrag>\r\n"
    )
    some = False
    for client in clients:
        yield "" if some else "  <m:Clienten>\r\n"
        yield from _client(client)
        some = True
    if some:
        yield "  </m:Clienten>\r\n"
    yield f"  {_codes(codes)}\r\n </m:DeclaratieAntwoord>\r\n"


def _client(client: ClientAnswer) -> Iterator[str]:
    yield f"   <m:Client>\r\n    <m:Bsn>{client.bsn}</m:Bsn>\r\n    <m:Prestaties>\r\n"
    for line, codes in client.lines:
        yield _line(line, codes)
    yield f"    </m:Prestaties>\r\n    {_codes(client.codes)}\r\n   </m:Client>\r\n"


def _line(line: Line, codes: tuple[str, ...]) -> str:
    previous = (
        ""
        if line.previous is None
        else f"<b:VorigReferentieNummer>{value(line.previous)}</b:VorigReferentieNummer>"
    )
    texts = line.texts
    tariff = "" if texts.tariff is None else f"<m:ProductTarief>{value(texts.tariff)}</m:ProductTarief>"
    return (
        f"     <m:Prestatie><m:ProductReferentie><b:ReferentieNummer>{value(line.reference)}"
        f"</b:ReferentieNummer>{previous}</m:ProductReferentie>"
        f"<m:ToewijzingNummer>{value(texts.allocation)}</m:ToewijzingNummer>"
        f"<m:ProductCategorie>{line.category}</m:ProductCategorie>"
        f"<m:ProductCode>{value(line.code)}</m:ProductCode>"
        f"<m:ProductPeriode><b:Begindatum>{value(texts.begin)}</b:Begindatum>"
        f"<b:Einddatum>{value(texts.end)}</b:Einddatum></m:ProductPeriode>"
        f"<m:GeleverdVolume>{value(texts.volume)}</m:GeleverdVolume><m:Eenheid>{line.unit}</m:Eenheid>"
        f"{tariff}<m:IngediendBedrag><b:Bedrag>{value(texts.amount)}</b:Bedrag>"
        f"<b:DebetCredit>{line.side}</b:DebetCredit></m:IngediendBedrag>{_codes(codes)}</m:Prestatie>\r\n"
    )


def _identification(identification: str, dated_on: str) -> str:
    return (
        f"<b:Identificatie>{value(identification)}</b:Identificatie>"
        f"<b:Dagtekening>{value(dated_on)}</b:Dagtekening>"
    )


def _versions(base: str, message: str) -> str:
    return (
        f"<b:BasisschemaXsdVersie>{value(base)}</b:BasisschemaXsdVersie>"
        f"<b:BerichtXsdVersie>{value(message)}</b:BerichtXsdVersie>"
    )


def _total(amount: str, side: str) -> str:
    return f"<b:TotaalBedrag>{value(amount)}</b:TotaalBedrag><b:DebetCredit>{side}</b:DebetCredit>"


@lru_cache(maxsize=256)
def _codes(codes: tuple[str, ...]) -> str:
    listed = "".join(f"<m:RetourCode>{code}</m:RetourCode>" for code in codes)
    return f"<m:RetourCodes>{listed}</m:RetourCodes>"
