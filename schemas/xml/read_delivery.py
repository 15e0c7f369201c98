"""Read a 305 or 307 that passed the gate into a `DeliveryMessage`."""

from __future__ import annotations

from lxml import etree

from schemas.allocation import BirthDate
from schemas.delivery import Delivery, DeliveryMessage
from schemas.standard import MessageType
from schemas.xml.fault import Fault
from schemas.xml.read_header import Undecodable, children, read_header, the_day, the_number, value_fault


def read_delivery_message(root: etree._Element, message_type: MessageType) -> DeliveryMessage | Fault:
    """The message of a valid 305 or 307, or a fault when a value lies outside the decoders' range."""
    header = read_header(root, message_type)
    if isinstance(header, Fault):
        return header
    client = root[1]
    try:
        return DeliveryMessage(
            header=header,
            bsn=client[0].text or "",
            birth_date=read_birth_date(client[1]),
            products=tuple(_delivery(product, n) for n, product in enumerate(client[-1])),
        )
    except Undecodable as value:
        return value_fault(header, value.element)


def read_birth_date(element: etree._Element) -> BirthDate:
    """A Geboortedatum. Raises Undecodable."""
    return BirthDate(the_day(element[0]), element[1].text if len(element) > 1 else None)


def read_product(element: etree._Element | None) -> tuple[str | None, str | None]:
    """Category and code of a Product; both None without one, the code None in an aspecific one."""
    if element is None:
        return None, None
    return element[0].text, element[1].text if len(element) > 1 else None


def _delivery(element: etree._Element, position: int) -> Delivery:
    parts = children(element)
    number, start, end = (
        parts.get("ToewijzingNummer"),
        parts.get("ToewijzingIngangsdatum"),
        parts.get("Einddatum"),
    )
    category, code = read_product(parts.get("Product"))
    reason = parts.get("RedenBeeindiging")
    return Delivery(
        position=position,
        allocation=None if number is None else the_number(number),
        category=category,
        code=code,
        allocation_start=None if start is None else the_day(start),
        begin=the_day(parts["Begindatum"]),
        end=None if end is None else the_day(end),
        end_reason=None if reason is None else reason.text,
        status=parts["StatusAanlevering"].text or "",
    )
