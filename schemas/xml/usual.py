"""Read a 323 in the usual form straight from its text: one expression is gate, schema and reader in one.

Nearly every sender writes in this form. A message that is not recognized here is not wrong: it goes
through the gate, and comes out the same (tests/schemas/test_usual.py).
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from functools import lru_cache
from typing import Final, NamedTuple

from schemas.declaration import Declaration, Header
from schemas.money import signed
from schemas.period import Period
from schemas.standard import BY_NAMESPACE, MessageType
from schemas.xml.decode import day
from schemas.xml.gate import LARGEST_MESSAGE
from schemas.xml.grammar import BLANKS, Grammar, Layout, Prefixes, optional
from schemas.xml.read_declaration import Columns, Undecodable, lines_of, plain_period

_NAME: Final = "[A-Za-z][A-Za-z0-9_]{0,15}+"
_SPACE: Final = f'[ \\t\\r\\n]{{1,999}}+xmlns(?>:({_NAME})|)="(http://[A-Za-z0-9./_-]{{1,99}}+)"'
# Without signs of which the gate takes so many and no more, and not long: each repetition takes memory.
_COMMENT: Final = r"<!--(?>(?:[\t\r\n -%'-,.-;>-~]{1,999}+|-(?!-)){0,99})-->"
_INSTANCE: Final = "http://www.w3.org/2001/XMLSchema-instance"
_HINT: Final = '[ \\t\\r\\n]{1,999}+xsi:schemaLocation="[A-Za-z0-9:/._ -]{0,400}+"'  # where to find a schema
_START: Final = re.compile(
    r"""(?><\?xml version=(["'])1\.0\1(?> encoding=(["'])(?:UTF|utf)-8\2|)"""
    r"""(?> standalone=(["'])(?:yes|no)\3|) ?\?>|)"""
    rf"(?>(?:{BLANKS}{_COMMENT}){{0,9}}){BLANKS}<(?>(?P<own>{_NAME}):|)Bericht"
    rf"(?P<spaces>(?>(?:{_SPACE}){{1,4}}))(?>(?P<hint>{_HINT})|){BLANKS}>"
)
_SPACES: Final = re.compile(_SPACE)
_LAYOUT: Final = re.compile("(\\r\\n|\\n|)([ \\t]{0,8}+)<")
# A name of any other namespace may be one that no parser takes.
_KNOWN: Final = {
    *BY_NAMESPACE,
    *(message_type.base_namespace for message_type in BY_NAMESPACE.values()),
    "http://www.w3.org/2001/XMLSchema",
    _INSTANCE,
}


class _Form(NamedTuple):
    """The expressions for a 323 with certain prefixes.

    `head` ends where the first client begins, `tail` begins where the last one ends; `close` is the end tag
    after it. `line` is a line with the start of a client before it and the end of a client after it, if these
    are there; what is none of this is a last group.
    """

    head: re.Pattern[str]
    line: re.Pattern[str]
    close: str
    tail: re.Pattern[str]


@lru_cache(maxsize=32)
def _form(message_type: MessageType, prefixes: Prefixes, layout: Layout | None) -> _Form:
    grammar = Grammar(message_type, prefixes, layout)
    root = grammar.halves(grammar.root, inner=True)
    client = grammar.halves(root.repeated, root.depth)
    end = optional(client.after.replace("</", "(</)", 1))
    line = f"{optional(client.before)}{grammar.whole(client.repeated, client.depth)}{end}"
    return _Form(
        re.compile(root.before),
        re.compile(f"{line}|([\\s\\S]++)"),
        root.close,
        re.compile(root.after + BLANKS),
    )


def read_usual(data: bytes) -> Declaration | None:
    """The declaration, if the message is a valid 323 in the usual form and every value can be decoded."""
    text = data.removeprefix(BOM_UTF8)
    if len(data) > LARGEST_MESSAGE or not text.isascii():
        return None
    return _read(text.decode("ascii"))


def _read(text: str) -> Declaration | None:
    start = _START.match(text)
    named = start and _names_of(start["own"] or "", start["spaces"], hinted=start["hint"] is not None)
    if not start or not named:
        return None
    layout = _layout_of(text, start.end())
    found = None if layout is None else _read_as(_form(*named, layout), named[0], text, start.end())
    return found or _read_as(_form(*named, None), named[0], text, start.end())


def _layout_of(text: str, at: int) -> Layout | None:
    """The layout that a document seems to have whose root element has its begin tag end there."""
    match = _LAYOUT.match(text, at)
    return None if match is None else Layout(match[1], match[2])


def _read_as(form: _Form, message_type: MessageType, text: str, at: int) -> Declaration | None:
    head, line, close, tail = form
    opening = head.match(text, at)
    end = text.rfind(">", 0, max(text.rfind(close), 0)) + 1  # of the last client
    if opening is None or tail.fullmatch(text, end) is None:
        return None
    rows = line.findall(text, opening.end(), end)
    if not rows:
        return None
    *columns, ends, rest = zip(*rows, strict=True)
    if any(rest) or not _is_whole(columns[0], ends):
        return None
    try:
        return _declaration(message_type, opening.groups(), Columns._make(columns))
    except Undecodable:
        return None


@lru_cache(maxsize=64)
def _names_of(own: str, declared: str, *, hinted: bool) -> tuple[MessageType, Prefixes] | None:
    """The message that a root element with this prefix opens, and how it names its namespaces."""
    spaces = _SPACES.findall(declared)
    prefixes = {space: prefix for prefix, space in spaces}
    names = [prefix for prefix, _ in spaces]
    message_type = BY_NAMESPACE.get(next((space for prefix, space in spaces if prefix == own), ""))
    if message_type is None or message_type.number != "323":
        return None
    if len(set(names)) < len(names) or any(name[:3].lower() == "xml" for name in names):
        return None
    if not prefixes.keys() <= _KNOWN or (hinted and ("xsi", _INSTANCE) not in spaces):
        return None
    base = prefixes.get(message_type.base_namespace)
    return message_type, Prefixes(_colon(own), None if base is None else _colon(base))


def _colon(prefix: str) -> str:
    return f"{prefix}:" if prefix else ""


def _is_whole(begins: tuple[str, ...], ends: tuple[str, ...]) -> bool:
    """Whether each client begins where the one before ends, the first at once and the last with the lines."""
    return begins[0] != "" != ends[-1] and [*map(bool, begins[1:])] == [*map(bool, ends[:-1])]


def _declaration(message_type: MessageType, values: tuple[str, ...], columns: Columns) -> Declaration:
    """A declaration from the values before the first client and the texts of its lines."""
    _code, _version, _subversion, sender, receiver, identification, dated_on, base, own, *values_of = values
    number, begin, end, signed_on, total, side = values_of
    header_day, first, last, signed_day = map(day, (dated_on, begin, end, signed_on))
    if header_day is None or first is None or last is None or signed_day is None:
        raise Undecodable
    clients, lines = lines_of(columns, int, plain_period)
    header = Header(message_type, sender, receiver, identification, header_day, dated_on, base, own)
    return Declaration(
        header=header,
        number=number,
        period=Period(first, last),
        dated_on=signed_day,
        total_text=total,
        total_side=side,
        total_cents=signed(int(total), side),
        clients=clients,
        lines=lines,
    )
