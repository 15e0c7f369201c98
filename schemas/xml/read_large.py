"""Read a large 323 in pieces: parsed, validated and taken up as it goes, without its tree in memory.

A message that is not read here is not wrong: it goes through the gate, and comes out the same
(tests/schemas/test_read_large.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, cast

from lxml import etree

from schemas.declaration import Declaration
from schemas.standard import BY_NAMESPACE, MessageType
from schemas.xml.fault import Fault
from schemas.xml.gate import ROOT, has_dtd, in_a_thread_of_its_own, prepare
from schemas.xml.parser import check_wellformed, growing_parser, reading_parser
from schemas.xml.read_declaration import assemble
from schemas.xml.xsd import schema_for

LARGE: Final = 8 * 1024 * 1024  # bytes; the tree of a message takes about six times as many
_PIECE: Final = 64 * 1024
_START: Final = 64 * 1024  # where the root element must begin
_Ended = tuple[str, etree._Element]


def read_large(data: bytes) -> Declaration | None:
    """The declaration, if the message is a valid 323 and every value can be decoded."""
    taken = in_a_thread_of_its_own(_take, data)
    if taken is None or taken.root is None or has_dtd(taken.root):
        return None
    found = assemble(taken.root, taken.message_type, taken.texts, taken.counts)
    return None if isinstance(found, Fault) else found


def _take(data: bytes) -> _Taken | None:
    ready = prepare(data)
    if isinstance(ready, Fault):
        return None
    message_type = _message_type(ready.data[:_START])
    if message_type is None or message_type.number != "323":
        return None
    taken = _Taken(message_type)
    parser = reading_parser(schema_for(message_type), taken.tags)
    try:
        for piece in _pieces(ready.data):
            parser.feed(piece)
            if len(parser.feed_error_log):
                return None
            taken.take(cast(Iterator[_Ended], parser.read_events()))
        parser.close()
        check_wellformed(_pieces(ready.data))  # a parser with a schema overlooks how a document ends
    except etree.XMLSyntaxError:
        return None
    return taken


class _Taken:
    """The values of the lines so far, and how many lines each client has; their elements are dropped."""

    def __init__(self, message_type: MessageType) -> None:
        _, self._bsn, self._line = self.tags = tuple(
            f"{{{message_type.namespace}}}{name}" for name in (ROOT, "Bsn", "Prestatie")
        )
        self.message_type = message_type
        self.texts: list[str | None] = []
        self.counts: list[int] = []
        self.root: etree._Element | None = None

    def take(self, events: Iterator[_Ended]) -> None:
        """Take up the elements that ended, of a document that is valid so far."""
        for _, element in events:
            if element.tag == self._line:
                self.texts += [value.text for part in element for value in (part if len(part) else (part,))]
                self.counts[-1] += 1
                element.clear()
                _drop_before(element)
            elif element.tag == self._bsn:
                self.texts.append(element.text)
                self.counts.append(0)
                client = element.getparent()
                assert client is not None, "a valid Bsn stands in a client"
                _drop_before(client)
            else:
                self.root = element


def _drop_before(element: etree._Element) -> None:
    holder = element.getparent()
    assert holder is not None, "only the root has no parent"
    while holder[0] is not element:
        del holder[0]


def _message_type(start: bytes) -> MessageType | None:
    """The kind of message whose root begins in these bytes."""
    parser = growing_parser()
    try:
        parser.feed(start)
    except etree.XMLSyntaxError:
        return None
    root = next((root for _, root in parser.read_events() if isinstance(root, etree._Element)), None)
    return None if root is None else BY_NAMESPACE.get(str(root.tag).rpartition("}")[0][1:])


def _pieces(data: bytes) -> Iterator[bytes]:
    return (data[begin : begin + _PIECE] for begin in range(0, len(data), _PIECE))
