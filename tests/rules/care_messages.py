"""Valid 301, 305 and 307 messages, and variants of them described by their differences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from contracts.pricing import ProductList
from contracts.register import Register
from contracts.tables import ProductRow
from rules.facts import AllocationFacts, DeliveryFacts, KnownDelivery, OtherAllocation
from schemas.allocation import (
    AllocatedClient,
    Allocation,
    AllocationMessage,
    BirthDate,
    Contact,
    Name,
    Relation,
    Size,
)
from schemas.declaration import Header
from schemas.delivery import Delivery, DeliveryMessage
from schemas.standard import MESSAGE_TYPES

Changes = Mapping[str, Any]
MUNICIPALITY, PROVIDER, BSN = "0384", "41410001", "999991012"
DATED_ON: Final = date(2026, 4, 10)
HEADER: Final = {"identification": "M1", "dated_on": DATED_ON, "received_on": DATED_ON}
PERSON: Final = {"birth": (date(2010, 5, 4), None), "partner_name": False, "usage": "1"}
CLIENT: Final = {"bsn": BSN, "form": None, "language": None, "kinds": ("01",), "relations": ("R1",), **PERSON}
CONTACT: Final = {
    "kind": "01", "house_number": 12, "has_house": True, "postal_code": "1234AB", "country_code": "NL",
    "has_phone": False, "begin": None, "end": None,
}  # fmt: skip
PRODUCT: Final = {
    "number": 1001, "size": (4, "04", "2"), "budget": None, "start": date(2026, 3, 1),
    "end": date(2026, 12, 31), "reason": None, "decided": date(2026, 2, 20), "reference": None,
}  # fmt: skip
CODES: Final = {
    "JW": {"category": "45", "code": "45A04"},
    "WMO": {"category": "02", "code": "02A05"},
}
DELIVERY: Final = {
    "allocation": 1001, "allocation_start": date(2026, 3, 1), "begin": date(2026, 3, 3), "end": None,
    "reason": None, "status": "1",
}  # fmt: skip
STOP: Final = {"end": date(2026, 4, 1), "reason": "31"}


def _product_row(
    domain: str, category: str, code: str, funding: str, until: date | None = None
) -> ProductRow:
    row = {"domain": domain, "category": category, "code": code, "unit": "04", "name": code}
    dates = {"valid_from": date(2021, 1, 1), "valid_until": until}
    return ProductRow.model_validate({**row, "funding": funding, **dates})


REGISTER: Final = Register(
    1,
    {
        "products": (
            _product_row("jw", "45", "45A04", "effort"),
            _product_row("jw", "45", "45A05", "effort"),
            _product_row("jw", "45", "45OLD", "effort", date(2025, 12, 31)),
            _product_row("jw", "44", "44T01", "lump_sum"),
            _product_row("wmo", "02", "02A05", "effort"),
            _product_row("wmo", "11", "11A01", "effort"),
            _product_row("wmo", "11", "11A02", "effort"),
        )
    },
)


def header(message: str, changes: Changes) -> Header:
    """The header of a message named as `JW301`."""
    values = {**HEADER, **changes}
    parties = (MUNICIPALITY, PROVIDER) if message.endswith("301") else (PROVIDER, MUNICIPALITY)
    dated_on = values["dated_on"]
    return Header(
        MESSAGE_TYPES[message], *parties, values["identification"], dated_on, str(dated_on), "1.0.0", "1.0.0"
    )


def allocation_message(message: str, example: Changes) -> tuple[AllocationMessage, AllocationFacts]:
    """A 301 and its facts; `products` and `contacts` list the differences of each one."""
    values = {**CLIENT, **example.get("client", {})}
    contacts = example.get("contacts", [{"kind": kind} for kind in values["kinds"]])
    relation = {**PERSON, "usage": "1", **example.get("relation", {})}
    client = AllocatedClient(
        values["bsn"],
        BirthDate(*values["birth"]),
        Name(values["partner_name"], values["usage"]),
        values["form"],
        values["language"],
        tuple(_contact(changes) for changes in contacts),
        tuple(_relation(number, relation) for number in values["relations"]),
    )
    codes = CODES[message.removesuffix("301")]
    products = [{**PRODUCT, **codes, **changes} for changes in example.get("products", [{}])]
    top = header(message, example.get("header", {}))
    known = example.get("facts", {})
    facts = AllocationFacts(
        received_on={**HEADER, **example.get("header", {})}["received_on"],
        identification_used=known.get("identification_used", False),
        municipality_valid=known.get("municipality_valid", True),
        numbers_in_use={o[0]: OtherAllocation(*o) for o in known.get("in_use", ())},
        live_allocations=frozenset(known.get("live", ())),
        products=ProductList(REGISTER, top.domain.value),
        message_dated_on=top.dated_on,
        provider=PROVIDER,
        requests=frozenset(known["requests"]) if "requests" in known else None,
    )
    return AllocationMessage(top, client, tuple(allocation(p, values["bsn"]) for p in products)), facts


def allocation(values: Changes, bsn: str = BSN) -> Allocation:
    """One allocation from a full set of values."""
    return Allocation(
        values["number"], bsn, values["category"], values["code"],
        None if values["size"] is None else Size(*values["size"]), values["budget"], values["start"],
        values["end"], values["reason"], f"{values['decided']}T10:00:00", values["reference"],
    )  # fmt: skip


def delivery_message(message: str, example: Changes) -> tuple[DeliveryMessage, DeliveryFacts]:
    """A 305 or 307 and its facts; `starts` and `stops` are known, allocation 1001 is always known."""
    stop = message.endswith("307")
    codes = CODES[message[:-3]]
    base = {**DELIVERY, **codes}
    new = {**base, **STOP} if stop else base
    top = header(message, example.get("header", {}))
    client = {**CLIENT, **example.get("client", {})}
    known = example.get("facts", {})
    starts = known.get("starts", [{}] if stop else [])
    stops = known.get("stops", ())
    products = enumerate(example.get("products", [{}]))
    facts = DeliveryFacts(
        received_on={**HEADER, **example.get("header", {})}["received_on"],
        identification_used=known.get("identification_used", False),
        municipality_valid=known.get("municipality_valid", True),
        allocations={
            number: allocation({**PRODUCT, **codes, "number": number}, bsn)
            for number, bsn in {1001: BSN, 1002: BSN, 1009: "999991061"}.items()
        },
        bsn=client["bsn"],
        starts=[_known(10 + n, {**base, **changes}) for n, changes in enumerate(starts)],
        stops=[_known(20 + n, {**base, **STOP, **changes}) for n, changes in enumerate(stops)],
        products=ProductList(REGISTER, top.domain.value),
        message_dated_on=top.dated_on,
        task_based=frozenset({("44", "44T01")}),
    )
    deliveries = tuple(_delivery(position, {**new, **changes}) for position, changes in products)
    return DeliveryMessage(top, client["bsn"], BirthDate(*client["birth"]), deliveries), facts


def _known(row: int, values: Changes) -> KnownDelivery:
    return KnownDelivery(row, _delivery(0, values))


def _delivery(position: int, v: Changes) -> Delivery:
    return Delivery(
        position, v["allocation"], v["category"], v["code"], v["allocation_start"], v["begin"], v["end"],
        v["reason"], v["status"],
    )  # fmt: skip


def _contact(changes: Changes) -> Contact:
    return Contact(**{**CONTACT, **changes})


def _relation(number: str, values: Changes) -> Relation:
    name = Name(values["partner_name"], values["usage"])
    birth = None if values["birth"] is None else BirthDate(*values["birth"])
    return Relation(number, birth, name, _contact(values.get("contact", {})))
