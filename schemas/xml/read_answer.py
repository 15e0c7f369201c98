"""Read a 325 back: our own, before it leaves the house.

In the usual form it is recognized by one expression, as a 323 is (`schemas.xml.usual`); with a value out of
the ordinary in it, it is parsed and validated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from lxml import etree

from schemas.standard import MessageType
from schemas.xml.decode import day
from schemas.xml.grammar import BLANKS, Grammar, Prefixes, optional
from schemas.xml.parser import parser
from schemas.xml.xsd import schema_for

_CODE: Final = re.compile(r">([^<\s]+)<")
_DAY: Final = re.compile(">([0-9]{4}-[0-9]{2}-[0-9]{2})<")


class ReturnedLine(NamedTuple):
    """One returned line: its texts in document order, empty where one is not there, and its return codes."""

    texts: tuple[str, ...]
    codes: tuple[str, ...]


class ReturnedClient(NamedTuple):
    """One returned client."""

    bsn: str
    lines: list[ReturnedLine]
    codes: tuple[str, ...]


class ReturnedBody(NamedTuple):
    """DeclaratieAntwoord: totals as amount and side, returned clients, return codes."""

    claimed: tuple[str, str]
    granted: tuple[str, str]
    clients: list[ReturnedClient]
    codes: tuple[str, ...]


def read_answer(text: str, kind: MessageType) -> ReturnedBody | None:
    """What an answer says of the declaration, None when it says nothing of it.

    Raises ValueError when it is not valid by its schema.
    """
    form = _form(kind)
    if text.isascii() and text.startswith(form.start) and all(map(day, set(_DAY.findall(text)))):
        at = len(form.start)
        whole = form.body.fullmatch(text, at)
        if whole is not None:
            *_, claimed, its_side, granted, other_side, codes = whole.groups()
            if codes is None:
                return None
            return ReturnedBody((claimed, its_side), (granted, other_side), [], _codes(codes))
        found = _with_clients(form, text, at)
        if found is not None:
            return found
    return _parsed(text, kind)


class _Form(NamedTuple):
    """Expressions for an answer without clients, and in parts for one with them."""

    start: str
    body: re.Pattern[str]
    head: re.Pattern[str]
    line: re.Pattern[str]
    close: str
    tail: re.Pattern[str]


@cache
def _form(kind: MessageType) -> _Form:
    prefixes = Prefixes("m:", "b:")
    start = (
        '<?xml version="1.0" encoding="UTF-8"?>\r\n'
        f'<m:Bericht xmlns:m="{kind.namespace}" xmlns:b="{kind.base_namespace}">'
    )
    full, short = Grammar(kind, prefixes), Grammar(kind, prefixes, without=frozenset({"Clienten"}))
    root = full.halves(full.root, inner=True)
    client = full.halves(root.repeated, root.depth)
    whole = full.whole(client.repeated, client.depth)
    line = f"{optional(client.before)}{whole}{optional(client.after)}{BLANKS}"
    return _Form(
        start,
        re.compile(short.whole(short.root, inner=True) + BLANKS),
        re.compile(root.before),
        re.compile(f"{line}|([\\s\\S]++)"),
        root.close,
        re.compile(root.after + BLANKS),
    )


def _with_clients(form: _Form, text: str, at: int) -> ReturnedBody | None:
    end = text.rfind(form.close)
    head, tail = form.head.match(text, at), form.tail.fullmatch(text, max(end, 0))
    if head is None or tail is None:
        return None
    *_, claimed, its_side, granted, other_side = head.groups()
    clients: list[ReturnedClient] = []
    is_open = False
    for bsn, *texts, line_codes, client_codes, rest in form.line.findall(text, head.end(), end):
        if rest or is_open == (bsn != ""):
            return None
        if bsn:
            clients.append(ReturnedClient(bsn, [], ()))
        clients[-1].lines.append(ReturnedLine(tuple(texts), _codes(line_codes)))
        if client_codes:
            clients[-1] = clients[-1]._replace(codes=_codes(client_codes))
        is_open = not client_codes
    if is_open or not clients:
        return None
    return ReturnedBody((claimed, its_side), (granted, other_side), clients, _codes(tail[1]))


def _codes(block: str) -> tuple[str, ...]:
    return tuple(_CODE.findall(block))


def _parsed(text: str, kind: MessageType) -> ReturnedBody | None:
    try:
        root = etree.fromstring(text.encode("utf-8"), parser())
    except etree.XMLSyntaxError:
        raise ValueError("an answer is well-formed") from None
    if not schema_for(kind).validate(root):
        raise ValueError("an answer is valid by its schema")
    if len(root) == 1:
        return None
    _number, claimed, granted, *clients, codes = root[1]
    return ReturnedBody(
        (_text(claimed[0]), _text(claimed[1])),
        (_text(granted[0]), _text(granted[1])),
        [
            ReturnedClient(_text(client[0]), [*map(_line, client[1])], tuple(map(_text, client[-1])))
            for holder in clients
            for client in holder
        ],
        tuple(map(_text, codes)),
    )


def _line(element: etree._Element) -> ReturnedLine:
    found = {etree.QName(leaf).localname: _text(leaf) for leaf in _leaves(element)}
    names = (
        "ReferentieNummer", "VorigReferentieNummer", "ToewijzingNummer", "ProductCategorie", "ProductCode",
        "Begindatum", "Einddatum", "GeleverdVolume", "Eenheid", "ProductTarief", "Bedrag", "DebetCredit",
    )  # fmt: skip
    return ReturnedLine(tuple(found.get(name, "") for name in names), tuple(map(_text, element[-1])))


def _leaves(element: etree._Element) -> Iterator[etree._Element]:
    return (leaf for leaf in element.iter() if len(leaf) == 0)


def _text(element: etree._Element) -> str:
    return element.text or ""
