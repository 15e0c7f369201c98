"""Plain messages of the simulation as the bytes a provider or municipality would send."""

from __future__ import annotations

from datetime import date
from typing import Any

from desk.synthetic.wire import Person, WireLine, allocation_xml, declaration_xml
from schemas.allocation import Allocation, Size
from schemas.period import Period
from schemas.standard import Domain

Message = dict[str, Any]


def bytes_of(message: Message) -> bytes:
    """The message on the wire."""
    if message["kind"] == "junk":
        content: bytes = message["content"]
        return content
    return _declaration(message) if message["kind"] == "323" else _allocations(message)


def _declaration(message: Message) -> bytes:
    return declaration_xml(
        Domain(message["domain"]),
        message["town"],
        message["provider"],
        message["identification"],
        message["dated_on"],
        number=message["number"],
        month=message["begin"],
        signed_on=message.get("signed_on", message["dated_on"]),
        period=Period(message["begin"], message["end"]),
        total_cents=message["total"],
        clients=[
            (bsn, [WireLine(**{k: v for k, v in line.items() if k != "bsn"}) for line in lines])
            for bsn, lines in message["clients"]
        ],
    )


def _allocations(message: Message) -> bytes:
    (bsn,) = {each["bsn"] for each in message["allocations"]}
    person = Person(bsn, "Appelboom", "A", date(2012, 5, 17), "1", "Merelhof", 3, "1234XX", "Town")
    return allocation_xml(
        Domain(message["domain"]),
        message["town"],
        message["provider"],
        message["identification"],
        message["dated_on"],
        person=person,
        allocations=[_allocation(each) for each in message["allocations"]],
    )


def _allocation(values: dict[str, Any]) -> Allocation:
    size = None if values["unit"] is None else Size(values["volume"], values["unit"], values["frequency"])
    return Allocation(
        values["number"], values["bsn"], values["category"], values["code"], size, values["budget"],
        values["start"], values["end"], values["reason"], values["decided_at"],
    )  # fmt: skip
