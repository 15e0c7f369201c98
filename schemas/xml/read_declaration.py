"""Read a 323 that passed the gate into a `Declaration`: one flat pass, each value decoded once."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from lxml import etree

from schemas.declaration import Client, Declaration, Line
from schemas.money import signed
from schemas.period import Period, month_number
from schemas.standard import MessageType
from schemas.xml.decode import day, whole
from schemas.xml.fault import Fault
from schemas.xml.read_header import read_header, value_fault

_OWN: Final = (
    *("Client", "Bsn", "Prestatie", "ToewijzingNummer", "ProductCategorie", "ProductCode"),
    *("GeleverdVolume", "Eenheid", "ProductTarief"),
)
_SHARED: Final = (
    *("ReferentieNummer", "VorigReferentieNummer", "Begindatum", "Einddatum", "Bedrag", "DebetCredit"),
)
_SHORTEST_DATE: Final = 10  # characters; a product code has at most five
_WITH_TARIFF: Final = 11  # values of a line that credits nothing


def read_declaration(root: etree._Element, message_type: MessageType) -> Declaration | Fault:
    """The declaration, or a fault when a value lies outside the decoders' range.

    The structure is known to be valid, so children are taken by position; text is copied as it
    stands, because an answer repeats it exactly (TR367).
    """
    header = read_header(root, message_type)
    if isinstance(header, Fault):
        return header
    body = root[1]
    number, period, dated_on, total, container = body
    begin, end, signed_on = day(period[0].text), day(period[1].text), day(dated_on.text)
    amount = whole(total[0].text)
    if begin is None or end is None or signed_on is None or amount is None:
        return value_fault(header, body)
    texts = _texts(container, message_type)
    try:
        clients, lines = _lines(texts)
    except _Undecodable:
        return value_fault(header, container)
    return Declaration(
        header=header,
        number=number.text or "",
        period=Period(begin, end),
        dated_on=signed_on,
        total_text=total[0].text or "",
        total_side=total[1].text or "",
        total_cents=signed(amount, total[1].text or ""),
        clients=clients,
        lines=lines,
    )


class _Undecodable(Exception):
    """Some value lies outside the decoders' range."""


def _texts(container: etree._Element, message_type: MessageType) -> list[str | None]:
    """The text of every client, line and value in document order. A container has no text: None."""
    own, base = message_type.namespace, message_type.base_namespace
    for holder in container.iter(f"{{{own}}}Client", f"{{{own}}}Prestatie"):
        if holder.text is not None:
            holder.text = None  # blanks that the gate kept, because a value had a comment beside it
    tags = [f"{{{own}}}{name}" for name in _OWN] + [f"{{{base}}}{name}" for name in _SHARED]
    return [element.text for element in container.iter(*tags)]


class _Numbers(dict[str, int]):
    """Whole numbers by their text, decoded on first use."""

    def __missing__(self, text: str) -> int:
        number = whole(text)
        if number is None:
            raise _Undecodable
        self[text] = number
        return number


class _Periods(dict[tuple[str, str], tuple[Period, int]]):
    """Product periods and their month by the text of their days, decoded on first use."""

    def __missing__(self, texts: tuple[str, str]) -> tuple[Period, int]:
        begin, end = day(texts[0]), day(texts[1])
        if begin is None or end is None:
            raise _Undecodable
        found = self[texts] = (Period(begin, end), month_number(begin))
        return found


def _lines(texts: list[str | None]) -> tuple[tuple[Client, ...], tuple[Line, ...]]:
    """Clients and lines. Between two containers stands a client's number, or the values of a line.

    Only VorigReferentieNummer and ProductTarief are optional; where one of the two is missing, the
    place of the first date tells which.
    """
    numbers, periods = _Numbers(), _Periods()
    lines: list[Line] = []
    clients: list[tuple[str, int]] = []
    new, add, bsn, client, position = tuple.__new__, lines.append, "", -1, 0
    starts = [place for place, text in enumerate(texts) if text is None]
    for start, stop in pairwise([*starts, len(texts)]):
        values: list[str] = texts[start + 1 : stop]  # type: ignore[assignment]  # between two Nones
        if len(values) == 1:
            bsn = values[0]
            clients.append((bsn, position))
            client += 1
            continue
        previous = values.pop(1) if len(values[4]) < _SHORTEST_DATE else None
        tariff = values.pop(8) if len(values) == _WITH_TARIFF else None
        reference, allocation, category, code, begin, end, volume, unit, amount, side = values
        add(
            new(
                Line,
                (
                    position, client, bsn, reference, previous,
                    int(allocation) if len(allocation) < _SHORTEST_DATE else numbers[allocation],
                    category, code, *periods[begin, end], numbers[volume], unit,
                    None if tariff is None else numbers[tariff], numbers[amount], side,
                    allocation, begin, end, volume, tariff, amount,
                ),
            )
        )  # fmt: skip
        position += 1
    ends = [first for _, first in clients[1:]] + [position]
    bounds = zip(clients, ends, strict=True)
    return tuple(Client(n, bsn, first, end) for n, ((bsn, first), end) in enumerate(bounds)), tuple(lines)
