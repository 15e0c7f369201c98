"""Read a 301 that passed the gate into an `AllocationMessage`."""

from __future__ import annotations

from lxml import etree

from schemas.allocation import AllocatedClient, Allocation, AllocationMessage, Contact, Name, Relation, Size
from schemas.standard import MessageType
from schemas.xml.fault import Fault
from schemas.xml.read_delivery import read_birth_date, read_product
from schemas.xml.read_header import (
    Undecodable,
    children,
    read_header,
    the_day,
    the_moment,
    the_number,
    value_fault,
)


def read_allocation_message(root: etree._Element, message_type: MessageType) -> AllocationMessage | Fault:
    """The message of a valid 301, or a fault when a value lies outside the decoders' range."""
    header = read_header(root, message_type)
    if isinstance(header, Fault):
        return header
    parts = children(root[1])
    try:
        client = _client(parts)
        products = parts["ToegewezenProducten"]
        allocations = tuple(_allocation(product, client.bsn) for product in products)
    except Undecodable as value:
        return value_fault(header, value.element)
    return AllocationMessage(header, client, allocations)


def _client(parts: dict[str, etree._Element]) -> AllocatedClient:
    spoken = parts.get("Communicatie")
    form, language = (None, None) if spoken is None else (spoken[0].text, _text(children(spoken), "Taal"))
    return AllocatedClient(
        bsn=parts["Bsn"].text or "",
        birth_date=read_birth_date(parts["Geboortedatum"]),
        name=_name(parts["Naam"]),
        communication_form=form,
        communication_language=language,
        contacts=tuple(_contact(contact) for contact in parts["Contactgegevens"]),
        relations=tuple(_relation(relation) for relation in parts.get("Relaties", ())),
    )


def _relation(element: etree._Element) -> Relation:
    parts = children(element)
    born = parts.get("Geboortedatum")
    return Relation(
        number=parts["Nummer"].text or "",
        birth_date=None if born is None else read_birth_date(born),
        name=_name(parts["Naam"]),
        contact=_contact(parts["Contact"]),
    )


def _name(element: etree._Element) -> Name:
    parts = children(element)
    return Name("Partnernaam" in parts, _text(parts, "NaamGebruik"))


def _contact(element: etree._Element) -> Contact:
    parts = children(element)
    address = children(parts["Adres"]) if "Adres" in parts else {}
    house = address.get("Huis")
    period = children(parts["Periode"]) if "Periode" in parts else {}
    begin, end = period.get("Begindatum"), period.get("Einddatum")
    return Contact(
        kind=parts["Soort"].text or "",
        house_number=None if house is None else the_number(house[0]),
        has_house=house is not None,
        postal_code=_text(address, "Postcode"),
        country_code=_text(address, "LandCode"),
        has_phone="Telefoon" in parts,
        begin=None if begin is None else the_day(begin),
        end=None if end is None else the_day(end),
    )


def _allocation(element: etree._Element, bsn: str) -> Allocation:
    parts = children(element)
    category, code = read_product(parts.get("Product"))
    size, budget, end = parts.get("Omvang"), parts.get("Budget"), parts.get("Einddatum")
    return Allocation(
        number=the_number(parts["ToewijzingNummer"]),
        bsn=bsn,
        category=category,
        code=code,
        size=None if size is None else _size(size),
        budget_cents=None if budget is None else the_number(budget),
        start=the_day(parts["Ingangsdatum"]),
        end=None if end is None else the_day(end),
        change_reason=_text(parts, "RedenWijziging"),
        decided_at=the_moment(parts["Toewijzingsdatum"], parts["Toewijzingstijd"]),
        provider_reference=_text(parts, "ReferentieAanbieder"),
    )


def _size(element: etree._Element) -> Size:
    volume, unit, frequency = element
    return Size(the_number(volume), unit.text or "", frequency.text or "")


def _text(parts: dict[str, etree._Element], name: str) -> str | None:
    return parts[name].text if name in parts else None
