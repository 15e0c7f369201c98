"""Read a 323 that passed the gate into a `Declaration`: one flat pass, each value decoded once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from itertools import repeat
from typing import Any, Final, NamedTuple

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
_number_of_elements: Final[Any] = etree.XPath("count(descendant::*)")
_AROUND_VALUES: Final = 4  # of a line: itself, ProductReferentie, ProductPeriode, IngediendBedrag
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
    container = root[1][-1]
    counts = [len(holder) for holder in container.iter(f"{{{message_type.namespace}}}Prestaties")]
    texts: list[Any] = _every_text(container) if plain else []
    holders = 2 * len(counts) + _AROUND_VALUES * sum(counts)  # a client is one, and so are his lines together
    if len(texts) != _number_of_elements(container) - holders:  # a parser leaves long blanks between elements
        texts = [element.text for element in container.iter(*_value_tags(message_type))]
    return assemble(root, message_type, texts, counts)


def assemble(
    root: etree._Element, message_type: MessageType, texts: list[Any], counts: list[int]
) -> Declaration | Fault:
    """The declaration or a fault, as above: `texts` are the values of clients and lines in document order,
    `counts` the numbers of lines of the clients."""
    header = read_header(root, message_type)
    if isinstance(header, Fault):
        return header
    body = root[1]
    number, period, dated_on, total, container = body
    begin, end, signed_on = day(period[0].text), day(period[1].text), day(dated_on.text)
    amount = whole(total[0].text)
    if begin is None or end is None or signed_on is None or amount is None:
        return value_fault(header, body)
    odd: set[str] = set()
    try:
        columns = Columns._make(zip(*_rows(texts, counts), strict=True))
        clients, lines = lines_of(columns, _Numbers(odd).__getitem__, _Periods(odd).of, odd)
    except Undecodable:
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


class Undecodable(Exception):
    """Some value lies outside the decoders' range."""


class Columns(NamedTuple):
    """The texts of all lines by element, in document order; empty or None where nothing stands.

    `bsn` only stands where a client begins.
    """

    bsn: tuple[str, ...]
    reference: tuple[str, ...]
    previous: tuple[str | None, ...]
    allocation: tuple[str, ...]
    category: tuple[str, ...]
    code: tuple[str, ...]
    begin: tuple[str, ...]
    end: tuple[str, ...]
    volume: tuple[str, ...]
    unit: tuple[str, ...]
    tariff: tuple[str | None, ...]
    amount: tuple[str, ...]
    side: tuple[str, ...]


def lines_of(
    columns: Columns,
    number: Callable[[str], int],
    dated: Callable[[str, str], tuple[Period, int]],
    odd: Collection[str] = (),
) -> tuple[tuple[Client, ...], tuple[Line, ...]]:
    """Clients and lines from their texts; one step for all lines at a time is fast.

    `number` decodes a whole number, `dated` a product period and its month; both raise Undecodable. When
    there are `odd` texts among them afterwards, lines keep the texts that they were.
    """
    count = len(columns.side)
    firsts = [position for position, bsn in enumerate(columns.bsn) if bsn]
    bsns = [columns.bsn[first] for first in firsts]
    ends = [*firsts[1:], count]
    holders = zip(range(len(firsts)), bsns, firsts, ends, strict=True)
    clients: tuple[Client, ...] = (*map(tuple.__new__, repeat(Client), holders),)
    owners: list[int] = []
    owner_bsns: list[str] = []
    for position, bsn, first, end in clients:
        owners += [position] * (end - first)
        owner_bsns += [bsn] * (end - first)
    periods = [*map(dated, columns.begin, columns.end)]
    allocations, volumes, amounts = (
        [*map(number, texts)] for texts in (columns.allocation, columns.volume, columns.amount)
    )
    values = zip(
        range(count),
        owners,
        owner_bsns,
        columns.reference,
        [text or None for text in columns.previous],
        allocations,
        columns.category,
        columns.code,
        [period for period, _ in periods],
        [month for _, month in periods],
        volumes,
        columns.unit,
        [number(text) if text else None for text in columns.tariff],
        amounts,
        columns.side,
        _wires(columns, odd) if odd else repeat(None, count),
        strict=True,
    )
    return clients, (*map(tuple.__new__, repeat(Line), values),)


@lru_cache(maxsize=4096)
def plain_period(begin: str, end: str) -> tuple[Period, int]:
    """A product period and its month by the text of its days, written in the plain way.

    Raises Undecodable.
    """
    first, last = day(begin), day(end)
    if first is None or last is None:
        raise Undecodable
    return Period(first, last), month_number(first)


def _wires(columns: Columns, odd: Collection[str]) -> Iterator[Wire | None]:
    """How the numbers and days of each line were written, where one of them is odd."""
    written = (getattr(columns, name) for name in Wire._fields)
    for texts in zip(*written, strict=True):
        yield Wire(*texts) if any(text in odd for text in texts) else None


def _value_tags(message_type: MessageType) -> list[str]:
    """The elements of clients and lines that hold a value."""
    tags = [f"{{{message_type.namespace}}}{name}" for name in _OWN]
    return tags + [f"{{{message_type.base_namespace}}}{name}" for name in _SHARED]


class _Numbers(dict[str, int]):
    """Whole numbers by their text, decoded on first use. `odd` gets those not written in the plain way."""

    def __init__(self, odd: set[str]) -> None:
        self._odd = odd

    def __missing__(self, text: str) -> int:
        number = whole(text)
        if number is None:
            raise Undecodable
        if str(number) != text:
            self._odd.add(text)
        self[text] = number
        return number


class _Periods(dict[tuple[str, str], tuple[Period, int]]):
    """Product periods and their month by the text of their days, likewise."""

    def __init__(self, odd: set[str]) -> None:
        self._odd = odd

    def of(self, begin: str, end: str) -> tuple[Period, int]:
        """The period between these days."""
        return self[begin, end]

    def __missing__(self, texts: tuple[str, str]) -> tuple[Period, int]:
        begin, end = day(texts[0]), day(texts[1])
        if begin is None or end is None:
            raise Undecodable
        self._odd.update({*texts} - {str(begin), str(end)})
        found = self[texts] = plain_period(str(begin), str(end))
        return found


def _rows(texts: list[Any], counts: list[int]) -> Iterator[tuple[Any, ...]]:
    """Rows from all values: of each client the number, then the values of `counts` lines.

    Only VorigReferentieNummer and ProductTarief are optional. The place of the first date and that of
    the side tell whether they are there.
    """
    at = 0
    for count in counts:
        bsn = texts[at]
        at += 1
        for _ in range(count):
            reference, allocation, category, code, begin = texts[at : at + 5]
            previous = tariff = None
            at += 5
            if len(begin) < _SHORTEST_DATE:
                previous, allocation, category, code, begin = allocation, category, code, begin, texts[at]
                at += 1
            end, volume, unit, amount, side = texts[at : at + 5]
            at += 5
            if side not in _SIDES:
                tariff, amount, side = amount, side, texts[at]
                at += 1
            yield (
                bsn, reference, previous, allocation, category, code, begin, end, volume, unit, tariff,
                amount, side,
            )  # fmt: skip
            bsn = ""
