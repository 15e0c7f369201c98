"""The command line as a contract: what it prints, what it writes, how it ends."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

BIN = Path(sys.executable).parent / "declastroom"


class Desk:
    """The console script in a folder of its own, as a user runs it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *words: object) -> subprocess.CompletedProcess[str]:
        """Run a command and give what it said."""
        return subprocess.run(
            [str(BIN), *map(str, words)], cwd=self.folder, capture_output=True, text=True, check=False
        )

    def json(self, *words: object, status: int = 0) -> Any:
        """Run a command with `--json`; the whole of stdout is one document."""
        done = self.run(*words, "--json")
        assert done.returncode == status, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A small region, generated and processed once; tests that change it copy it."""
    folder = tmp_path_factory.mktemp("region")
    desk = Desk(folder)
    made = desk.json(
        "generate",
        "--out",
        "region",
        "--lines",
        "500",
        "--municipalities",
        "2",
        "--faults",
        "GARBAGE=0.1,STRUCTURE=0.1,9321=0.02",
    )
    desk.json("register", "import", "region/register")
    report = desk.json("process", "region/messages", "--out", "out", "--received-on", made["received_on"])
    (folder / "report.json").write_text(json.dumps(report))
    (folder / "made.json").write_text(json.dumps(made))
    return desk


def _report(region: Desk) -> dict[str, Any]:
    return json.loads((region.folder / "report.json").read_text())


def test_process_reports_every_message(region: Desk) -> None:
    report = _report(region)
    row = next(r for r in report["messages"] if r["outcome"] == "answered" and r["type"] == "JW323")
    assert set(row) >= {
        "file", "sha256", "type", "sender", "receiver", "identification", "outcome", "answer",
        "claimed_cents", "granted_cents", "lines", "rejected",
    }  # fmt: skip
    assert (region.folder / "out" / row["answer"]).is_file()
    assert row["answer"] == f"{row['receiver']}/answers/{row['sha256'][:16]}.xml"
    fresh = [r for r in report["messages"] if r["outcome"] != "duplicate"]
    assert report["totals"]["granted_cents"] == sum(r["granted_cents"] for r in fresh)
    assert report["totals"]["lines"] == sum(r["lines"] for r in fresh)
    assert all(r["identification"] for r in report["messages"] if r["outcome"] == "refused")
    assert {r["outcome"] for r in report["messages"]} >= {"answered", "stored", "refused", "quarantined"}


def test_rejections_have_every_key(region: Desk) -> None:
    listed = region.json("rejections")["rejections"]
    written = [
        json.loads(row)
        for path in sorted((region.folder / "out").glob("*/rejections.jsonl"))
        for row in path.read_text().splitlines()
    ]
    key = lambda r: (r["message_sha256"], r["class"], r["reference"] or "")  # noqa: E731
    assert sorted(listed, key=key) == sorted(written, key=key)
    assert listed
    for r in listed:
        assert set(r) >= {
            "municipality", "provider", "domain", "message_sha256", "declaration", "class", "reference",
            "allocation", "codes", "rules", "explanation", "found", "expected", "who_acts", "how_to_fix",
            "amount_cents", "side", "received_on", "answer_due",
        }  # fmt: skip
        assert r["who_acts"] in {"provider", "municipality", "both", "nobody"}
        assert r["explanation"] and r["how_to_fix"]


def test_rejections_can_be_narrowed_and_translated(region: Desk) -> None:
    listed = region.json("rejections")["rejections"]
    one = listed[0]
    narrowed = region.json("rejections", "--municipality", one["municipality"], "--provider", one["provider"])
    chosen = [
        r for r in listed if (r["municipality"], r["provider"]) == (one["municipality"], one["provider"])
    ]
    assert narrowed["rejections"] == chosen
    assert region.json("rejections", "--since", "2999-01-01")["rejections"] == []
    english = region.json("rejections", "--lang", "en")["rejections"]
    assert [r["codes"] for r in english] == [r["codes"] for r in listed]
    assert english[0]["explanation"] != one["explanation"]


@pytest.mark.parametrize("state", ["rejected", "approved"])
def test_explain_tells_the_story_of_a_line(region: Desk, state: str) -> None:
    rejected = next(r for r in region.json("rejections")["rejections"] if r["codes"] == ["9321"])
    reference = rejected["reference"]
    if state == "approved":
        reference = _approved_reference(region, rejected)
    story = region.json(
        "explain",
        "--provider",
        rejected["provider"],
        "--domain",
        rejected["domain"],
        "--reference",
        reference,
    )
    assert story["decision"].startswith(state)
    broken = [step["rule"] for step in story["rules"] if step["outcome"] == "broken"]
    assert broken == (["TR321"] if state == "rejected" else [])
    assert story["allocation"]["number"]
    assert story["tariff"]["steps"]
    assert story["register_version"] == 1


def _approved_reference(region: Desk, near: dict[str, Any]) -> str:
    import sqlite3

    with sqlite3.connect(region.folder / "declastroom.db") as connection:
        row = connection.execute(
            "SELECT l.reference FROM line l JOIN relation r ON r.id = l.relation_id"
            " WHERE l.state = 1 AND r.provider = ? AND r.domain = ? LIMIT 1",
            (near["provider"], near["domain"]),
        ).fetchone()
    return str(row[0])


def test_explain_of_nothing_is_a_wrong_argument(region: Desk) -> None:
    done = region.run("explain", "--provider", "41410001", "--domain", "jw", "--reference", "none")
    assert done.returncode == 1
    assert "none" in done.stderr


def test_replay_gives_the_same_bytes(region: Desk) -> None:
    assert region.json("replay", "--check")["differences"] == []


def test_replay_notices_a_changed_decision(region: Desk, tmp_path: Path) -> None:
    import shutil
    import sqlite3

    shutil.copy(region.folder / "declastroom.db", tmp_path / "declastroom.db")
    with sqlite3.connect(tmp_path / "declastroom.db") as connection:
        connection.execute("UPDATE line SET state = 0 WHERE id = (SELECT MIN(id) FROM line WHERE state = 1)")
    assert len(Desk(tmp_path).json("replay", "--check", status=1)["differences"]) == 1


def test_the_same_run_from_the_same_start_gives_the_same_bytes(region: Desk, tmp_path: Path) -> None:
    made = json.loads((region.folder / "made.json").read_text())
    desk = Desk(tmp_path)
    desk.json("register", "import", region.folder / "region/register")
    messages = region.folder / "region/messages"
    desk.json("process", messages, "--out", "out", "--received-on", made["received_on"])
    assert _tree(tmp_path / "out") == _tree(region.folder / "out")


def _tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def test_check_stores_nothing(region: Desk) -> None:
    message = next(r for r in _report(region)["messages"] if r["type"] == "WMO323")
    content = (
        (region.folder / message["file"]).read_bytes().replace(b"<b:Identificatie>", b"<b:Identificatie>X")
    )
    content = content.replace(b":Identificatie>", b":Identificatie>Z", 1)
    (region.folder / "again.xml").write_bytes(content)
    before = _tree(region.folder / "out"), _rows(region.folder)
    told = region.json("check", "again.xml", "--received-on", "2027-01-01")
    assert told["stored"] is False
    assert told["messages"][0]["outcome"] == "answered"
    assert told["rejections"]
    assert (_tree(region.folder / "out"), _rows(region.folder)) == before


def test_check_of_a_folder_stores_nothing_either(region: Desk, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.json("register", "import", region.folder / "region" / "register")
    before = _rows(tmp_path)
    told = desk.json("check", region.folder / "region" / "messages", "--received-on", "2027-01-01")
    assert told["stored"] is False
    assert {row["outcome"] for row in told["messages"]} >= {"answered", "stored", "refused", "quarantined"}
    assert _rows(tmp_path) == before


def _rows(folder: Path) -> dict[str, list[object]]:
    import sqlite3

    with sqlite3.connect(folder / "declastroom.db") as connection:
        tables = [r[0] for r in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: connection.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables}


def test_batches_close_once_and_add_up(region: Desk, tmp_path: Path) -> None:
    import shutil

    shutil.copy(region.folder / "declastroom.db", tmp_path / "declastroom.db")
    desk = Desk(tmp_path)
    code = next(r["receiver"] for r in _report(region)["messages"] if r["granted_cents"] > 0)
    words = ("batch", "close", "--municipality", code, "--cut-off", "2027-01-01")
    batch = desk.json(*words)
    assert batch["total_cents"] == sum(t["amount_cents"] for t in batch["transactions"]) > 0
    folder = tmp_path / "out" / batch["folder"]
    assert {path.name for path in folder.iterdir()} == {"batch.json", "pain.001.xml", "specification.csv"}
    assert desk.json(*words)["batch"] is None
    assert [b["batch"] for b in desk.json("batches")["batches"]] == [batch["batch"]]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("process", "absent.xml"), 2),
        (("process",), 2),
        (("nonsense",), 2),
        (("process", ".", "--received-on", "31-12-2026"), 2),
        (("batch", "close", "--municipality", "9999", "--cut-off", "2026-01-01"), 1),
        (("rejections", "--database", "sqlite:////proc/nowhere/x.db"), 3),
        (("rejections", "--database", "postgresql+asyncpg://x:y@127.0.0.1:9/z"), 3),
        (("rejections", "--database", "nonsense"), 2),
        (("rejections", "--database", "nonsense://x"), 2),
    ],
)
def test_exit_statuses(tmp_path: Path, words: tuple[str, ...], status: int) -> None:
    done = Desk(tmp_path).run(*words)
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr
    assert Desk(tmp_path).json(*words, status=status)["errors"]


def test_a_wrong_register_is_refused_whole(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    folder = tmp_path / "register"
    folder.mkdir()
    (folder / "municipalities.csv").write_text("code,name,valid_from\n384,Noord,2021-01-01\n")
    (folder / "tariffs.csv").write_text("domain,code,unit,cents,valid_from,colour\njw,45A04,83,1.5,x,red\n")
    done = desk.run("register", "import", "register", "--json")
    told = json.loads(done.stdout)["errors"]
    assert done.returncode == 1
    assert set(told) <= set(done.stderr.splitlines())
    assert any("municipalities.csv:2:code" in each for each in told)
    assert any("tariffs.csv:2:cents" in each for each in told)
    assert any("tariffs.csv:1:colour" in each for each in told)
    (folder / "tariffs.csv").unlink()
    (folder / "municipalities.csv").write_text("code,name,valid_from\n0384,Noord,2021-01-01\n")
    (folder / "providers.csv").write_text("agb,name\n41410001,Eik\n")
    (folder / "client_stops.csv").write_text("stop,agb,ground,valid_from\nS,41410001,QUALITY,2026-01-01\n")
    done = desk.run("register", "import", "register", "--json")
    imported = json.loads(done.stdout)
    assert imported["tables"]["municipalities"]["added"] == 1
    assert imported["stored_only"] == []
    done = desk.run("batch", "close", "--municipality", "0384", "--cut-off", "2026-01-01")
    assert done.returncode == 1
    assert done.stderr.startswith("Gemeente 0384 heeft geen geldig IBAN")
    assert "NotClosed" not in done.stderr


def test_a_workbook_that_lost_zeros_is_refused_with_the_cell(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "municipalities"
    sheet.append(["code", "name", "valid_from"])
    sheet.append([384, "Noord", date(2021, 1, 1)])
    book.save(tmp_path / "register.xlsx")
    told = Desk(tmp_path).json("register", "import", "register.xlsx", status=1)["errors"]
    assert any("municipalities!A2" in each for each in told)


def test_an_output_folder_that_cannot_be_written_is_not_half_done(region: Desk, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file stands where the folder should be")
    desk = Desk(tmp_path)
    desk.json("register", "import", region.folder / "region/register")
    message = next(r for r in _report(region)["messages"] if r["outcome"] == "answered")
    before = _rows(tmp_path)
    done = desk.run("process", region.folder / message["file"], "--out", "out")
    assert done.returncode == 3
    assert _rows(tmp_path) == before
    assert "Traceback" not in done.stderr


def test_what_cannot_be_told_is_no_traceback_and_no_wrong_input(region: Desk, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.json("register", "import", region.folder / "region" / "register")
    messages = region.folder / "region" / "messages"
    for words, shell in (
        (("process", messages, "--json"), ">/dev/full"),
        (("rejections",), ">/dev/full"),
        (("rejections", "--json"), ">/dev/full"),
        (("process", messages), ">&-"),
    ):
        command = f"{shlex.join([str(BIN), *map(str, words)])} {shell}"
        done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 3, (command, done.stderr)
        assert "standard output" in done.stderr and "Traceback" not in done.stderr


def test_a_terminal_without_every_letter_still_gets_a_document(region: Desk) -> None:
    done = subprocess.run(
        [str(BIN), "rejections", "--json"], cwd=region.folder, capture_output=True, check=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert json.loads(done.stdout.decode("ascii")) == region.json("rejections")


def test_a_day_from_which_no_days_can_be_counted_is_wrong_use(region: Desk) -> None:
    assert "before 9999" in region.run("check", "region/messages", "--received-on", "9999-12-31").stderr
    told = region.json("check", "region/messages", "--received-on", "9999-12-31", status=2)
    assert len(told["errors"]) == 1


def test_a_fault_is_told_without_a_citizen_number(tmp_path: Path) -> None:
    (tmp_path / "register").mkdir()
    (tmp_path / "register" / "999990019.csv").write_bytes(b"a\n1\n")
    done = Desk(tmp_path).run("register", "import", "register")
    assert done.returncode == 1
    assert "999990019" not in done.stdout + done.stderr and "*********.csv" in done.stderr


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_path_that_does_not_exist_is_told_without_a_citizen_number(
    tmp_path: Path, more: tuple[str, ...]
) -> None:
    done = Desk(tmp_path).run("process", "999990019.xml", *more)
    assert done.returncode == 2
    assert "999990019" not in done.stdout + done.stderr
    assert "*********.xml" in done.stderr and "does not exist" in done.stderr


def test_an_empty_argument_is_not_this_folder(tmp_path: Path) -> None:
    done = Desk(tmp_path).run("process", "")
    assert (done.returncode, "an argument is empty" in done.stderr) == (2, True)
    assert "an argument is empty" in Desk(tmp_path).json("process", "", status=2)["errors"][0]
    assert [*tmp_path.iterdir()] == []


def test_a_database_of_a_newer_version(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert desk.run("batches").returncode == 0
    with sqlite3.connect(tmp_path / "declastroom.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    told = desk.json("batches", status=3)
    assert "newer version" in told["errors"][0]


def test_books_that_do_not_add_up_pay_nothing(region: Desk, tmp_path: Path) -> None:
    shutil.copyfile(region.folder / "declastroom.db", tmp_path / "declastroom.db")
    with sqlite3.connect(tmp_path / "declastroom.db") as connection:
        connection.execute("UPDATE line SET amount_cents = amount_cents + 1 WHERE state = 1")
        (code,) = connection.execute("SELECT municipality FROM declaration LIMIT 1").fetchone()
    desk = Desk(tmp_path)
    told = desk.json("batch", "close", "--municipality", code, "--cut-off", "2030-01-01", status=3)
    assert "do not add up" in told["errors"][0] and "replay --check" in told["errors"][0]
    assert desk.run("replay", "--check").returncode == 1


def test_the_version(tmp_path: Path) -> None:
    done = Desk(tmp_path).run("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"declastroom \d+\.\d+\.\d+\n", done.stdout)


@pytest.mark.parametrize("words", [("rejections",), ("signals",), ("batches",)])
def test_a_list_of_a_municipality_nobody_knows_is_a_mistake(words: tuple[str, ...], region: Desk) -> None:
    told = region.json(*words, "--municipality", "0999", status=1)
    assert told["errors"] == ["--municipality: found '0999', expected a code of the register"]
    code = _report(region)["messages"][0]["sender"]
    assert region.json(*words, "--municipality", code)


def test_demo_shows_rejections_a_batch_and_where_the_files_are(tmp_path: Path) -> None:
    done = Desk(tmp_path).run("demo", "--lines", "300")
    assert done.returncode == 0, done.stderr
    for words in ("Afkeuringen", "Betaalbatches", "controletotaal", "demo/out", "declastroom explain"):
        assert words in done.stdout


def test_help_has_an_example_for_every_command(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for words in (
        ("demo",), ("process",), ("check",), ("rejections",), ("signals",), ("batches",), ("explain",),
        ("replay",), ("generate",), ("clock",), ("what-if", "tariffs"),
        ("tariffs", "index"), ("register", "import"), ("batch", "close"),
    ):  # fmt: skip
        assert "Example: declastroom" in desk.run(*words, "--help").stdout, words


def test_a_zip_holds_messages(region: Desk, tmp_path: Path) -> None:
    import zipfile

    names = [r["file"] for r in _report(region)["messages"] if r["outcome"] == "stored"][:3]
    with zipfile.ZipFile(tmp_path / "three.zip", "w") as archive:
        for name in names:
            archive.write(region.folder / name, Path(name).name)
    desk = Desk(tmp_path)
    desk.json("register", "import", region.folder / "region/register")
    report = desk.json("process", "three.zip", "--received-on", "2027-01-01")
    assert [r["outcome"] for r in report["messages"]] == ["stored"] * 3
