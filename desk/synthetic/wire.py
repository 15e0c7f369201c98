"""Fast writers of 301, 305, 307 and 323 from plain values: UTF-8, no byte order mark, CR/LF.

They write what they are given, so a fault can be put in; only the order of elements is theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple
from xml.sax.saxutils import escape

from desk.synthetic.forms import forms
from schemas.allocation import Allocation
from schemas.delivery import Delivery
from schemas.money import signed, unsigned
from schemas.period import Period, first_day, last_day
from schemas.standard import Domain

_SPECIAL = re.compile("[&<>\r]")


class WireLine(NamedTuple):
    """One Prestatie as it will be written. Amounts in cents, `side` D or C."""

    reference: str
    previous: str | None
    allocation: int
    category: str
    code: str
    begin: date
    end: date
    volume: int
    unit: str
    tariff_cents: int | None
    amount_cents: int
    side: str = "D"

    @property
    def signed_cents(self) -> int:
        """Amount with its sign: a credit is negative."""
        return signed(self.amount_cents, self.side)


ClientLines = tuple[str, Sequence[WireLine]]
"""A BSN and the lines of that client."""


class Person(NamedTuple):
    """What a message tells about a client who does not exist."""

    bsn: str
    surname: str
    initials: str
    birth_date: date
    sex: str
    street: str
    house_number: int
    postal_code: str
    place: str
    parent_phone: str | None = None


def _safe(value: str) -> str:
    return escape(value, {"\r": "&#13;"}) if _SPECIAL.search(value) else value


def declaration_xml(
    domain: Domain,
    municipality: str,
    provider: str,
    identification: str,
    dated_on: date,
    *,
    number: str,
    month: date,
    signed_on: date,
    clients: Iterable[ClientLines],
    period: Period | None = None,
    total_cents: int | None = None,
    indented: bool = True,
) -> bytes:
    """A 323 over the month of `month`. `period` and the signed total are computed unless given."""
    form = forms(domain, "323", indented)
    body: list[str] = []
    total = 0
    for bsn, lines in clients:
        body.append(form["client"] % bsn)
        for line in lines:
            total += -line.amount_cents if line.side == "C" else line.amount_cents
            body.append(_line(form, line))
        body.append(form["client_end"])
    begin, end = period or Period(first_day(month), last_day(month))
    amount, side = unsigned(total if total_cents is None else total_cents)
    opening = form["opening"] % (provider, municipality, _safe(identification), dated_on)
    declaration = form["declaration"] % (_safe(number), begin, end, signed_on, amount, side)
    return "".join((opening, declaration, *body, form["declaration_end"])).encode()


def _line(form: dict[str, str], line: WireLine) -> str:
    reference, previous, allocation, category, code, begin, end, volume, unit, tariff, amount, side = line
    return form["line"] % (
        _safe(reference),
        "" if previous is None else form["previous"] % _safe(previous),
        allocation,
        category,
        _safe(code),
        begin,
        end,
        volume,
        unit,
        "" if tariff is None else form["tariff"] % tariff,
        amount,
        side,
    )


def allocation_xml(
    domain: Domain,
    municipality: str,
    provider: str,
    identification: str,
    dated_on: date,
    *,
    person: Person,
    allocations: Iterable[Allocation],
    indented: bool = True,
) -> bytes:
    """A 301: one client and his allocations."""
    form = forms(domain, "301", indented)
    surname = _safe(person.surname)
    parent = form["parent"] % (surname, person.parent_phone) if person.parent_phone else ""
    client = form["allocated_client"] % (
        person.bsn, person.birth_date, person.sex, surname, person.initials, parent,
        person.house_number, person.postal_code, _safe(person.street), _safe(person.place),
    )  # fmt: skip
    opening = form["opening"] % (municipality, provider, _safe(identification), dated_on)
    body = [_allocation(form, allocation) for allocation in allocations]
    return "".join((opening, client, *body, form["allocated_client_end"])).encode()


def _allocation(form: dict[str, str], allocation: Allocation) -> str:
    decided_on, _, decided_time = allocation.decided_at.partition("T")
    reference, reason = allocation.provider_reference, allocation.change_reason
    return form["allocation"] % (
        allocation.number,
        form["provider_reference"] % _safe(reference) if reference else "",
        _product(form, allocation.category, allocation.code),
        decided_on,
        decided_time,
        allocation.start,
        form["end"] % allocation.end if allocation.end else "",
        form["change_reason"] % reason if reason else "",
        form["size"] % allocation.size if allocation.size else "",
        "" if allocation.budget_cents is None else form["budget"] % allocation.budget_cents,
    )


def _product(form: dict[str, str], category: str | None, code: str | None) -> str:
    if category is None:
        return ""
    return form["product"] % (category, form["code"] % _safe(code) if code else "")


def start_xml(
    domain: Domain,
    municipality: str,
    provider: str,
    identification: str,
    dated_on: date,
    *,
    person: Person,
    starts: Iterable[Delivery],
) -> bytes:
    """A 305: delivery to one client has started."""
    form = forms(domain, "305", indented=True)
    opening = form["opening"] % (provider, municipality, _safe(identification), dated_on)
    return _delivery_xml(form, opening, person, starts)


def stop_xml(
    domain: Domain,
    municipality: str,
    provider: str,
    identification: str,
    dated_on: date,
    *,
    person: Person,
    stops: Iterable[Delivery],
) -> bytes:
    """A 307: delivery to one client has ended, for a while or for good."""
    form = forms(domain, "307", indented=True)
    opening = form["opening"] % (provider, municipality, _safe(identification), dated_on)
    return _delivery_xml(form, opening, person, stops)


def _delivery_xml(
    form: dict[str, str], opening: str, person: Person, deliveries: Iterable[Delivery]
) -> bytes:
    client = form["delivery_client"] % (
        person.bsn, person.birth_date, person.sex, _safe(person.surname), person.initials,
    )  # fmt: skip
    body = [_delivery(form, delivery) for delivery in deliveries]
    return "".join((opening, client, *body, form["delivery_client_end"])).encode()


def _delivery(form: dict[str, str], delivery: Delivery) -> str:
    start = delivery.allocation_start
    return form["delivery"] % (
        "" if delivery.allocation is None else form["delivery_allocation"] % delivery.allocation,
        _product(form, delivery.category, delivery.code),
        form["allocation_start"] % start if start else "",
        delivery.begin,
        form["stop"] % (delivery.end_reason, delivery.end) if delivery.is_stop else "",
        delivery.status,
    )
