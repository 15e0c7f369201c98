"""Read a 323 that passed the gate into a `Declaration`: one flat pass, each value decoded once."""

from __future__ import annotations

from typing import Any, Final

from lxml import etree

from schemas.declaration import Client, Declaration, Line, Wire
from schemas.money import signed
from schemas.period import Period, month_number
from schemas.standard import MessageType
from schemas.xml.decode import day, whole
from schemas.xml.fault import Fault
from schemas.xml.read_header import read_header, value_fault

_OWN: Final = (
    *("Bsn", "ToewijzingNummer", "ProductCategorie", "ProductCode", "GeleverdVolume", "Eenheid"),
    "ProductTarief",
)
_SHARED: Final = (
    *("ReferentieNummer", "VorigReferentieNummer", "Begindatum", "Einddatum", "Bedrag", "DebetCredit"),
)
_every_text: Final[Any] = etree.XPath("descendant::text()", smart_strings=False)
_SIDES: Final = frozenset({"D", "C"})
_SHORTEST_DATE: Final = 10  # characters; a product code has at most five


def read_declaration(
    root: etree._Element, message_type: MessageType, *, plain: bool = False
) -> Declaration | Fault:
    """The declaration, or a fault when a value lies outside the decoders' range.

    The structure is known to be valid, so children are taken by position; text is copied as it
    stands, because an answer repeats it exactly (TR367). A `plain` message has nothing but elements
    and text, so that every piece of text is a value.
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
    own = message_type.namespace
    counts = [len(holder) for holder in container.iter(f"{{{own}}}Prestaties")]
    texts: list[Any] = _every_text(container) if plain else _texts(container, message_type)
    try:
        clients, lines = _lines(texts, counts)
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


def _texts(container: etree._Element, message_type: MessageType) -> list[Any]:
    """The text of every value in document order."""
    tags = [f"{{{message_type.namespace}}}{name}" for name in _OWN]
    tags += [f"{{{message_type.base_namespace}}}{name}" for name in _SHARED]
    return [element.text for element in container.iter(*tags)]


class _Numbers(dict[str, int]):
    """Whole numbers by their text, decoded on first use. `odd` gets those not written in the plain way."""

    def __init__(self, odd: set[str]) -> None:
        self._odd = odd

    def __missing__(self, text: str) -> int:
        number = whole(text)
        if number is None:
            raise _Undecodable
        if str(number) != text:
            self._odd.add(text)
        self[text] = number
        return number


class _Periods(dict[tuple[str, str], tuple[Period, int]]):
    """Product periods and their month by the text of their days, likewise."""

    def __init__(self, odd: set[str]) -> None:
        self._odd = odd

    def __missing__(self, texts: tuple[str, str]) -> tuple[Period, int]:
        begin, end = day(texts[0]), day(texts[1])
        if begin is None or end is None:
            raise _Undecodable
        self._odd.update({*texts} - {str(begin), str(end)})
        found = self[texts] = (Period(begin, end), month_number(begin))
        return found


def _lines(texts: list[Any], counts: list[int]) -> tuple[tuple[Client, ...], tuple[Line, ...]]:
    """Clients and lines from their values: of each client the number, then the values of `counts` lines.

    Only VorigReferentieNummer and ProductTarief are optional. The place of the first date and that of
    the side tell whether they are there.
    """
    odd: set[str] = set()
    numbers, periods = _Numbers(odd), _Periods(odd)
    clients: list[Client] = []
    lines: list[Line] = []
    new, add, at, first = tuple.__new__, lines.append, 0, 0
    begin_before = end_before = None  # nearly all lines of a message have the same period
    for client, count in enumerate(counts):
        bsn = texts[at]
        at += 1
        clients.append(Client(client, bsn, first, first + count))
        for position in range(first, first + count):
            reference, allocation, category, code, begin = texts[at : at + 5]
            previous = None
            at += 5
            if len(begin) < _SHORTEST_DATE:
                previous, allocation, category, code, begin = allocation, category, code, begin, texts[at]
                at += 1
            end, volume, unit, amount, side = texts[at : at + 5]
            tariff_text = tariff = None
            at += 5
            if side not in _SIDES:
                tariff_text, amount, side = amount, side, texts[at]
                tariff = numbers[tariff_text]
                at += 1
            if begin != begin_before or end != end_before:
                begin_before, end_before = begin, end
                period, month = periods[begin, end]
            is_plain = len(allocation) < _SHORTEST_DATE and allocation.isdigit() and allocation[0] != "0"
            number = int(allocation) if is_plain else numbers[allocation]
            delivered, cents, wire = numbers[volume], numbers[amount], None
            if odd and not odd.isdisjoint((allocation, begin, end, volume, tariff_text, amount)):
                wire = Wire(allocation, begin, end, volume, tariff_text, amount)
            add(
                new(
                    Line,
                    (
                        position, client, bsn, reference, previous, number, category, code, period, month,
                        delivered, unit, tariff, cents, side, wire,
                    ),
                )
            )  # fmt: skip
        first += count
    return tuple(clients), tuple(lines)
