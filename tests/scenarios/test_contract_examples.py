"""The acceptance examples on tariffs and contracts, as messages through the real pipeline."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Connection

from contracts.register import Register
from contracts.register_checks import register_faults
from contracts.register_faults import NumberedRow
from contracts.tables import TABLES
from desk.synthetic.numbers import bsns
from desk.synthetic.wire import Person, WireLine, allocation_xml, declaration_xml
from rules.facts import Choices
from schemas.allocation import Allocation, Size
from schemas.period import last_day
from schemas.standard import Domain
from store.database import open_store, transaction
from store.inbox import Inbox
from store.outbox import all_rejections, all_signals
from streams.handle import handle
from streams.house import House

_FILE = yaml.safe_load(Path(__file__).with_name("contracts.yaml").read_text(encoding="utf-8"))
_DEFAULTS: dict[str, dict[str, Any]] = _FILE["defaults"]
_CLIENTS = dict(enumerate(islice(bsns(), 5), start=1))
_TABLES = _DEFAULTS.keys() - {"allocations"}


def register_of(example: dict[str, Any]) -> Register:
    """The register of an example, its rows completed by the defaults."""
    tables = {}
    for name in _TABLES:
        always = [{}] if name in {"municipalities", "providers", "products"} else []
        rows = [{**_DEFAULTS[name], **row} for row in example.get(name, always)]
        for row in rows:
            if "client" in row:
                row["bsn"] = _CLIENTS[row.pop("client")]
            row.update({key: tuple(value) for key, value in row.items() if isinstance(value, list)})
        tables[name] = tuple(TABLES[name].model_validate(row) for row in rows)
    return Register(1, tables)


def allocate(example: dict[str, Any], inbox: Inbox, house: House) -> dict[int, dict[str, Any]]:
    """Send a 301 per allocation; returns them by number."""
    known = {}
    for row in example["allocations"]:
        one = {**_DEFAULTS["allocations"], **row}
        known[one["number"]] = one
        size = None if one["unit"] is None else Size(one["volume"], one["unit"], one["frequency"])
        born = date(2012, 5, one["client"])
        person = Person(_CLIENTS[one["client"]], "Naam", "V", born, "2", "Hof", 1, "1000XX", "Plaats")
        allocation = Allocation(
            one["number"], person.bsn, one["category"], one["code"], size, None, one["start"], one["end"],
            None, f"{one['start']}T10:00:00",
        )  # fmt: skip
        message = allocation_xml(
            Domain.JW, "0384", one["agb"], f"T{one['number']}", one["start"],
            person=person, allocations=[allocation],
        )  # fmt: skip
        outcome = handle(message, "301.xml", date(2026, 6, 1), inbox, house)
        assert outcome.outcome == "stored", outcome
    return known


def declare(example: dict[str, Any], known: dict[int, dict[str, Any]], inbox: Inbox, house: House) -> None:
    """A 323 per line, in order: every line is decided on its own, after those before it."""
    numbers = count(1)
    for given in example["lines"]:
        own = given if isinstance(given, dict) else {"line": given}
        reference, number, month, volume, unit, tariff, amount, _ = own["line"]
        allocation = known[number]
        line = WireLine(
            reference, None, number, allocation["category"], own.get("code", allocation["code"] or "45A04"),
            month, last_day(month), volume, unit, tariff, amount,
        )  # fmt: skip
        name = f"D{next(numbers)}"
        received_on = example.get("received_on", date(2026, 6, 1))
        message = declaration_xml(
            Domain.JW, "0384", own.get("agb", allocation["agb"]), name, received_on, number=name, month=month,
            signed_on=received_on, clients=[(_CLIENTS[allocation["client"]], [line])],
        )  # fmt: skip
        outcome = handle(message, "323.xml", received_on, inbox, house)
        assert outcome.outcome == "answered", outcome


def _run(example: dict[str, Any], connection: Connection) -> tuple[dict[str, list[str]], Counter[str]]:
    house = House(Choices())
    house.use(register_of(example))
    inbox = Inbox(connection)
    declare(example, allocate(example, inbox, house), inbox, house)
    codes: defaultdict[str, list[str]] = defaultdict(list)
    for rejection in all_rejections(inbox):
        codes[rejection.reference or rejection.subject] += rejection.codes
    return dict(codes), Counter(signal.kind for signal in all_signals(inbox))


@pytest.mark.parametrize("example", _FILE["examples"], ids=lambda example: example["sentence"])
def test_example(example: dict[str, Any]) -> None:
    register = register_of(example)
    numbered = {
        table: [NumberedRow(place, row) for place, row in enumerate(rows, start=2)]
        for table, rows in register.tables.items()
    }
    assert list(register_faults(numbered, Register(0, {}))) == []
    with transaction(open_store("sqlite://")) as connection:
        codes, signals = _run(example, connection)
    lines = [each["line"] if isinstance(each, dict) else each for each in example["lines"]]
    expected = {line[0]: line[-1] for line in lines if line[-1]}
    assert codes == {**expected, **example.get("above", {})}
    if "signals" in example:
        kinds = {"contract_missing", "tariff_ambiguous", "lump_sum_claimed"}
        assert {kind: number for kind, number in signals.items() if kind in kinds} == example["signals"]
