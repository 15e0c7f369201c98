"""A small world processed again and again: a register, messages of every outcome, what to expect."""

from __future__ import annotations

import calendar
import json
import shutil
import sqlite3
from contextlib import closing
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Any

from contracts.tables import TABLES
from desk.synthetic.register import csv_text
from tests.simulation.agreed import first_agreed, register_of
from tests.simulation.wire import Message, bytes_of

TOWN, OTHER_TOWN = "0384", "0363"
OAK, ELM = "41410001", "41410002"
BSNS = ("999900006", "999900018", "999900031", "999900043")
STRANGER_BSN = "999900055"  # of nobody these providers care for
DAY = date(2026, 4, 8)
BLOCKED_FROM = date(2026, 4, 1)


def write_register(folder: Path, **changes: Any) -> Path:
    """The register as a folder of CSV files; `changes` replace parts of what is agreed."""
    folder.mkdir(parents=True)
    for table, rows in register_of(first_agreed() | changes).tables.items():
        if rows:
            (folder / f"{table}.csv").write_bytes(csv_text(TABLES[table], rows).encode())
    return folder


def allocation(number: int, bsn: str, provider: str = OAK, town: str = TOWN, **values: Any) -> Message:
    """A 301 with one allocation: 20 hours a month of ambulatory care, unless `values` say otherwise."""
    product = {
        "number": number, "bsn": bsn, "category": "45", "code": "45A04", "volume": 20, "unit": "04",
        "frequency": "4", "budget": None, "start": date(2026, 1, 1), "end": date(2026, 12, 31),
        "reason": None, "decided_at": "2025-12-01T12:00:00",
    } | values  # fmt: skip
    return {
        "kind": "301", "domain": "jw", "town": town, "provider": provider,
        "identification": f"T{number}", "dated_on": date(2026, 1, 2), "allocations": [product],
    }  # fmt: skip


def line(
    reference: str, number: int, bsn: str, volume: int = 10, month: int = 3, **values: Any
) -> dict[str, Any]:
    """A debit of so many hours in a month of 2026, good unless `values` say otherwise."""
    last = calendar.monthrange(2026, month)[1]
    return {
        "reference": reference, "previous": None, "allocation": number, "category": "45", "code": "45A04",
        "begin": date(2026, month, 1), "end": date(2026, month, last), "volume": volume, "unit": "04",
        "tariff_cents": 9345, "amount_cents": 9345 * volume, "side": "D", "bsn": bsn,
    } | values  # fmt: skip


def credit(reference: str, original: dict[str, Any]) -> dict[str, Any]:
    """The credit of a line."""
    return original | {"reference": reference, "previous": original["reference"], "side": "C"}


def declaration(
    number: str, *lines: dict[str, Any], provider: str = OAK, town: str = TOWN, month: int = 3, **values: Any
) -> Message:
    """A 323 over a month of 2026."""
    clients: dict[str, list[dict[str, Any]]] = {}
    for each in lines:
        clients.setdefault(each["bsn"], []).append(each)
    return {
        "kind": "323", "domain": "jw", "town": town, "provider": provider, "identification": f"I{number}",
        "dated_on": date(2026, 4, 7), "number": number, "begin": date(2026, month, 1),
        "end": date(2026, month, calendar.monthrange(2026, month)[1]),
        "total": sum(-x["amount_cents"] if x["side"] == "C" else x["amount_cents"] for x in lines),
        "clients": list(clients.items()),
    } | values  # fmt: skip


def messages() -> list[bytes]:
    """Messages of every outcome, in the order in which they arrive."""
    a, b, c, d = BSNS
    good = declaration("D1", line("R1", 1, a), line("R2", 2, b))
    plain = [
        allocation(1, a), allocation(2, b), allocation(3, c, ELM), allocation(4, d, OAK, OTHER_TOWN),
        good,
        declaration("D2", line("R3", 1, a, 30, 2), line("R4", 2, b, 10, 2), line("R5", 9, a, 5, 2)),
        declaration("D3", line("R6", 3, c), provider=ELM),
        declaration("D4", line("R7", 4, d, 20), town=OTHER_TOWN),
        good,
        declaration("D5", credit("R8", line("R1", 1, a)), line("R9", 1, a, 12)),
        declaration("D6", line("R10", 3, c), provider=ELM, total=1),
        declaration("D7", line("R11", 1, STRANGER_BSN), line("R12", 3, c, 4, 2), provider=ELM, month=3),
        declaration("D8", line("R13", 4, d), town=OTHER_TOWN, identification="ID4"),
    ]  # fmt: skip
    contents = [bytes_of(message) for message in plain]
    broken = contents[5].replace(b"BerichtVersie>3<", b"BerichtVersie>4<")
    return [*contents[:6], broken, *contents[6:9], b"no message at all", *contents[9:], broken]


def write_messages(folder: Path) -> Path:
    """The messages as files; the order of their names is the order of arrival."""
    folder.mkdir(parents=True)
    for number, content in enumerate(messages()):
        (folder / f"{number:02d}.xml").write_bytes(content)
    return folder


class Trial:
    """One database and one output folder, which are compared with those of an uninterrupted run."""

    def __init__(self, folder: Path, template: Path | None = None) -> None:
        folder.mkdir(parents=True)
        self.database, self.out = folder / "d.db", folder / "out"
        if template is not None:
            shutil.copyfile(template, self.database)

    @property
    def url(self) -> str:
        """The database as an option of a command."""
        return f"sqlite:///{self.database}"

    def process(self, inbox: Path) -> list[str]:
        """The arguments of `declastroom process`."""
        return ["process", str(inbox), "--out", str(self.out), "--received-on", str(DAY),
                "--database", self.url, "--json"]  # fmt: skip

    def close(self, town: str = TOWN, cut_off: date = DAY) -> list[str]:
        """The arguments of `declastroom batch close`."""
        return ["batch", "close", "--municipality", town, "--cut-off", str(cut_off), "--out", str(self.out),
                "--database", self.url, "--json"]  # fmt: skip

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database answers."""
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.execute(query).fetchall()

    def execute(self, statement: str) -> None:
        """Change the database behind everybody's back."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(statement)

    def another(self, folder: Path) -> Trial:
        """A trial that begins as this one stands now."""
        return Trial(folder, self.settled())

    def settled(self) -> Path:
        """The database in one file, to be copied."""
        self.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        return self.database

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything in the database but whether it was delivered."""
        found = {}
        for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"):
            columns = [row[1] for row in self.rows(f"PRAGMA table_info({name})") if row[1] != "delivered"]
            found[name] = self.rows(f"SELECT {', '.join(columns)} FROM {name} ORDER BY rowid")
        return found

    def files(self) -> dict[str, bytes]:
        """Every output file with its content; what begins with a dot is not an output."""
        below = (path for path in self.out.rglob("*") if path.is_file() and not path.name.startswith("."))
        return {str(path.relative_to(self.out)): path.read_bytes() for path in below}

    def undelivered(self) -> int:
        """How much the database believes not to stand in the output folder yet."""
        counts = (
            f"SELECT COUNT(*) FROM {table} WHERE delivered = 0" for table in ("message", "fault", "batch")
        )
        return sum(int(self.rows(count)[0][0]) for count in counts)


def hold_unfinished(trial: Trial, whole: Trial) -> None:
    """Whatever was killed: the database is sound and a beginning of the whole, every output file is whole."""
    assert trial.rows("PRAGMA integrity_check") == [("ok",)]
    expected, found = whole.tables(), trial.tables()
    for table in ("message", "message_body", "line", "outbox", "fault"):
        for row, other in zip_longest(found[table], expected[table][: len(found[table])]):
            assert row == other or table == "line", table  # a line that is credited later changes its state
    reference = whole.files()
    for name, content in trial.files().items():
        if name.endswith(".jsonl"):
            assert reference[name].startswith(content), name
            assert [json.loads(row) for row in content.splitlines()] or not content
        else:
            assert content == reference[name], name


def hold_finished(trial: Trial, whole: Trial) -> None:
    """Nothing lost, nothing twice, every file the same."""
    assert trial.tables() == whole.tables()
    assert trial.files() == whole.files()
    assert trial.undelivered() == 0
