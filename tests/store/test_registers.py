"""The register in the store: imports, what they change, and every version again."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import Connection, func, select

from contracts.register_difference import RegisterDifference
from contracts.tables import TABLES, CeilingRow, MunicipalityRow
from store import registers
from store.database import open_store, trial
from store.register_tables import register_import, register_row
from store.registers import RegisterRefused

REGION = Path(__file__).parents[2] / "examples" / "region"
HELD = {path.stem for path in REGION.glob("*.csv")}


@pytest.fixture
def connection(store_url: str) -> Iterator[Connection]:
    with trial(open_store(store_url)) as connection:
        yield connection


def counts(difference: RegisterDifference) -> dict[str, tuple[int, ...]]:
    return {
        table: (len(changes.added), len(changes.ended), len(changes.changed))
        for table, changes in difference.tables.items()
    }


def stored(connection: Connection) -> list[tuple[object, ...]]:
    return [tuple(found) for found in connection.execute(select(register_row).order_by(register_row.c.id))]


def region(folder: Path) -> Path:
    return Path(shutil.copytree(REGION, folder / "region"))


def as_workbook(folder: Path, file: Path) -> Path:
    """The CSV files of a folder as one workbook in which every cell is text."""
    book = openpyxl.Workbook(write_only=True)
    for path in sorted(folder.glob("*.csv")):
        sheet = book.create_sheet(path.stem)
        with path.open(newline="") as lines:
            for cells in csv.reader(lines):
                sheet.append(cells)
    book.save(file)
    return file


def bring(connection: Connection, path: Path, *, dry_run: bool = False) -> RegisterDifference:
    return registers.import_register(
        connection, path, recorded_at="2025-01-01T00:00:00", after_message=0, dry_run=dry_run
    )


def test_the_example_region_is_imported_whole(connection: Connection) -> None:
    difference = bring(connection, REGION)
    register = registers.load(connection)
    assert register.version == difference.version == 1
    assert set(difference.tables) == HELD
    assert {table: len(rows) for table, rows in register.tables.items() if rows} == {
        table: len(changes.added) for table, changes in difference.tables.items()
    }
    assert {table for table, rows in register.tables.items() if rows} == HELD
    assert [row.code for row in register.rows("municipalities", MunicipalityRow)] == [
        "0384",
        "0406",
        "0377",
        "0381",
    ]
    assert [row.thresholds for row in register.rows("ceilings", CeilingRow)][1:3] == [
        (70, 80, 90, 100),
        (70, 100),
    ]


def test_a_workbook_of_the_same_register_changes_nothing(connection: Connection, tmp_path: Path) -> None:
    bring(connection, REGION)
    difference = bring(connection, as_workbook(REGION, tmp_path / "region.xlsx"))
    assert set(difference.tables) == HELD
    assert not difference
    assert registers.current_version(connection) == 1


def test_the_same_register_twice_changes_nothing(connection: Connection, tmp_path: Path) -> None:
    bring(connection, REGION)
    before = stored(connection)
    copy = region(tmp_path)
    lines = (copy / "tariffs.csv").read_text().splitlines(keepends=True)
    (copy / "tariffs.csv").write_text(lines[0] + "".join(reversed(lines[1:])))
    again = bring(connection, copy)
    assert not again
    assert again.version == 1
    assert set(counts(again).values()) == {(0, 0, 0)}
    assert stored(connection) == before
    assert connection.execute(select(func.count()).select_from(register_import)).scalar() == 1


def test_a_dry_run_tells_what_an_import_would_change(connection: Connection, tmp_path: Path) -> None:
    bring(connection, REGION)
    copy = region(tmp_path)
    (copy / "products.csv").unlink()
    tariffs = (copy / "tariffs.csv").read_text()
    tariffs = tariffs.replace("jw,45A05,04,7555,2025-01-01,,", "jw,45A05,04,7555,2025-01-01,2025-12-31,")
    tariffs = tariffs.replace("jw,45A06,04,7590,", "jw,45A06,04,7600,")
    tariffs = tariffs.replace("jw,54A02,01,175,2025-01-01,,,,,,,model,tariefblad 2025\n", "")
    (copy / "tariffs.csv").write_text(tariffs + "jw,45A05,04,7930,2026-01-01,,,,,,,model,tariefblad 2026\n")
    before = stored(connection)
    dry = bring(connection, copy, dry_run=True)
    assert stored(connection) == before
    assert registers.current_version(connection) == dry.version == 1
    assert counts(dry)["tariffs"] == (1, 2, 1)
    assert "products" not in dry.tables
    wet = bring(connection, copy)
    assert wet == dry._replace(version=2)
    assert wet.as_json() == {
        "version": 2,
        "tables": {table: {"added": 0, "ended": 0, "changed": 0} for table in sorted(wet.tables)}
        | {"tariffs": {"added": 1, "ended": 2, "changed": 1}},
    }
    key = "domain jw, code {}, unit {}, valid_from {}"
    assert [*wet.lines()] == [
        ("tariffs", "added", key.format("45A05", "04", "2026-01-01")),
        ("tariffs", "ended", key.format("45A05", "04", "2025-01-01") + ": valid_until nothing -> 2025-12-31"),
        ("tariffs", "ended", key.format("54A02", "01", "2025-01-01")),
        ("tariffs", "changed", key.format("45A06", "04", "2025-01-01") + ": cents 7590 -> 7600"),
    ]


def test_a_register_with_any_fault_is_refused_whole(connection: Connection, tmp_path: Path) -> None:
    copy = region(tmp_path)
    with (copy / "tariffs.csv").open("a") as tariffs:
        tariffs.write("jw,45A04,83,1,2025-01-01,,,,,,,,\n")
        tariffs.write("jw,45A05,04,7555,2025-01-01,,NONE,41419999,,,0999,,\n")
        tariffs.write("jw,45A05,04,7555,2025-01-01,,,,,,,,\n")
    (copy / "prices.csv").write_text("")
    (copy / "transitions.csv").write_text(
        "agb,code,from_agreement,basis,until\n41410002,45A06,JW21-41410002,OLD,2026-01-01\n"
    )
    with pytest.raises(RegisterRefused) as refused:
        bring(connection, copy)
    told = [str(fault) for fault in refused.value.faults]
    assert told == [
        f"prices.csv:1:- found prices.csv expected a CSV file named after one of {', '.join(TABLES)}",
        "tariffs.csv:30:unit found 83 expected one of 01, 04, 14, 16, 82, 84",
        "tariffs.csv:31:agreement found NONE expected a value of agreements.agreement",
        "tariffs.csv:31:agb found 41419999 expected a value of providers.agb",
        "tariffs.csv:31:municipality found 0999 expected a value of municipalities.code",
        "tariffs.csv:32:domain found domain jw, code 45A05, unit 04, valid_from 2025-01-01"
        " expected a key that occurs once: row 12 has it too",
        "transitions.csv:2:until found 2026-01-01 expected a day up to 2025-12-31, one year after the change",
    ]
    assert str(refused.value) == "\n".join(told)
    assert stored(connection) == []
    assert registers.load(connection) == registers.Register(0, dict.fromkeys(TABLES, ()))


def test_faults_between_the_tables_of_a_workbook_name_the_cell(
    connection: Connection, tmp_path: Path
) -> None:
    copy = region(tmp_path)
    with (copy / "ceilings.csv").open("a") as ceilings:
        ceilings.write("BP,1,41410001;41419999,CEILING,2025-01-01,2025-12-31,1,,,,,,,,,,\n")
    with pytest.raises(RegisterRefused) as refused:
        bring(connection, as_workbook(copy, tmp_path / "r.xlsx"))
    assert [str(fault) for fault in refused.value.faults] == [
        "r.xlsx#ceilings:6:agb found 41419999 (cell ceilings!C6) expected a value of providers.agb"
    ]


def test_an_import_of_one_table_is_held_against_the_stored_ones(
    connection: Connection, tmp_path: Path
) -> None:
    bring(connection, REGION)
    head, wrong = "agb,reason,valid_from\n", "41419999,FRAUD,2025-01-01\n"
    (tmp_path / "payment_blocks.csv").write_text(head + wrong)
    with pytest.raises(RegisterRefused, match=r"payment_blocks.csv:2:agb found 41419999 expected a value of"):
        bring(connection, tmp_path)
    (tmp_path / "payment_blocks.csv").write_text(head + "41410001,FRAUD,2025-01-01\n")
    assert counts(bring(connection, tmp_path)) == {"payment_blocks": (1, 2, 0)}
    (tmp_path / "providers.csv").write_text("agb,name\n41410001,De Voorbeeldboom\n")
    with pytest.raises(RegisterRefused) as refused:
        bring(connection, tmp_path)
    assert "providers.csv:1:agb found nothing expected 41410002, which stored agreements still name" in [
        str(fault) for fault in refused.value.faults
    ]


def test_an_unreadable_table_makes_no_faults_in_others(connection: Connection, tmp_path: Path) -> None:
    bring(connection, REGION)
    copy = region(tmp_path)
    (copy / "providers.csv").write_bytes(b"\xff")
    with pytest.raises(RegisterRefused) as refused:
        bring(connection, copy)
    assert [str(fault) for fault in refused.value.faults] == [
        "providers.csv:1:- found byte 0xff expected UTF-8 text"
    ]


@pytest.mark.parametrize(
    ("table", "text", "told"),
    [
        (
            "lump_sums",
            "schedule,agb,purpose,year,amount_cents,instalments,cost_key\nA,41410001,x,2026,100,12,K\n",
            "lump_sums.csv:2:cost_key found K expected a value of cost_keys.key: "
            "the register has no cost_keys yet, import them too",
        ),
        (
            "tariffs",
            "domain,code,unit,cents,valid_from,agreement\njw,45A04,04,100,2025-01-01,NOPE\n",
            "tariffs.csv:2:agreement found NOPE expected a value of agreements.agreement: "
            "the register has no agreements yet, import them too",
        ),
    ],
)
def test_a_row_that_would_pay_or_price_nothing_is_refused(
    connection: Connection, tmp_path: Path, table: str, text: str, told: str
) -> None:
    (tmp_path / f"{table}.csv").write_text(text)
    with pytest.raises(RegisterRefused) as refused:
        bring(connection, tmp_path)
    assert told in str(refused.value).splitlines()
    (tmp_path / ("cost_keys.csv" if table == "lump_sums" else "agreements.csv")).write_text("# nothing\n")
    with pytest.raises(RegisterRefused) as refused:
        bring(connection, tmp_path)
    assert f"{table}.csv:2:" not in str(refused.value), (
        "a table that could not be read is not known to lack it"
    )
