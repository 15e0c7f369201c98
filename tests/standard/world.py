"""A worked case of the standard as a store, a message, and what must come out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from lxml import etree
from sqlalchemy import Engine

from contracts.register import Register
from contracts.tables import (
    AgreementRow,
    MunicipalityRow,
    ProductRow,
    ProviderRow,
    TariffRow,
)
from desk.synthetic.wire import WireLine, declaration_xml
from rules.facts import Choices
from rules.volume import counted
from schemas.allocation import Allocation, Size
from schemas.notice import rejections_from_json
from schemas.period import Period, month_number
from schemas.standard import Domain
from store.allocations import record_allocations
from store.database import open_store, transaction
from store.inbox import Inbox, MessageRow
from streams.handle import handle
from streams.house import House

CASES = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))
EPOCH, ENDED = date(2021, 1, 1), date(2020, 12, 31)


def day(text: str | None) -> date | None:
    """A date of a case."""
    return None if text is None else date.fromisoformat(text)


@cache
def fixture_register() -> Register:
    """The contracts of the worked cases as a register."""
    fixtures = CASES["fixtures"]
    domain_of = {"4141": "jw", "4142": "wmo"}
    providers = ("41410001", "41410002", "41420001")
    units = {t["code"]: t["unit"] for t in fixtures["tariffs"]}
    return Register(
        1,
        {
            "municipalities": (
                MunicipalityRow(code="0384", name="Noorderveen", valid_from=EPOCH),
                MunicipalityRow(code="0999", name="Ended", valid_from=ENDED, valid_until=ENDED),
            ),
            "providers": tuple(ProviderRow(agb=agb, name=f"Provider {agb}") for agb in providers),
            "products": tuple(
                ProductRow(
                    domain="wmo" if int(category) < 20 else "jw", category=category, code=code,
                    unit=units.get(code, "04"), name=code, valid_from=EPOCH,
                )
                for code, category in fixtures["products"].items()
            ),
            "agreements": tuple(
                AgreementRow(
                    agreement=f"A{agb}", agb=agb, domain=domain_of[agb[:4]], kind="REGULAR", valid_from=EPOCH
                )
                for agb in providers
            ),
            "tariffs": tuple(
                TariffRow(
                    domain=domain_of[t["agb"][:4]], code=t["code"], unit=t["unit"],
                    cents=t["cents"], agb=t["agb"],
                    valid_from=date.fromisoformat(t["frm"]), valid_until=date.fromisoformat(t["to"]),
                )
                for t in fixtures["tariffs"]
                if t["cents"] is not None
            ),
        },
    )  # fmt: skip


@cache
def fixture_house() -> House:
    """The rules under the contracts of the worked cases."""
    house = House(Choices())
    house.use(fixture_register())
    return house


def allocation(case: dict[str, Any]) -> Allocation:
    """An allocation of a case."""
    size = case.get("size")
    return Allocation(
        case["nr"], case["bsn"], case.get("cat"), case.get("code"),
        None if size is None else Size(*size), case.get("budget"),
        date.fromisoformat(case["start"]), day(case.get("end")),
        case.get("reason"), "2025-12-01T12:00:00.000000",
    )  # fmt: skip


def wire_line(case: dict[str, Any]) -> WireLine:
    """A line of a case."""
    return WireLine(
        case["ref"], case.get("prev"), case["alloc"], case["cat"], case["code"],
        date.fromisoformat(case["b"]), date.fromisoformat(case["e"]), case["vol"], case["unit"],
        case.get("tarief"), case["amount"], case["dc"],
    )  # fmt: skip


def message(case: dict[str, Any]) -> bytes:
    """The 323 of a case; a total or side of its own replaces the computed one."""
    m = case["message"]
    content = declaration_xml(
        Domain(case["domain"]), m["gemeente"], m["agb"], m["ident"], date.fromisoformat(m["dag"]),
        number=m["declnr"], month=date.fromisoformat(m["ps"]), signed_on=date.fromisoformat(m["ddag"]),
        period=Period(date.fromisoformat(m["ps"]), date.fromisoformat(m["pe"])),
        clients=[(c["bsn"], [wire_line(line) for line in c["lines"]]) for c in m["clients"]],
    )  # fmt: skip
    for element, key in ((b"TotaalBedrag", "total"), (b"DebetCredit", "total_dc")):
        if key in m:
            pattern = rb"(<[a-z]+:" + element + rb">)[^<]*"
            content = re.sub(pattern, rb"\g<1>" + str(m[key]).encode(), content, count=1)
    return content


def store_of(case: dict[str, Any], url: str = "sqlite://") -> Engine:
    """A store that has been through what the case says came before."""
    engine = open_store(url)
    domain = Domain(case["domain"])
    with transaction(engine) as connection:
        inbox = Inbox(connection)
        relations = {}
        for one in case["allocations"]:
            relation = inbox.relation("0384", one["agb"], domain.value)
            relations[one["nr"]] = relation
            _message(inbox, relation, f"{domain.value.upper()}301", f"T{one['nr']}", "stored")
            record_allocations(inbox, inbox.last_message_id(), relation, "0384", domain, [allocation(one)])
        own = inbox.relation("0384", case["message"]["agb"], domain.value)
        for _, identification in case.get("headers", ()):
            _message(inbox, own, f"{domain.value.upper()}323", identification, "answered")
        for _, number, month, dated_on in case.get("declared", ()):
            _message(inbox, own, f"{domain.value.upper()}323", f"I{number}", "answered")
            inbox.execute(
                "INSERT INTO declaration VALUES (?, ?, '0384', ?, ?, ?, ?, ?, ?, 0, 0)",
                (inbox.last_message_id(), own, case["message"]["agb"], domain.value, number, month,
                 dated_on, dated_on),
            )  # fmt: skip
        _history(inbox, own, case.get("history", ()))
    return engine


def _message(inbox: Inbox, relation: int, kind: str, identification: str, outcome: str) -> None:
    (number,) = inbox.next_message_ids()
    row = MessageRow(
        number, f"{number:064d}", relation, kind, identification, "2026-01-01", "2026-01-01", "earlier",
        outcome, 0, 0, 0, 0, 0, None, None, None, None, inbox.basis("{}"), 1, 1,
    )  # fmt: skip
    inbox.record((row, b""))


def _history(inbox: Inbox, relation: int, lines: Iterable[dict[str, Any]]) -> None:
    credited = {h["prev"] for h in lines if h["state"] == "approved" and h["dc"] == "C"}
    for position, h in enumerate(lines):
        state = 0 if h["state"] == "rejected" else 3 if h["dc"] == "C" else 2 if h["ref"] in credited else 1
        found = inbox.execute(
            "SELECT id, version_id FROM allocation WHERE number = ?", (h["alloc"],)
        ).fetchone()
        begin = date.fromisoformat(h["b"])
        used = counted(h["vol"], h["unit"])
        inbox.execute(
            f"INSERT INTO line VALUES ({', '.join('?' * 22)})",
            (900_000 + position, 9, relation, h["bsn"], h["ref"], h.get("prev"), h["alloc"], h["cat"],
             h["code"], h["b"], h["e"], month_number(begin), h["vol"], h["unit"], h.get("tarief"),
             h["amount"], h["dc"], state, used, *found, ""),
        )  # fmt: skip
        if state == 1:
            inbox.execute(
                "INSERT INTO allocation_use VALUES (?, ?, ?) ON CONFLICT (allocation_id) DO UPDATE SET"
                " used_volume = allocation_use.used_volume + excluded.used_volume,"
                " used_cents = allocation_use.used_cents + excluded.used_cents",
                (found[0], used, h["amount"]),
            )


def outcome_of(case: dict[str, Any], url: str = "sqlite://") -> dict[str, Any]:
    """Send the message of a case through the whole of `handle` and read its 325 back."""
    received_on = date.fromisoformat(case["message"].get("received", case["message"]["dag"]))
    engine = store_of(case, url)
    with transaction(engine) as connection:
        inbox = Inbox(connection)
        outcome = handle(message(case), "case.xml", received_on, inbox, fixture_house())
        assert outcome.outcome == "answered", outcome
        content = inbox.execute("SELECT body FROM outbox WHERE topic = 'answers'").fetchone()[0]
        told = inbox.execute("SELECT body FROM outbox WHERE topic = 'rejections'").fetchone()
    engine.dispose()
    found = read_answer(content)
    if found["header"] == ["0001"]:
        rejection = next(rejections_from_json(told[0]))
        found["level2_rules"] = list(dict.fromkeys(cause.rule for cause in rejection.causes))
    return found


def read_answer(content: bytes) -> dict[str, Any]:
    """A 325 as plain values, read without any of our own readers."""
    root = etree.fromstring(content)
    codes = [e.text for e in root.findall("{*}Header/{*}RetourCodes/{*}RetourCode")]
    found: dict[str, Any] = {"header": codes}
    body = root.find("{*}DeclaratieAntwoord")
    if body is None:
        return found
    found["decl"] = [e.text for e in body.findall("{*}RetourCodes/{*}RetourCode")]
    for name, key in (("Ingediend", "ingediend"), ("Toegekend", "toegekend")):
        total = body.find(f"{{*}}Totaal{name}Bedrag")
        amount = int(total.findtext("{*}TotaalBedrag"))
        found[key] = -amount if total.findtext("{*}DebetCredit") == "C" else amount
    clients = {}
    for client in body.findall("{*}Clienten/{*}Client"):
        lines = {
            line.findtext("{*}ProductReferentie/{*}ReferentieNummer"): [
                e.text for e in line.findall("{*}RetourCodes/{*}RetourCode")
            ]
            for line in client.findall("{*}Prestaties/{*}Prestatie")
        }
        (code,) = [e.text for e in client.findall("{*}RetourCodes/{*}RetourCode")]
        clients[client.findtext("{*}Bsn")] = {"code": code, "lines": lines}
    found["clients"] = clients
    return found
