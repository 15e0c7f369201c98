"""Read what every received message has in common: its header, and values a decoder cannot hold."""

from __future__ import annotations

from datetime import date

from lxml import etree

from schemas.declaration import Header
from schemas.standard import MessageType
from schemas.xml.decode import day, moment, whole
from schemas.xml.expected import DATES, WHOLES, expected_value
from schemas.xml.fault import Fault, fault_of_message, local_name, shown, value_of


class Undecodable(Exception):
    """A value that the schema allows and the decoders cannot hold, like a day in the year 12026."""

    def __init__(self, element: etree._Element) -> None:
        super().__init__(local_name(element))
        self.element = element


def read_header(root: etree._Element, message_type: MessageType) -> Header | Fault:
    """The header of a valid message, or a fault when its date lies outside the decoders' range."""
    _code, _version, _subversion, sender, receiver, identification, versions = root[0]
    dated_on = day(identification[1].text)
    if dated_on is None:
        return _fault(root, message_type, identification[1])
    return Header(
        message_type=message_type,
        sender=sender.text or "",
        receiver=receiver.text or "",
        identification=identification[0].text or "",
        dated_on=dated_on,
        dated_on_text=identification[1].text or "",
        base_schema_version=versions[0].text or "",
        message_schema_version=versions[1].text or "",
    )


def value_fault(header: Header, within: etree._Element) -> Fault:
    """The fault of the first value inside `within`, or of `within` itself, that cannot be decoded."""
    element = next((leaf for leaf in within.iter() if _is_undecodable(leaf)), within)
    return _fault(within.getroottree().getroot(), header.message_type, element)


def the_day(element: etree._Element) -> date:
    """The date an element holds. Raises Undecodable."""
    value = day(element.text)
    if value is None:
        raise Undecodable(element)
    return value


def the_number(element: etree._Element) -> int:
    """The whole number an element holds. Raises Undecodable."""
    value = whole(element.text)
    if value is None:
        raise Undecodable(element)
    return value


def the_moment(on: etree._Element, at: etree._Element) -> str:
    """Date and time of two elements, as `decode.moment` writes them. Raises Undecodable."""
    value = moment(on.text, at.text)
    if value is None:
        raise Undecodable(on if day(on.text) is None else at)
    return value


def children(element: etree._Element) -> dict[str, etree._Element]:
    """The children of an element by their name without namespace; of equal names the last."""
    return {local_name(child): child for child in element}


def _is_undecodable(element: etree._Element) -> bool:
    name = local_name(element)
    if len(element) or (name not in DATES and name not in WHOLES):
        return False
    return (day(element.text) if name in DATES else whole(element.text)) is None


def _far_day(element: etree._Element) -> str:
    """A valid date of a far year, which as a whole has too many digits for the mask."""
    year, month, day_of_month = (element.text or "").strip().rsplit("-", 2)
    return f"{shown(year)}-{month}-{day_of_month}"


def _fault(root: etree._Element, message_type: MessageType, element: etree._Element) -> Fault:
    name = local_name(element)
    found = _far_day(element) if name in DATES else value_of(element)
    expected = expected_value(name, message_type)
    return fault_of_message("refused", "value", root, message_type, element, found, expected)
