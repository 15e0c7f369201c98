"""The entry gate: bytes to a valid message, or the reason why not. Nothing behind it sees other input."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple, TypeVar

from lxml import etree

from schemas.standard import BY_NAMESPACE, RECEIVED, MessageType
from schemas.xml.fault import Fault, fault_of_message, local_name, quarantined, shown
from schemas.xml.parser import parser
from schemas.xml.structure import structure_fault

_T = TypeVar("_T")

LARGEST_MESSAGE: Final = 25 * 1024 * 1024  # bytes; OP192 names 25 MB, the hubs enforce it
ROOT: Final = "Bericht"  # the name of the root element, whatever the kind of message

_COMPRESSED: Final = (
    b"\x1f\x8b", b"\x1f\x9d", b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"BZh", b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf\x27\x1c", b"\x04\x22\x4d\x18", b"Rar!",
)  # fmt: skip
_BOM: Final = codecs.BOM_UTF8
_PIECE: Final = 1024 * 1024
_ENCODING: Final = re.compile(rb"""\sencoding\s*=\s*["']([^"']*)["']""")
_VERSION: Final = re.compile(rb"""\sversion\s*=\s*["']([^"']*)["']""")
# So many bytes may hold so many names of elements that they are read in a thread of their own: the parsers
# of a thread keep every name they meet as long as it lives.
_MANY_NAMES: Final = 128 * 1024
_BLANKS: Final = re.compile(rb"\s*+")
_ATTRIBUTE: Final = re.compile(rb"""=\s*+["']""")
_NAMESPACE: Final = re.compile(rb"""xmlns(?::([^\s=]++))?\s*+=\s*+["']""")
_MOST_NAMESPACES: Final = 50
_MOST_ATTRIBUTES: Final = 100_000
_MOST_TAGS: Final = 4_000_000


class Admitted(NamedTuple):
    """A message that is well-formed, of a type we receive, and valid by the schema of that type.

    A `plain` one has no comments, CDATA sections, processing instructions, entities or character
    references: each value is one piece of text, and there is no other text.
    """

    message_type: MessageType
    root: etree._Element
    plain: bool = False


def admit(data: bytes) -> Admitted | Fault:
    """Judge the bytes of one file. Never raises for what the file holds.

    The order is: size and form of the bytes, encoding, XML version, DOCTYPE, well-formedness, kind of
    message, structure. Only a fault of the structure refuses; every other one quarantines.
    """
    return _judge(data) if len(data) < _MANY_NAMES else in_a_thread_of_its_own(_judge, data)


class Prepared(NamedTuple):
    """Bytes that may be parsed, and whether there could be comments and the like inside a value."""

    data: bytes
    has_markup_in_text: bool


def prepare(data: bytes) -> Prepared | Fault:
    """Everything that is judged before bytes are parsed."""
    fault = _bytes_fault(data) or _declared_fault(data) or _quantity_fault(data)
    if fault is not None:
        return fault
    if _has_doctype(data):
        return quarantined("doctype")
    has_markup = _has_markup_in_text(data)
    if b"\r" in data:  # or a parser that drops blank text takes what stands before it for such text
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")  # as XML 1.0, 2.11 wants it
    return Prepared(data, has_markup)


def in_a_thread_of_its_own(read: Callable[[bytes], _T], data: bytes) -> _T:
    """What `read` makes of many bytes. The names in them are forgotten with the thread."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(read, data).result()


def _judge(data: bytes) -> Admitted | Fault:
    ready = prepare(data)
    if isinstance(ready, Fault):
        return ready
    data, has_markup = ready
    try:
        root = etree.fromstring(data, parser(keep_blank_text=has_markup))
    except etree.XMLSyntaxError as error:
        line, column = error.position
        return quarantined("not-wellformed", f"⟨line⟩ {line}, ⟨column⟩ {column}")
    if has_dtd(root):
        return quarantined("doctype")
    space, _, name = str(root.tag).rpartition("}")
    message_type = BY_NAMESPACE.get(space[1:])
    if message_type is None or message_type.number not in RECEIVED or name != ROOT:
        kind = message_type.name if message_type else shown(space[1:] or local_name(root))
        return fault_of_message("quarantined", "unknown-message", root, message_type, found=kind)
    return structure_fault(root, message_type, data) or Admitted(
        message_type, root, plain=not has_markup and b"&" not in data
    )


def has_dtd(root: etree._Element) -> bool:
    """Whether the parser met a DOCTYPE, wherever it stood."""
    return root.getroottree().docinfo.internalDTD is not None


def _bytes_fault(data: bytes) -> Fault | None:
    if len(data) > LARGEST_MESSAGE:
        return quarantined("too-large", f"{len(data)} bytes", f"{LARGEST_MESSAGE} bytes")
    if _is_blank(data):
        return quarantined("empty")
    if data.startswith(_COMPRESSED):
        return quarantined("compressed")
    if not data.isascii() and not _is_utf8(data):
        return quarantined("encoding", "⟨not_utf8⟩", "UTF-8")
    if b"\0" in data[:8]:
        return quarantined("encoding", "UTF-16 ⟨or⟩ UTF-32", "UTF-8")
    return None


def _is_blank(data: bytes) -> bool:
    """Whether there is nothing but white space, behind a byte order mark or not."""
    if data[:64].decode("utf-8-sig", "ignore").strip():
        return False
    return not data.decode("utf-8-sig", "replace").strip()


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    view = memoryview(data)
    try:
        for begin in range(0, len(data), _PIECE):
            decoder.decode(view[begin : begin + _PIECE], begin + _PIECE >= len(data))
    except UnicodeDecodeError:
        return False
    return True


def _declared_fault(data: bytes) -> Fault | None:
    start = _start(data)
    if not data.startswith(b"<?xml", start):
        return None
    declaration = data[start : data.find(b"?>", start) + 1]
    encoding, version = _ENCODING.search(declaration), _VERSION.search(declaration)
    if encoding and encoding[1].lower() != b"utf-8":
        return quarantined("encoding", shown(encoding[1].decode()), "UTF-8")
    if version and version[1] != b"1.0":
        return quarantined("xml-version", shown(version[1].decode()), "1.0")
    return None


def _quantity_fault(data: bytes) -> Fault | None:
    """A file of markup instead of content: it would take memory and time out of proportion."""
    if len(data) > _MOST_TAGS * 3 and (tags := data.count(b"<")) > _MOST_TAGS:
        return quarantined("too-large", f"{tags} tags", f"{_MOST_TAGS} tags")
    if not _has_more_than(_MOST_NAMESPACES, b"=", data):
        return None
    markup = _without_unread(data)
    prefixes = set()
    declared = 0
    for match in _NAMESPACE.finditer(markup):
        declared += 1
        prefixes.add(match[1])
        if len(prefixes) > _MOST_NAMESPACES:
            return quarantined(
                "namespaces",
                f"⟨more_than⟩ {_MOST_NAMESPACES} ⟨namespaces⟩",
                f"{_MOST_NAMESPACES} ⟨namespaces⟩",
            )
    if markup.count(b"=") - declared > _MOST_ATTRIBUTES:
        attributes = sum(1 for _ in _ATTRIBUTE.finditer(markup)) - declared
        if attributes > _MOST_ATTRIBUTES:
            return quarantined("too-large", f"{attributes} ⟨attributes⟩", f"{_MOST_ATTRIBUTES} ⟨attributes⟩")
    return None


def _without_unread(data: bytes) -> bytes:
    """The document without comments and CDATA sections, in which nothing is an attribute."""
    if b"<!" not in data:
        return data
    parts, at = [], 0
    while (begin := data.find(b"<!", at)) >= 0:
        end = data.find(b"-->" if data.startswith(b"<!--", begin) else b"]]>", begin + 4)
        if end < 0:
            break
        parts.append(data[at:begin])
        at = end + 3
    return b"".join((*parts, data[at:]))


def _has_doctype(data: bytes) -> bool:
    """Whether there is a DOCTYPE behind white space, comments and processing instructions."""
    if b"<!DOCTYPE" not in data:
        return False
    at = _behind_blanks(data, _start(data))
    while data.startswith((b"<!--", b"<?"), at):
        close = b"-->" if data.startswith(b"<!--", at) else b"?>"
        end = data.find(close, at + 4 if close == b"-->" else at + 2)
        if end < 0:
            return False
        at = _behind_blanks(data, end + len(close))
    return data.startswith(b"<!DOCTYPE", at)


def _behind_blanks(data: bytes, at: int) -> int:
    match = _BLANKS.match(data, at)
    return match.end() if match else at


def _has_more_than(most: int, sign: bytes, data: bytes) -> bool:
    """Whether `sign` occurs more often than `most`; much faster than counting when it does not."""
    place = -1
    for _ in range(most + 1):
        place = data.find(sign, place + 1)
        if place < 0:
            return False
    return True


def _has_markup_in_text(data: bytes) -> bool:
    """Whether comments, CDATA sections or processing instructions could stand inside a value.

    A parser that drops blank text would drop blanks of a value beside them too.
    """
    inside = data.find(b"?>") + 2 if data.startswith(b"<?xml", _start(data)) else 0
    return (b"!" in data and b"<!" in data) or (
        data.find(b"?", inside) >= 0 and data.find(b"<?", inside) >= 0
    )


def _start(data: bytes) -> int:
    return len(_BOM) if data.startswith(_BOM) else 0
