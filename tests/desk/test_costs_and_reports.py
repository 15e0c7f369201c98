"""Settlement and reports on the command line: they reconcile, and they open down to their lines."""

from __future__ import annotations

import csv
import json
import re
import shutil
from contextlib import chdir
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from typer.testing import CliRunner, Result

from desk.cli import app
from reference.texts import table_texts


class Desk:
    """The command line in a folder of its own, called within this process because a start is slow."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *words: object) -> Result:
        """Run a command and give what it said."""
        with chdir(self.folder):
            return CliRunner().invoke(app, [str(word) for word in words])

    def json(self, *words: object, status: int = 0) -> Any:
        """Run a command with `--json`; the whole of stdout is one document."""
        done = self.run(*words, "--json")
        assert done.exit_code == status, done.stderr
        return json.loads(done.stdout)


ROOT = Path(__file__).parents[2]
REPORTS = ("production", "growth", "market", "turnover", "realisation", "rejections")


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Two months of a region, of which one municipality has closed a batch."""
    desk = Desk(tmp_path_factory.mktemp("costs"))
    made = desk.json("generate", "--out", "region", "--lines", 700, "--municipalities", 3, "--months", 2)
    desk.json("register", "import", "region/register")
    desk.json("process", "region/messages", "--out", "out", "--received-on", made["received_on"])
    desk.json("batch", "close", "--municipality", _towns(desk)[0], "--cut-off", made["received_on"])
    return desk


def _towns(desk: Desk) -> list[str]:
    with (desk.folder / "region/register/municipalities.csv").open() as stream:
        return [row["code"] for row in csv.DictReader(stream)]


def _rows(desk: Desk, *words: object) -> dict[str, list[dict[str, Any]]]:
    return desk.json("report", *words)["tables"]  # type: ignore[no-any-return]


def test_production_reconciles_to_the_batches_to_the_cent(region: Desk) -> None:
    tables = _rows(region, "production")
    batches = region.json("batches")["batches"]
    body = json.loads(next(region.folder.glob("out/*/batches/*/batch.json")).read_text())
    held = sum(each["amount_cents"] for each in (*body["blocked"], *body["carried_forward"]))
    covered = sum(row["in_batches_cents"] for row in tables["production"])
    assert covered == batches[0]["total_cents"] + held > 0
    (books,) = (row for row in tables["reconciliation"] if row["municipality"] == batches[0]["municipality"])
    assert (books["paid_cents"], books["balance_cents"]) == (batches[0]["total_cents"], held)
    for town in _towns(region):
        rows = [row for row in tables["production"] if row["municipality"] == town]
        (account,) = (row for row in tables["reconciliation"] if row["municipality"] == town)
        lump = account["lump_sum_cents"]
        assert sum(row["granted_cents"] for row in rows) == account["granted_cents"] + lump
        assert sum(row["open_cents"] for row in rows) == account["open_cents"]
        assert _rows(region, "production", "--municipality", town)["production"] == rows


def test_every_figure_opens_down_to_its_lines(region: Desk) -> None:
    rows = _rows(region, "production")["production"]
    chosen = [*rows[:6], *(row for row in rows if row["domain"] == "lump_sum")]
    for row in chosen:
        found = _rows(
            region, "lines", "--provider", row["provider"], "--product", row["product"],
            "--year", row["year"], "--municipality", row["municipality"], "--domain", row["domain"],
        )["lines"]  # fmt: skip
        same = [row] if row["domain"] == "lump_sum" else [
            each for each in rows
            if all(each[k] == row[k] for k in ("provider", "product", "year", "municipality", "domain"))
        ]  # fmt: skip
        for column in ("claimed_cents", "granted_cents"):
            assert sum(line[column] for line in found) == sum(each[column] for each in same)
        assert sum(line["decision"] != "rejected" for line in found) == sum(each["lines"] for each in same)


def test_no_report_names_a_client_and_a_key_gives_pseudonyms(
    region: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = set()
    for path in (region.folder / "region/messages").rglob("*.xml"):
        numbers |= set(re.findall(r"Bsn>([0-9]{9})<", path.read_text("utf-8")))
    lines = region.run("report", "lines", "--format", "csv").stdout
    assert len(numbers) > 50 and len(lines) > 10_000
    assert not [number for number in numbers if number in lines]
    (tmp_path / "key").write_text("secret" * 6)
    monkeypatch.setenv("DECLASTROOM_PSEUDONYM_KEY_FILE", str(tmp_path / "key"))
    clients = {row["client"] for row in _rows(region, "lines")["lines"] if row["client"]}
    assert all(re.fullmatch("[0-9a-f]{32}", client) for client in clients)
    assert len(clients) > 50


def test_settling_bears_what_was_granted_and_files_add_up(region: Desk) -> None:
    document = region.json("costs", "settle", "--year", 2026, "--out", "settled")
    accounts = document["municipalities"]
    granted = sum(row["granted_cents"] for row in _rows(region, "production", "--year", 2026)["production"])
    assert sum(account["borne_cents"] for account in accounts) == granted
    (pool,) = document["pools"]
    assert sum(share["delta_cents"] for share in pool["shares"]) == 0
    assert any(share["delta_cents"] for share in pool["shares"])
    for account in accounts:
        path = region.folder / f"settled/{account['municipality']}/costs/costs-2026.csv"
        with path.open(newline="") as stream:
            cents = [int(row["amount_cents"]) for row in csv.DictReader(stream)]
        assert sum(cents) == account["borne_cents"]
    assert json.loads((region.folder / "settled/costs-2026.json").read_text())["pools"] == document["pools"]


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_says_the_same_on_screen_as_csv_and_as_a_workbook(name: str, region: Desk) -> None:
    year = ("--year", 2026)
    document = region.json("report", name, *year)
    main = document["tables"][name]
    done = region.run("report", name, *year)
    assert done.exit_code == 0
    assert table_texts()["titles"][name]["nl"] in done.stdout
    written = region.json("report", name, *year, "--out", "reports")["files"]
    assert written == [f"reports/{table}-2026.csv" for table in document["tables"]]
    with (region.folder / "reports" / written[0]).open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [{k: str(v) if v is not None else "" for k, v in row.items()} for row in main] == [
        {k: str(float(v)) if k.endswith("_percent") and v else v for k, v in row.items()} for row in rows
    ]
    printed = region.run("report", name, *year, "--format", "csv").stdout_bytes
    assert printed == (region.folder / "reports" / written[0]).read_bytes()
    region.json("report", name, *year, "--format", "xlsx", "--out", "reports", "--lang", "en")
    path = region.folder / f"reports/reports/{name}-2026.xlsx"
    first = path.read_bytes()
    region.json("report", name, *year, "--format", "xlsx", "--out", "reports", "--lang", "en")
    assert path.read_bytes() == first
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert isinstance(sheet, Worksheet)
    assert sheet.title == table_texts()["titles"][name]["en"]
    assert sheet.max_row == len(main) + 1


def test_every_column_of_every_report_has_words_in_both_languages(region: Desk) -> None:
    texts = table_texts()
    columns = set()
    for name in (*REPORTS, "lines"):
        for table, rows in _rows(region, name, "--year", 2026).items():
            assert texts["titles"][table].keys() == {"nl", "en"}
            columns |= {column for row in rows[:1] for column in row}
    assert columns <= texts["columns"].keys()
    assert all(words.keys() == {"nl", "en"} for words in texts["columns"].values())


def test_a_report_of_one_municipality_stands_in_its_own_folder(region: Desk) -> None:
    town = _towns(region)[0]
    written = region.json("report", "market", "--municipality", town, "--year", 2026, "--out", "mine")[
        "files"
    ]
    assert written[0] == f"{town}/reports/market-2026.csv"
    assert region.json("report", "production", "--municipality", "../x", "--out", "mine")["files"] == [
        "reports/production.csv", "reports/reconciliation.csv",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("report", "production", "--format", "pdf"), 2),
        (("report", "production", "--format", "xlsx"), 2),
        (("costs", "settle"), 2),
        (("costs", "split", "--key", "GEEN", "--amount-cents", "1"), 1),
    ],
)
def test_what_cannot_be_used_is_refused(words: tuple[str, ...], status: int, region: Desk) -> None:
    done = region.run(*words)
    assert done.exit_code == status
    assert "Traceback" not in done.stderr


def test_a_key_is_printed_by_both_methods(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.json("register", "import", ROOT / "examples/costs")
    words = ("costs", "split", "--key", "INWONERS", "--amount-cents", "17400000", "--on", "2025-07-01")
    shares = desk.json(*words)["shares"]
    assert shares["PERCENT_0"]["0406"] == 2_958_000
    assert shares["EXACT"]["0406"] == 2_944_166
    assert all(sum(each.values()) == 17_400_000 for each in shares.values())
    shown = desk.run(*words).stdout
    assert "38 % € 66.120,00" in shown and "€ 66.620,58" in shown
    credit = desk.json(*words[:-3], "-17400000", "--on", "2025-07-01")["shares"]
    assert credit["EXACT"]["0406"] == -2_944_166


def test_a_line_is_recharged_to_the_municipality_that_was_left(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    desk.json("register", "import", "examples/region")
    desk.json("process", "examples/messages", "--received-on", "2026-04-08")
    (recharge,) = desk.json("costs", "settle", "--year", 2026)["recharges"]
    assert (recharge["from"], recharge["to"], recharge["allocation"]) == ("0377", "0384", 70105)
    assert recharge["amount_cents"] == 12 * 3420
    assert "Doorbelast" in desk.run("costs", "settle", "--year", "2026").stdout
