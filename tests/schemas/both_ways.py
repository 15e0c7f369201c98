"""A 323 as gate, schema and reader make it of the whole, and documents to try other ways of reading on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from random import Random

from lxml import etree

from schemas.declaration import Declaration
from schemas.standard import MESSAGE_TYPES, MessageType
from schemas.xml.fault import Fault
from schemas.xml.gate import admit
from schemas.xml.read_declaration import read_declaration
from tests.hostile.base import VALID
from tests.schemas.model import Element, read_model
from tests.schemas.mutations import Workshop

TYPES = [MESSAGE_TYPES["JW323"], MESSAGE_TYPES["WMO323"]]


def by_the_gate(data: bytes) -> Declaration | None:
    """The declaration, None when it is not valid or cannot be decoded."""
    admitted = admit(data)
    if isinstance(admitted, Fault) or admitted.message_type.number != "323":
        return None
    found = read_declaration(admitted.root, admitted.message_type, plain=admitted.plain)
    return None if isinstance(found, Fault) else found


def changed_documents(message_type: MessageType, count: int) -> Iterator[bytes]:
    """Valid documents and such as were valid before something in them was changed."""
    rng = Random(message_type.name)
    (other,) = (each for each in TYPES if each is not message_type)
    workshop = Workshop(_model(message_type), _model(other), rng)
    paths = [*workshop.declared]
    for number in range(count):
        root = workshop.changed(paths[number % len(paths)])
        if number % 3 == 0:
            etree.indent(root, rng.choice((" ", "\t", "  ")))
        yield etree.tostring(root, encoding="UTF-8", xml_declaration=number % 2 == 0)


def with_tags_swapped(swaps: Iterable[tuple[int, int]]) -> bytes:
    """A valid document in which pairs of tags or texts changed places."""
    tokens = re.split("(<[^>]*>)", VALID)
    for one, other in swaps:
        a, b = one % len(tokens), other % len(tokens)
        tokens[a], tokens[b] = tokens[b], tokens[a]
    return "".join(tokens).encode()


def _model(message_type: MessageType) -> Element:
    folder = Path(str(files("schemas"))) / "xsd" / message_type.domain.value
    return read_model(folder / f"{message_type.name}.xsd")
