"""Which codes a wrong unit leaves out: volumes always, the tariff only where none is agreed in that unit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rules.facts import Choices
from store.database import open_store, transaction
from store.inbox import Inbox
from store.registers import import_register
from streams.embedded import Embedded
from streams.house import House
from streams.settings import Settings
from streams.sources import Source
from tests.crash.scenario import BSNS, DAY, allocation, declaration, line, write_register
from tests.simulation.agreed import EPOCH, first_agreed
from tests.simulation.wire import bytes_of


@pytest.mark.parametrize(
    ("agreed", "codes"),
    [
        ({"04": 9345}, ["9341"]),
        ({"04": 9345, "16": 20_000}, ["9341"]),
        ({"04": 9345, "16": 20_001}, ["9341", "0611"]),
        ({}, ["9341", "0611"]),
    ],
    ids=["no tariff in day parts", "the tariff is right", "the tariff differs", "no tariff at all"],
)
def test_a_line_in_day_parts_on_an_allocation_in_hours(
    tmp_path: Path, agreed: dict[str, int], codes: list[str]
) -> None:
    tariffs = {key: rows for key, rows in first_agreed()["tariffs"].items() if key[1] != "45A04"}
    for unit, cents in agreed.items():
        tariffs["jw", "45A04", unit] = [(EPOCH, DAY.replace(year=9999), cents)]
    engine = open_store("sqlite://")
    with transaction(engine, alone=True) as connection:
        register = write_register(tmp_path / "register", tariffs=tariffs)
        import_register(connection, register, recorded_at="2026-01-01", after_message=0)
    claim = line("R1", 1, BSNS[0], 900, unit="16", tariff_cents=20_000, amount_cents=18_000_000)
    sources = [
        Source(name, bytes_of(message))
        for name, message in (("301", allocation(1, BSNS[0])), ("323", declaration("D1", claim)))
    ]
    assert [
        o.outcome for o in Embedded(engine, House(Choices()), Settings(), None).process(sources, DAY)
    ] == ["stored", "answered"]
    with transaction(engine) as connection:
        query = "SELECT body FROM outbox WHERE topic = 'rejections'"
        told = json.loads(Inbox(connection).execute(query).fetchone()[0])
    assert [cause["code"] for each in told for cause in each["causes"]] == codes
