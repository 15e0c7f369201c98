"""Contract signals of the clock over messages in a store: what was claimed counts, and a replay agrees."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from contracts.tables import TABLES, AgreementRow, TariffRow
from rules.facts import Choices
from store.claims import exception_cents, last_received
from store.database import open_store, transaction, trial
from store.inbox import Inbox
from store.registers import load, save
from streams.clock import tick
from streams.house import House
from streams.replay import replay
from streams.what_if import what_if
from tests.desk.test_commands import Desk
from tests.scenarios.test_contract_examples import allocate, declare, register_of

EXAMPLES = Path(__file__).parents[2] / "examples" / "registers"
SILENT, BUSY = "41410003", "41410001"
WORLD: dict[str, Any] = {
    "providers": [{}, {"agb": "41410002"}, {"agb": SILENT}],
    "products": [{}, {"code": "45A05"}],
    "agreements": [
        {}, {"agreement": "R3", "agb": SILENT},
        {"agreement": "U1", "agb": "41410002", "kind": "URC", "allocation": 2, "municipality": "0384"},
        {"agreement": "C1", "kind": "CSA", "client": 1, "valid_until": date(2025, 12, 31)},
    ],
    "tariffs": [
        {"cents": 10_000}, {"agreement": "U1", "cents": 1_000_000},
        {"agreement": "C1", "code": "45A05", "cents": 500_000},
    ],
    "allocations": [
        {}, {"number": 2, "client": 2, "agb": "41410002"}, {"number": 3, "client": 1, "code": "45A05"},
        {"number": 4, "client": 3, "agb": "41410002"},
    ],
    "lines": [
        [f"A{month}", 1, date(2025, month, 1), 1, "04", 10_000, 10_000, []] for month in (1, 2, 3)
    ] + [
        ["B1", 2, date(2025, 4, 1), 60, "04", 1_000_000, 60_000_000, []],
        ["B2", 4, date(2025, 4, 1), 60, "04", 1_000_000, 60_000_000, ["0611"]],
        ["C1", 3, date(2025, 4, 1), 2, "04", 500_000, 1_000_000, []],
        ["C2", 3, date(2026, 1, 1), 2, "04", 500_000, 1_000_000, ["0611"]],
    ],
    "received_on": date(2026, 2, 1),
}  # fmt: skip


@pytest.fixture
def engine(store_url: str) -> Engine:
    """A store in which two providers declared and a third did not."""
    made = open_store(store_url)
    rows = dict(register_of(WORLD).tables)
    threshold = {"amount_cents": "75000000", "valid_from": "2024-01-01"}
    with transaction(made) as connection:
        rows["procurement_thresholds"] = (TABLES["procurement_thresholds"].model_validate(threshold),)
        save(connection, rows, "2025-01-01T00:00:00", 0)
        house = House(Choices())
        house.use(load(connection))
        inbox = Inbox(connection)
        declare(WORLD, allocate(WORLD, inbox, house), inbox, house)
    return made


def test_what_was_declared_counts_whether_granted_or_not(engine: Engine) -> None:
    with trial(engine) as connection:
        received = last_received(connection)
    assert set(received) == {("0384", BUSY, "jw"), ("0384", "41410002", "jw")}
    assert received["0384", BUSY, "jw"] == {"45A04": date(2026, 2, 1), "45A05": date(2026, 2, 1)}


def test_exceptions_count_what_they_cover_and_was_granted(engine: Engine) -> None:
    with trial(engine) as connection:
        register = load(connection)
        tariffs = register.rows("tariffs", TariffRow)
        cents = exception_cents(connection, register.rows("agreements", AgreementRow), tariffs)
    assert cents == {("41410002", "jw"): 60_000_000, (BUSY, "jw"): 1_000_000}


def test_the_days_tell_what_is_silent_and_near_and_a_replay_agrees(engine: Engine) -> None:
    told: dict[str, list[tuple[str, str]]] = {}
    for day in (date(2026, 2, 1), date(2026, 2, 2), date(2027, 2, 1)):
        with transaction(engine) as connection:
            signals = tick(connection, load(connection), day).signals
        told[str(day)] = sorted((signal.kind, signal.provider) for signal in signals)
    assert told == {
        "2026-02-01": [("nothing_claimed", SILENT), ("threshold_near", "41410002")],
        "2026-02-02": [],
        "2027-02-01": [("nothing_claimed", BUSY)],
    }
    assert replay(engine, None, lambda done: None).differences == []


def test_what_if_reads_either_kind_of_store(engine: Engine, tmp_path: Path) -> None:
    tariff = "domain,code,unit,cents,valid_from,agreement\njw,45A04,04,{},2020-01-01,{}\n"
    (tmp_path / "tariffs.csv").write_text(tariff.format(11_000, ""))
    found = what_if(engine, tmp_path, [date(2025, month, 1) for month in range(1, 13)], lambda done: None)
    assert found.declarations == 6
    by_product = {(effect.provider, effect.code): effect for effect in found.effects}
    ordinary = by_product[BUSY, "45A04"]
    assert (ordinary.granted_lines, ordinary.granted_lines_then, ordinary.newly_rejected) == (3, 0, 3)
    assert (ordinary.difference_cents, ordinary.price_difference_cents) == (-30_000, 3_000)
    exception = by_product["41410002", "45A04"]  # its own tariff is gone, and with it the ground
    assert (exception.newly_rejected, exception.unpriced, exception.difference_cents) == (1, 1, -60_000_000)


def _run(folder: Path, *words: str) -> Any:
    return Desk(folder).json(*words)


def _lists(folder: Path) -> dict[str, bytes]:
    return {path.parent.name: path.read_bytes() for path in (folder / "out").glob("*/signals.jsonl")}


def test_a_year_of_the_example_region_by_the_command(tmp_path: Path) -> None:
    _run(tmp_path, "register", "import", str(EXAMPLES / "midden-holland"))
    first = _run(tmp_path, "clock", "--on", "2026-05-01", "--out", "out")
    kinds = Counter(signal["kind"] for signal in first["signals"])
    assert kinds["notice_due"] == 4 * 5 and kinds["renewal_unclear"] == 2 * 5  # MH-02, 10, 11, 12
    notices = {s["reference"] for s in first["signals"] if s["kind"] == "notice_due"}
    assert notices == {"MH-02", "MH-10", "MH-11", "MH-12"}
    lists = _lists(tmp_path)
    assert set(lists) == {"0513", "0627", "1901", "1931", "1892"}
    assert sum(content.count(b"\n") for content in lists.values()) == len(first["signals"])
    again = _run(tmp_path, "clock", "--on", "2026-05-01", "--out", "out")
    assert again["again"] and again["signals"] == first["signals"] and again["delivered"] == []
    assert _lists(tmp_path) == lists
    assert _run(tmp_path, "signals", "--municipality", "0513")["signals"]
    assert _run(tmp_path, "replay", "--check")["differences"] == []


def test_the_index_of_a_year_makes_a_table_that_can_be_imported(tmp_path: Path) -> None:
    _run(tmp_path, "register", "import", str(EXAMPLES / "midden-holland"))
    words = ("tariffs", "index", "--indexation", "JEUGD", "--year", "2026")
    made = _run(tmp_path, *words, "--out", "new/tariffs.csv")
    assert [index["source"] for index in made["indices"]] == ["index 2026 3.72 %"]  # no correction over 2025
    imported = _run(tmp_path, "register", "import", "new")
    assert imported["tables"]["tariffs"]["added"] == made["indexed"] > 10
    assert _run(tmp_path, *words, "--out", "again/tariffs.csv")["tariffs"] == made["tariffs"]
    tables = [(tmp_path / name / "tariffs.csv").read_text().splitlines() for name in ("new", "again")]
    assert sorted(tables[0]) == sorted(tables[1])
    from_folder = _run(
        tmp_path, *words, "--out", "third/tariffs.csv", "--register", str(EXAMPLES / "midden-holland")
    )
    assert from_folder["indexed"] == made["indexed"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--indexation", "NIETS", "--year", "2026"), "expected a name of table indexations"),
        (("--indexation", "JEUGD", "--year", "2025"), "found 2025, expected 2026 or later"),
        (("--indexation", "JEUGD", "--year", "2027"), "no forecast figures for 2027"),
    ],
)
def test_an_index_that_cannot_be_made_writes_nothing(
    tmp_path: Path, words: tuple[str, ...], expected: str
) -> None:
    command = ("tariffs", "index", *words, "--out", "new/tariffs.csv", "--register",
               str(EXAMPLES / "midden-holland"))  # fmt: skip
    done = Desk(tmp_path).run(*command)
    assert done.returncode == 1 and expected in done.stderr
    assert not (tmp_path / "new").exists()
