"""Assess a 301 as its receiver would: a municipality must not send what its provider may refuse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from processors.care import CareAssessment, Place, beyond, broken, by_class, keys, stopped_early
from rules.catalogue import Catalogue, Subject
from rules.facts import AllocationFacts
from schemas.allocation import AllocationMessage, BirthDate, Contact, Name

CLIENT: Final = "Client"


def assess_allocation_message(
    message: AllocationMessage, facts: AllocationFacts, catalogue: Catalogue
) -> CareAssessment:
    """Whether a 301 may be stored; any fault refuses the whole message (IV032)."""
    places = list(_places(message, facts))
    early = stopped_early(message.header, facts, places, catalogue)
    if early is not None:
        return early
    faults = broken(places, beyond(catalogue, message.header.message_type.name))
    return by_class(_classes(message), faults)


def _places(message: AllocationMessage, facts: AllocationFacts) -> Iterator[Place]:
    client = message.client
    yield Place(CLIENT, Subject.BSN, (client.bsn, facts))
    yield Place(CLIENT, Subject.ALLOCATED_CLIENT, (client, facts))
    yield from _person(CLIENT, client.birth_date, client.name, facts)
    yield from keys((_relation(n), (r.number,)) for n, r in enumerate(client.relations))
    for number, relation in enumerate(client.relations):
        path = _relation(number)
        yield from _person(path, relation.birth_date, relation.name, facts)
        yield _contact(f"{path}/Contact", relation.contact, facts)
    yield from keys((_own_contact(n), (c.kind,)) for n, c in enumerate(client.contacts))
    for number, contact in enumerate(client.contacts):
        yield _contact(_own_contact(number), contact, facts)
    yield Place(CLIENT, Subject.ALLOCATION_MESSAGE, (message, facts))
    yield from keys((_product(n), (a.number,)) for n, a in enumerate(message.allocations))
    for number, allocation in enumerate(message.allocations):
        yield Place(_product(number), Subject.ALLOCATION, (allocation, facts))


def _person(path: str, birth_date: BirthDate | None, name: Name, facts: AllocationFacts) -> Iterator[Place]:
    if birth_date is not None:
        yield Place(path, Subject.BIRTH_DATE, (birth_date, facts))
    yield Place(path, Subject.NAME, (name, facts))


def _contact(path: str, contact: Contact, facts: AllocationFacts) -> Place:
    return Place(path, Subject.CONTACT, (contact, facts))


def _classes(message: AllocationMessage) -> Iterator[str]:
    yield CLIENT
    for number in range(len(message.client.relations)):
        yield _relation(number)
        yield f"{_relation(number)}/Contact"
    yield from map(_own_contact, range(len(message.client.contacts)))
    yield from map(_product, range(len(message.allocations)))


def _relation(number: int) -> str:
    return f"Client/Relaties/Relatie[{number + 1}]"


def _own_contact(number: int) -> str:
    return f"Client/Contactgegevens/Contact[{number + 1}]"


def _product(number: int) -> str:
    return f"Client/ToegewezenProducten/ToegewezenProduct[{number + 1}]"
