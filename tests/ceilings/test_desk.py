"""Ceilings from the command line: a register as files, processes side by side, letters, decisions, a page."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from typer.testing import CliRunner

from contracts.tables import TABLES
from desk.cli import app
from desk.synthetic.register import csv_text
from tests.ceilings.world import BSNS, ceiling
from tests.crash.scenario import (
    ELM,
    OAK,
    OTHER_TOWN,
    TOWN,
    Trial,
    allocation,
    declaration,
    line,
    write_register,
)
from tests.simulation.wire import bytes_of

PROGRAM = Path(sys.executable).with_name("declastroom")
WAGE = 9345
MONTHS = (1, 2, 3)


def _register(folder: Path, *rows: dict[str, Any]) -> Path:
    if not folder.exists():
        write_register(folder)
    table = TABLES["ceilings"]
    (folder / "ceilings.csv").write_bytes(
        csv_text(table, [table.model_validate(row) for row in rows]).encode()
    )
    return folder


def _run(trial: Trial, *words: str, status: int = 0) -> Any:
    return _told(*words, "--database", trial.url, "--json", status=status)


def _told(*words: str, status: int = 0) -> Any:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == status, done.stderr
    return json.loads(done.stdout)


def _pairs() -> list[tuple[int, str, str]]:
    return [(n + 1, p, t) for n, (p, t) in enumerate((p, t) for p in (OAK, ELM) for t in (TOWN, OTHER_TOWN))]


def _write(folder: Path) -> list[Path]:
    """Four folders, of two providers for two towns; each claims three hours in three months."""
    found = []
    for number, provider, town in _pairs():
        own = folder / f"{number}"
        own.mkdir(parents=True)
        (own / "0.xml").write_bytes(bytes_of(allocation(number, BSNS[number - 1], provider, town)))
        for month in MONTHS:
            name = f"{number}{month}"
            hours = line(f"R{name}", number, BSNS[number - 1], 3, month)
            message = declaration(f"D{name}", hours, provider=provider, town=town, month=month)
            (own / f"{month}.xml").write_bytes(bytes_of(message))
        found.append(own)
    return found


def test_processes_side_by_side_lose_no_cent(tmp_path: Path) -> None:
    """Four processes claim on one joint ceiling: the total is exact, and each threshold is told once."""
    amount = 4 * 9 * WAGE  # exactly what they claim together
    row = ceiling("J", 0, agb=(OAK, ELM), amount_cents=amount, thresholds=(25, 50, 70, 100))
    trial = Trial(tmp_path / "t")
    _run(trial, "register", "import", str(_register(tmp_path / "register", row)))
    commands = [trial.process(folder) for folder in _write(tmp_path / "in")]
    racing = [subprocess.Popen([PROGRAM, *each], stdout=subprocess.PIPE, text=True) for each in commands]
    reports = [json.loads(process.communicate()[0]) for process in racing]
    assert [process.returncode for process in racing] == [0] * 4
    assert sum(report["totals"]["granted_cents"] for report in reports) == amount
    told = _run(trial, "ceilings", "--on", "2026-04-10", "--check")
    assert told["miscounted"] == []
    (found,) = told["ceilings"]
    assert (found["used_cents"], found["left_cents"], found["claimed_cents"]) == (amount, 0, amount)
    signals = _run(trial, "signals")["signals"]
    reached = [(s["threshold"], s["occurrence"]) for s in signals if s["kind"] == "reached"]
    assert sorted(reached) == [(25, 1), (50, 1), (70, 1), (100, 1)]
    assert _run(trial, "replay", "--check")["differences"] == []


@pytest.fixture
def full(tmp_path: Path) -> Trial:
    """A ceiling of 20 hours of which 20 are used, and a new client with 5 more."""
    trial = Trial(tmp_path / "t")
    row = ceiling("P", 0, amount_cents=20 * WAGE)
    _run(trial, "register", "import", str(_register(tmp_path / "register", row)))
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    new = {
        "start": date(2026, 3, 9),
        "code": None,
        "volume": None,
        "unit": None,
        "frequency": None,
        "budget": 10**6,
    }
    for folder, name, message in (
        (first, "0", allocation(1, BSNS[0])),
        (first, "1", declaration("D1", line("R1", 1, BSNS[0], 20, 2), month=2, dated_on=date(2026, 3, 5))),
        (second, "0", allocation(2, BSNS[1], **new, dated_on=date(2026, 3, 9))),
        (second, "1", declaration("D2", line("R2", 2, BSNS[1], 5, begin=date(2026, 3, 9)))),
    ):
        (folder / f"{name}.xml").write_bytes(bytes_of(message))
    for folder, day in ((first, "2026-03-05"), (second, "2026-04-08")):
        words = ("process", str(folder), "--received-on", day, "--out", str(trial.out))
        assert _run(trial, *words)["totals"]["granted_cents"] == (20 if folder is first else 5) * WAGE
    return trial


def test_what_lies_above_is_held_until_it_is_decided(full: Trial) -> None:
    told = _run(full, "ceilings", "--on", "2026-04-10")
    (case,) = told["reviews"]
    assert (case["above_cents"], case["due_on"], case["reference"]) == (5 * WAGE, "2026-05-07", "R2")
    (found,) = told["ceilings"]
    assert (found["room_cents"], found["claimed_cents"], found["paid_cents"]) == (20 * WAGE, 25 * WAGE, 0)
    assert found["falls"] == {"70": "2026-03-05", "100": "2026-03-05"}
    assert found["above_cents"] == {"REVIEW": 5 * WAGE}
    first = _told(*full.close())
    assert [(b["reason"], b["amount_cents"]) for b in first["blocked"]] == [("CEILING_REVIEW", 5 * WAGE)]
    assert _run(full, "ceilings", "--on", "2026-04-10")["ceilings"][0]["paid_cents"] == 20 * WAGE
    _run(full, "ceiling", "decide", "7", "--decision", "pay", status=1)
    _run(full, "ceiling", "decide", "1", "--decision", "pay", "--on", "2026-04-20")
    assert _told(*full.close(cut_off=date(2026, 4, 20)))["total_cents"] == 5 * WAGE
    assert _run(full, "ceilings", "--on", "2026-04-10")["ceilings"][0]["paid_cents"] == 25 * WAGE


def test_one_letter_tells_all_thresholds(full: Trial) -> None:
    (letter,) = _run(full, "ceiling", "letter", "--ceiling", "P")["letters"]
    assert "70 %, 100 %" in letter["text"]
    assert "uiterlijk op 2026-03-19" in letter["text"]
    assert "€ 1.869,00" in letter["text"] and "{" not in letter["text"]
    _run(full, "ceiling", "letter", "--ceiling", "Q", status=1)


def test_an_import_brings_signals_to_the_list_and_to_the_next_run(full: Trial, tmp_path: Path) -> None:
    rows = (ceiling("P", 0, amount_cents=20 * WAGE), ceiling("P", 0, amount_cents=30 * WAGE, version=2))
    _run(full, "register", "import", str(_register(tmp_path / "register", *rows)))
    brought = [(s["kind"], s["threshold"]) for s in _run(full, "signals")["signals"] if s.get("version")]
    assert brought[-2:] == [("below", 100), ("carried_over", 70)]
    for _ in range(2):
        _run(full, "process", str(tmp_path / "1"), "--received-on", "2026-04-09", "--out", str(full.out))
        told = [json.loads(row) for row in (full.out / TOWN / "signals.jsonl").read_text().splitlines()]
        kinds = [each["kind"] for each in told]
        assert kinds.count("below") == kinds.count("carried_over") == 1
    assert _run(full, "ceilings", "--on", "2026-04-10")["reviews"][0]["decision"] == "BELOW"


def test_a_page_with_a_chart(full: Trial, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    _run(full, "ceilings", "--on", "2026-04-10", "--html", str(page))
    text = page.read_text(encoding="utf-8")
    tree = etree.fromstring(text.removeprefix("<!doctype html>\n"), etree.HTMLParser())
    (chart,) = tree.findall(".//svg")
    shapes = {shape.get("class") for shape in chart}
    assert {"used", "expected", "band", "room", "notice"} <= shapes
    assert "http" not in text and "<script" not in text


def test_steps_after_a_notice_and_the_year_before(full: Trial) -> None:
    done = _run(full, "ceiling", "done", "--ceiling", "P", "--step", "consult", "--on", "2026-03-18")
    assert done == {"ceiling": "P", "year": 2026, "version": 1, "step": "consult", "on": "2026-03-18"}
    signals = _run(full, "clock", "--on", "2026-04-09", "--out", str(full.out))["signals"]
    assert [(s["kind"], s["step"], s["due_on"]) for s in signals if s["kind"] == "ceiling_term"] == [
        ("ceiling_term", "DECIDE", "2026-04-01")
    ]
    plan = _told("ceiling", "plan", "--from", "2025-07-01", "--year-cents", "60000000", "--json")
    assert (plan["by_months_cents"], plan["by_days_cents"]) == (30_000_000, 30_246_575)
    assert plan["due"] == {"ANNOUNCE": "2025-01-01", "DECIDE": "2025-04-01", "PLAN": "2025-05-01"}


def test_the_same_register_again_judges_no_ceiling_anew(tmp_path: Path) -> None:
    trial = Trial(tmp_path / "trial")
    register = _register(tmp_path / "register", ceiling("C1", 7_000))
    first, *claims = sorted(_write(tmp_path / "in")[0].iterdir())
    _run(trial, "register", "import", str(register))
    _run(trial, "process", str(first), "--out", str(trial.out), "--received-on", "2026-04-08")
    for claim in claims:
        before = trial.tables()
        assert not any(
            any(t.values()) for t in _run(trial, "register", "import", str(register))["tables"].values()
        )
        assert trial.tables() == before
        assert _run(trial, "replay", "--check")["differences"] == []
        _run(trial, "process", str(claim), "--out", str(trial.out), "--received-on", "2026-04-08")
    assert _run(trial, "replay", "--check")["differences"] == []


@pytest.mark.parametrize("order", [*permutations(("day", "import", "unusable"))], ids="-".join)
def test_what_comes_between_two_messages_is_replayed_in_its_order(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    trial, folder = Trial(tmp_path / "trial"), tmp_path / "register"
    unusable = tmp_path / "unusable.xml"
    unusable.write_bytes(b"<a")
    _run(trial, "register", "import", str(_register(folder, ceiling("C1", 7_000))))
    messages = str(_write(tmp_path / "in")[0])
    _run(trial, "process", messages, "--out", str(trial.out), "--received-on", "2026-04-08")
    for step in order:
        if step == "day":
            _run(trial, "clock", "--on", "2026-05-20", "--out", str(trial.out))
        elif step == "import":
            _run(trial, "register", "import", str(_register(folder, ceiling("C1", 9_000))))
        else:
            _run(trial, "process", str(unusable), "--out", str(trial.out), "--received-on", "2026-05-21")
    assert _run(trial, "replay", "--check")["differences"] == []
