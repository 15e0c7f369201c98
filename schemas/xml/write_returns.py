"""Write the return message on a received message: 306 on a 305, 308 on a 307.

The header and, when asked for, the client are repeated as they were received (answer.md B). Only
the namespace of the message changes; codes come last in every class that is repeated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from lxml import etree

from schemas.standard import MessageType, answer_type
from schemas.xml.write_answer import XSD_VERSION, value

ClassCodes = Mapping[str, Sequence[str]]
_REPEATED: Final = frozenset({"StartProduct", "StopProduct"})


def return_message(
    root: etree._Element,
    message_type: MessageType,
    identification: str,
    dated_on: date,
    codes: ClassCodes,
) -> bytes:
    """The return message on the received `root` of type `message_type`.

    `codes` holds the return codes per class path (`Header`, `Client`,
    `Client/StartProducten/StartProduct[1]`): empty when the message was accepted, only the header
    when nothing below it was looked at, otherwise every class.
    """
    kind = answer_type(message_type)
    lines = _lines(root, message_type, kind, identification, dated_on, codes)
    return "".join(lines).replace("\n", "\r\n").encode("utf-8")


def _lines(
    root: etree._Element,
    received: MessageType,
    kind: MessageType,
    identification: str,
    dated_on: date,
    codes: ClassCodes,
) -> Iterator[str]:
    prefixes = {received.namespace: "m", received.base_namespace: "b"}
    header, *client = _children(root)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<m:Bericht xmlns:m="{kind.namespace}" xmlns:b="{kind.base_namespace}">\n'
    yield "  <m:Header>\n"
    yield f"    <m:BerichtCode>{kind.code}</m:BerichtCode>\n"
    _code, *others = _children(header)
    for child in others:
        yield from _repeated(child, prefixes, "    ", "", {})
    yield (
        f"    <m:IdentificatieRetour>{value(identification)}</m:IdentificatieRetour>\n"
        f"    <m:DagtekeningRetour>{dated_on}</m:DagtekeningRetour>\n"
        f"    <m:XsdVersieRetour>\n"
        f"      <b:BasisschemaXsdVersie>{XSD_VERSION}</b:BasisschemaXsdVersie>\n"
        f"      <b:BerichtXsdVersie>{XSD_VERSION}</b:BerichtXsdVersie>\n"
        f"    </m:XsdVersieRetour>\n"
    )
    yield from _codes(codes.get("Header", ()), "    ")
    yield "  </m:Header>\n"
    if client and "Client" in codes:
        yield from _repeated(client[0], prefixes, "  ", "Client", codes)
    yield "</m:Bericht>\n"


def _repeated(
    received: etree._Element, prefixes: Mapping[str, str], margin: str, path: str, codes: ClassCodes
) -> Iterator[str]:
    """An element in its new namespace, with the codes of the classes in it."""
    qualified = etree.QName(received)
    name = f"{prefixes[qualified.namespace or '']}:{qualified.localname}"
    children = [*_children(received)]
    if not children:
        text = value(received.text)
        yield f"{margin}<{name}>{text}</{name}>\n" if text else f"{margin}<{name}/>\n"
        return
    yield f"{margin}<{name}>\n"
    inside = f"{margin}  "
    for number, child in enumerate(children, start=1):
        step = etree.QName(child).localname
        below = f"{path}/{step}[{number}]" if step in _REPEATED else f"{path}/{step}"
        yield from _repeated(child, prefixes, inside, below, codes)
    yield from _codes(codes.get(path, ()), inside)
    yield f"{margin}</{name}>\n"


def _children(element: etree._Element) -> Iterator[etree._Element]:
    return element.iterchildren("{*}*")


def _codes(codes: Iterable[str], margin: str) -> Iterator[str]:
    listed = [f"{margin}  <m:RetourCode>{code}</m:RetourCode>\n" for code in codes]
    if listed:
        yield f"{margin}<m:RetourCodes>\n"
        yield from listed
        yield f"{margin}</m:RetourCodes>\n"
