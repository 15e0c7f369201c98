"""The 325 as plain values, by a parser and names of its own; and what a disagreement is called."""

from __future__ import annotations

import hashlib
from typing import Any
from xml.etree import ElementTree

Message = dict[str, Any]
Line = dict[str, Any]

_ELEMENTS = {
    "reference": "ReferentieNummer", "previous": "VorigReferentieNummer", "allocation": "ToewijzingNummer",
    "category": "ProductCategorie", "code": "ProductCode", "begin": "Begindatum", "end": "Einddatum",
    "volume": "GeleverdVolume", "unit": "Eenheid", "tariff_cents": "ProductTarief", "amount_cents": "Bedrag",
    "side": "DebetCredit",
}  # fmt: skip


class Wrong(AssertionError):
    """The product does not do what the standard says, or breaks an invariant."""


def demand(condition: bool, invariant: str, detail: object = "") -> None:
    """Hold an invariant, whatever the optimisation level."""
    if not condition:
        raise Wrong(f"{invariant}: {detail}")


def sha256(content: bytes) -> str:
    """The fingerprint by which bytes are told apart."""
    return hashlib.sha256(content).hexdigest()


def refers_to(message: Message) -> dict[str, str]:
    """What the header of an answer must repeat of a message."""
    return {
        "Identificatie": message["identification"],
        "Dagtekening": str(message["dated_on"]),
        "Afzender": message["town"],
        "Ontvanger": message["provider"],
    }


def returned_form(line: Line) -> dict[str, str]:
    """A line as an answer must repeat it: every element it had, and no other."""
    return {_ELEMENTS[key]: str(line[key]) for key in _ELEMENTS if line[key] is not None}


def read_answer(content: bytes) -> dict[str, Any]:
    """A 325 as plain values."""
    root = ElementTree.fromstring(content)
    header = root.find("{*}Header")
    if header is None:
        raise Wrong("A4 an answer has a header")
    names = ("DeclaratieIdentificatie/{*}Identificatie", "DeclaratieIdentificatie/{*}Dagtekening",
             "Afzender", "Ontvanger")  # fmt: skip
    about = {name.rpartition("}")[2]: header.findtext(f"{{*}}{name}") for name in names}
    told: dict[str, Any] = {"header": _codes(header), "about": about}
    body = root.find("{*}DeclaratieAntwoord")
    if body is None:
        return told
    told["number"] = body.findtext("{*}DeclaratieNummer")
    for key, name in (("claimed", "TotaalIngediendBedrag"), ("granted", "TotaalToegekendBedrag")):
        amount = int(body.findtext(f"{{*}}{name}/{{*}}TotaalBedrag") or "")
        side = body.findtext(f"{{*}}{name}/{{*}}DebetCredit")
        demand(amount != 0 or side == "D", "CS325 zero is a debit")
        told[key] = -amount if side == "C" else amount
    told["codes"] = _codes(body)
    told["clients"] = [
        (
            client.findtext("{*}Bsn"),
            _codes(client),
            [(_values(line), _codes(line)) for line in client.findall("{*}Prestaties/{*}Prestatie")],
        )
        for client in body.findall("{*}Clienten/{*}Client")
    ]
    return told


def _values(line: ElementTree.Element) -> dict[str, str]:
    leaves = (leaf for leaf in line.iter() if len(leaf) == 0 and not leaf.tag.endswith("}RetourCode"))
    return {leaf.tag.rpartition("}")[2]: leaf.text or "" for leaf in leaves}


def _codes(element: ElementTree.Element) -> list[str]:
    return [code.text or "" for code in element.findall("{*}RetourCodes/{*}RetourCode")]
