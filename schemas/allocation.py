"""Allocations (ToegewezenProduct) and the 301 message that carries them."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from schemas.declaration import Header

UNKNOWN_BIRTH: Final = date(1900, 1, 1)


class Size(NamedTuple):
    """Omvang: `volume` units (WJ756) per `frequency` (1 day, 2 week, 4 month, 6 total)."""

    volume: int
    unit: str
    frequency: str


class Allocation(NamedTuple):
    """One version of an allocation. `decided_at` is Toewijzingsdatum + 'T' + Toewijzingstijd as text.

    `category` None is a generic allocation, `code` None an aspecific one. Budget in cents.
    """

    number: int
    bsn: str
    category: str | None
    code: str | None
    size: Size | None
    budget_cents: int | None
    start: date
    end: date | None
    change_reason: str | None
    decided_at: str
    provider_reference: str | None = None

    @property
    def decided_on(self) -> date:
        """Toewijzingsdatum: the day this version was decided."""
        return date.fromisoformat(self.decided_at[:10])

    @property
    def deleted(self) -> bool:
        """Withdrawn as if never sent: reason 13 with equal dates (lifecycle 2.3, ERR-28)."""
        return self.change_reason == "13" and self.end == self.start

    @property
    def ended_before_2021(self) -> bool:
        """Of the time before the variants of allocations were laid down (CD080, CS338)."""
        return self.end is not None and self.end.year < 2021


class BirthDate(NamedTuple):
    """Geboortedatum: `precision` 1 day unknown, 2 day and month unknown, 3 unknown, None complete."""

    day: date
    precision: str | None

    @property
    def unknown(self) -> bool:
        """True when nothing is known: precision 3 with the agreed stand-in date."""
        return self.precision == "3" and self.day == UNKNOWN_BIRTH


class Name(NamedTuple):
    """VolledigeNaam, as far as rules look at it."""

    has_partner_name: bool
    usage: str | None


class Contact(NamedTuple):
    """One Contact of the client or of a relation, as far as rules look at it."""

    kind: str
    house_number: int | None
    has_house: bool
    postal_code: str | None
    country_code: str | None
    has_phone: bool
    begin: date | None
    end: date | None


class Relation(NamedTuple):
    """One Relatie of the client."""

    number: str
    birth_date: BirthDate | None
    name: Name
    contact: Contact


class AllocatedClient(NamedTuple):
    """The Client class of a 301."""

    bsn: str
    birth_date: BirthDate
    name: Name
    communication_form: str | None
    communication_language: str | None
    contacts: tuple[Contact, ...]
    relations: tuple[Relation, ...]


class AllocationMessage(NamedTuple):
    """A 301 that passed the gate: one client and all his current and changed allocations (OP087)."""

    header: Header
    client: AllocatedClient
    allocations: tuple[Allocation, ...]
