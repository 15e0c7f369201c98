"""Write the return message on a received message: 306 on a 305, 308 on a 307.

The header and, when asked for, the client are repeated as they were received (answer.md B). Only
the namespace of the message changes; codes come last in every class that is repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from lxml import etree

from schemas.standard import MessageType, answer_type
from schemas.xml.write_answer import XSD_VERSION

ClassCodes = Mapping[str, Sequence[str]]
_REPEATED: Final = frozenset({"StartProduct", "StopProduct"})
_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'


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
    spaces = {message_type.namespace: kind.namespace}
    prefixes = {"m": kind.namespace, "b": kind.base_namespace}
    answer = etree.Element(f"{{{kind.namespace}}}Bericht", nsmap=prefixes)
    header, *client = _children(root)
    _complete_header(_repeat(answer, header, spaces, "Header", {}), kind, identification, dated_on)
    _add_codes(answer[0], kind.namespace, codes.get("Header", ()))
    if client and "Client" in codes:
        _repeat(answer, client[0], spaces, "Client", codes)
    body = etree.tostring(answer, encoding="utf-8", pretty_print=True)
    return (_DECLARATION + body).replace(b"\n", b"\r\n")


def _complete_header(header: etree._Element, kind: MessageType, identification: str, dated_on: date) -> None:
    own, base = f"{{{kind.namespace}}}", f"{{{kind.base_namespace}}}"
    header[0].text = kind.code
    etree.SubElement(header, f"{own}IdentificatieRetour").text = identification
    etree.SubElement(header, f"{own}DagtekeningRetour").text = str(dated_on)
    versions = etree.SubElement(header, f"{own}XsdVersieRetour")
    etree.SubElement(versions, f"{base}BasisschemaXsdVersie").text = XSD_VERSION
    etree.SubElement(versions, f"{base}BerichtXsdVersie").text = XSD_VERSION


def _repeat(
    parent: etree._Element,
    received: etree._Element,
    spaces: Mapping[str, str],
    path: str,
    codes: ClassCodes,
) -> etree._Element:
    """Copy an element below `parent` in its new namespace, with the codes of the classes in it."""
    name = etree.QName(received)
    space = spaces.get(name.namespace or "", name.namespace or "")
    copy = etree.SubElement(parent, f"{{{space}}}{name.localname}")
    children = list(_children(received))
    if not children:
        copy.text = received.text
    for number, child in enumerate(children, start=1):
        step = etree.QName(child).localname
        below = f"{path}/{step}[{number}]" if step in _REPEATED else f"{path}/{step}"
        _repeat(copy, child, spaces, below, codes)
    _add_codes(copy, space, codes.get(path, ()))
    return copy


def _children(element: etree._Element) -> Iterator[etree._Element]:
    return element.iterchildren("{*}*")


def _add_codes(parent: etree._Element, namespace: str, codes: Sequence[str]) -> None:
    if codes:
        group = etree.SubElement(parent, f"{{{namespace}}}RetourCodes")
        for code in codes:
            etree.SubElement(group, f"{{{namespace}}}RetourCode").text = code
