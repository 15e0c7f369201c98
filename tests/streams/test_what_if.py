"""What if: the same register makes no difference, another one does, and nothing is ever stored."""

from __future__ import annotations

import csv
import hashlib
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contracts.pricing import NO_PRICE, Price
from desk.commands.what_if import parse_months
from processors.what_if import DecidedLine, amount_at, effects, total
from tests.desk.test_commands import Desk


class World(Desk):
    """A small region of three months, processed once."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        words = ("--lines", "600", "--months", "3", "--municipalities", "2", "--seed", "5")
        self.json("generate", "--out", "region", *words)
        self.json("register", "import", "region/register")
        self.json("process", "region/messages", "--received-on", "2026-12-31")

    def what_if(self, register: Path | str, months: str = "2026-03..2026-05", status: int = 0) -> Any:
        return self.json("what-if", "tariffs", "--register", register, "--months", months, status=status)

    def changed(self, folder: Path, table: str, change: dict[str, str], **where: str) -> Path:
        """A register of one table, in which the rows that match were changed; they must exist."""
        folder.mkdir(exist_ok=True)
        with (self.folder / "region/register" / f"{table}.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        matching = [row for row in rows if all(row[key] == value for key, value in where.items())]
        assert matching
        for row in matching:
            row.update(change)
        with (folder / f"{table}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
        return folder


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("whatif"))


def test_the_register_itself_makes_no_difference(world: World) -> None:
    found = world.what_if("region/register")
    stored = world.json("rejections")["rejections"]
    assert not any(effect["differs"] for effect in found["effects"])
    assert found["total"]["lines"] >= 600
    assert found["total"]["granted_lines"] == found["total"]["granted_lines_then"] > 500
    lines = {r["reference"] for r in stored if r["class"] == "line"}
    assert len(lines) >= 10  # there was something to get wrong


def test_a_raised_tariff_rejects_what_was_claimed_and_says_what_it_would_cost(
    world: World, tmp_path: Path
) -> None:
    product = {"domain": "wmo", "code": "01A03"}
    register = world.changed(tmp_path, "tariffs", {"cents": "5000"}, valid_from="2026-01-01", **product)
    found = world.what_if(register)
    touched = [effect for effect in found["effects"] if effect["differs"]]
    assert {effect["code"] for effect in touched} == {"01A03"}
    assert all(effect["granted_lines_then"] == 0 for effect in touched)
    assert all(effect["newly_rejected"] == effect["granted_lines"] for effect in touched)
    assert found["total"]["difference_cents"] == -sum(effect["granted_cents"] for effect in touched) < 0
    assert found["total"]["price_difference_cents"] > 0
    elsewhere = sum(e["granted_cents"] for e in found["effects"] if e["code"] != "01A03")
    assert found["total"]["granted_cents_then"] == elsewhere


def test_a_provider_without_agreement_loses_everything_and_has_no_tariff(
    world: World, tmp_path: Path
) -> None:
    agb = "99000001"
    register = world.changed(tmp_path, "agreements", {"valid_until": "2025-12-31"}, agb=agb)
    found = world.what_if(register)
    lost = [effect for effect in found["effects"] if effect["differs"]]
    assert {effect["provider"] for effect in lost} == {agb}
    # Euros have no tariff, so their lines are granted as before (TR418).
    assert sum(effect["unpriced"] for effect in lost) == sum(effect["newly_rejected"] for effect in lost) > 0


def test_only_the_months_asked_for_are_counted(world: World, tmp_path: Path) -> None:
    parts = [world.what_if("region/register", month)["total"] for month in ("2026-03", "2026-04", "2026-05")]
    whole = world.what_if("region/register")["total"]
    for figure in ("lines", "granted_lines", "granted_cents"):
        assert sum(part[figure] for part in parts) == whole[figure]
    april = {"valid_from": "2026-01-01", "domain": "wmo", "code": "01A03"}
    register = world.changed(tmp_path, "tariffs", {"valid_until": "2026-03-31"}, **april)
    assert world.what_if(register, "2026-03")["total"]["difference_cents"] == 0
    assert world.what_if(register, "2026-04")["total"]["difference_cents"] < 0
    assert world.what_if(register, "2031-01")["total"]["lines"] == 0


def test_nothing_is_stored_not_a_byte(world: World, tmp_path: Path) -> None:
    copy = tmp_path / "declastroom.db"
    shutil.copy(world.folder / "declastroom.db", copy)
    before = hashlib.sha256(copy.read_bytes()).hexdigest()
    register = world.changed(tmp_path / "other", "tariffs", {"cents": "1"}, domain="jw")
    months = "2026-03..2026-05"
    done = Desk(tmp_path).run("what-if", "tariffs", "--register", register, "--months", months)
    assert done.returncode == 0
    assert hashlib.sha256(copy.read_bytes()).hexdigest() == before
    assert {path.name for path in tmp_path.iterdir()} == {"declastroom.db", "other"}


def test_a_register_with_faults_is_refused_and_says_where(world: World, tmp_path: Path) -> None:
    register = world.changed(tmp_path, "tariffs", {"cents": "9,60"}, domain="jw", unit="82")
    errors = world.what_if(register, status=1)["errors"]
    assert errors and all("tariffs.csv" in error and "9,60" in error for error in errors)


@pytest.mark.parametrize(
    ("text", "count"), [("2026-03", 1), ("2026-11..2027-02", 4), ("2026-01..2026-12", 12)]
)
def test_months_are_read(text: str, count: int) -> None:
    found = parse_months(text)
    assert len(found) == count
    assert all(day.day == 1 for day in found) and found == sorted(found)
    assert found[0] == date.fromisoformat(text[:7] + "-01")
    assert str(found[-1])[:7] == text[-7:]


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-03..2026-02", "2026-3", "2026-03...2026-04"])
def test_other_months_are_refused(world: World, text: str) -> None:
    assert world.run("what-if", "tariffs", "--register", "region/register", "--months", text).returncode == 2


def test_an_effect_counts_both_ways_and_credits_take_back() -> None:
    def line(position: int, side: str, cents: int, granted: bool) -> DecidedLine:
        return DecidedLine("m", position, "41410001", "jw", "45A04", side, cents, granted)

    before = [line(0, "D", 100, True), line(1, "D", 70, False), line(2, "C", 30, True), line(3, "D", 9, True)]
    after = {("m", 0): False, ("m", 1): True, ("m", 2): True}  # line 3 was never reached
    (found,) = effects(before, after, {("m", 0): 120, ("m", 2): -30, ("m", 3): None})
    assert (found.granted_lines, found.granted_lines_then) == (3, 2)
    assert (found.newly_granted, found.newly_rejected) == (1, 2)
    assert (found.granted_cents, found.granted_cents_then, found.difference_cents) == (79, 40, -39)
    assert (found.repriced_cents, found.unpriced, found.price_difference_cents) == (90, 1, 11)
    assert total([found, found]).lines == 8 and total([]).lines == 0


def test_an_amount_is_exact_and_minutes_of_an_hour_are_rounded_once() -> None:
    hour = Price(9210, True, False, "cao", None, (), ())
    assert amount_at(hour, "01", 7) == 1075  # 1074.5
    assert amount_at(hour._replace(per_hour=False), "04", 7) == 64470
    assert amount_at(NO_PRICE, "04", 7) is None
    assert amount_at(NO_PRICE, "83", 7) == 7
