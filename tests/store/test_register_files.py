"""Registers as people deliver them: what is read, and every fault in its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.tables import TABLES
from store.register_files import read_register

TARIFFS = "domain,code,unit,cents,valid_from\n"
TABLE_NAMES = ", ".join(TABLES)


def folder(path: Path, **files: str | bytes) -> Path:
    for table, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (path / f"{table}.csv").write_bytes(data)
    return path


def faults(path: Path) -> list[str]:
    return [str(fault) for fault in read_register(path).faults]


def tariff_cents(path: Path) -> list[tuple[int, int]]:
    read = read_register(path)
    assert [str(fault) for fault in read.faults] == []
    return [(number, row.cents) for number, row, _ in read.tables["tariffs"]]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        "domain,code,unit,cents,valid_from\njw,45A04,04,9600,2025-01-01\n",
        "\ufeffdomain;code;unit;cents;valid_from\r\njw;45A04;04;9600;2025-01-01\r\n",
        "cents,valid_from,unit,domain,code\n9600,2025-01-01,04,jw,45A04",
        '"domain","code","unit","cents","valid_from"\n" jw ","45A04","04","9600","2025-01-01"\n',
        "domain,code,unit,cents,valid_from,document,\njw,45A04,04,9600,2025-01-01,,\n",
        "domain,code,unit,cents,valid_from,valid_until\njw,45A04,04,9600,2025-01-01,\n",
    ],
    ids=["comma", "semicolon, BOM, CRLF", "other order", "quoted", "unnamed column", "empty optional"],
)
def test_one_tariff_in_every_spelling(tmp_path: Path, text: str) -> None:
    assert tariff_cents(folder(tmp_path, tariffs=text)) == [(2, 9600)]


def test_comments_and_empty_lines_keep_the_numbers_of_the_others(tmp_path: Path) -> None:
    text = (
        '# a, "comment\n\n' + TARIFFS + '#,"another\n,,,,\njw,45A04,04,1,2025-01-01\n\n'
        "jw,45A05,04,2,2025-01-01\n"
    )
    assert tariff_cents(folder(tmp_path, tariffs=text)) == [(6, 1), (8, 2)]


def test_a_list_in_a_semicolon_file_is_quoted(tmp_path: Path) -> None:
    text = 'domain;codes;year;regime\njw;"43A01;46A01";2025;POOLED\n'
    read = read_register(folder(tmp_path, cost_regimes=text))
    assert read.faults == []
    assert read.tables["cost_regimes"][0].row.codes == ("43A01", "46A01")  # type: ignore[union-attr]


def test_a_table_without_rows_is_a_table(tmp_path: Path) -> None:
    assert read_register(folder(tmp_path, tariffs=TARIFFS)).tables == {"tariffs": []}


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("read me")
    (tmp_path / ".~lock.tariffs.csv#").write_text("")
    (tmp_path / "old.csv").mkdir()
    assert tariff_cents(folder(tmp_path, tariffs=TARIFFS)) == []


@pytest.mark.parametrize("name", ["tarieven.csv", "Tariffs.csv", "tariffs.CSV", "register.xlsx"])
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(TARIFFS)
    assert faults(tmp_path) == [
        f"{name}:1:- found {name} expected a CSV file named after one of {TABLE_NAMES}"
    ]


def test_a_table_that_is_no_file_is_told(tmp_path: Path) -> None:
    path = folder(tmp_path, tariffs=TARIFFS)
    (path / "sanctions.csv").mkdir()
    (path / "payment_blocks.csv").symlink_to(path / "nowhere.csv")
    assert faults(path) == [
        "payment_blocks.csv:1:- found no file expected a file that can be read",
        "sanctions.csv:1:- found no file expected a file that can be read",
    ]


def test_a_path_without_a_register_is_refused(tmp_path: Path) -> None:
    expected = "expected a folder of CSV files or an XLSX workbook that holds a table of the register"
    (tmp_path / "register.ods").write_text("")
    assert faults(tmp_path / "none") == [f"none:1:- found nothing {expected}"]
    assert faults(tmp_path / "register.ods") == [f"register.ods:1:- found nothing {expected}"]
    assert faults(tmp_path) == [f"{tmp_path.name}:1:- found nothing {expected}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", ["tariffs.csv:1:- found nothing expected a first row with the names of the columns"]),
        (
            TARIFFS.encode() + b"jw,45A04,04,1,2025-01-01\njw,45A04,04,\xe9,2025-01-01\n",
            ["tariffs.csv:3:- found byte 0xe9 expected UTF-8 text"],
        ),
        (TARIFFS.encode("utf-16"), ["tariffs.csv:1:- found byte 0xff expected UTF-8 text"]),
        (
            TARIFFS.encode() + b'jw,"45A04,04,1,2025-01-01\njw,45A04,04,1,2025-01-01\n',
            ["tariffs.csv:2:- found unexpected end of data expected cells whose quotation marks match"],
        ),
        (
            TARIFFS.encode() + b"jw," + b"x" * 200_000 + b",04,1,2025-01-01\n",
            [
                "tariffs.csv:2:- found field larger than field limit (131072)"
                " expected cells whose quotation marks match"
            ],
        ),
    ],
    ids=["empty", "Latin-1", "UTF-16", "open quotation", "endless cell"],
)
def test_a_file_that_cannot_be_read_gives_no_table(tmp_path: Path, text: bytes, expected: list[str]) -> None:
    read = read_register(folder(tmp_path, tariffs=text))
    assert [str(fault) for fault in read.faults] == expected
    assert read.tables == {}


def test_the_first_row_names_known_columns_once_and_all_that_are_needed(tmp_path: Path) -> None:
    text = "domain,code,unit,price,unit,valid_from\njw,45A04,04,9600,04,2025-01-01\n"
    known = ", ".join(TABLES["tariffs"].model_fields)
    assert faults(folder(tmp_path, tariffs=text)) == [
        "tariffs.csv:1:unit found 2 columns expected one column of this name",
        f"tariffs.csv:1:price found price expected one of {known}",
        "tariffs.csv:1:cents found nothing expected this column",
    ]


def test_a_row_has_a_cell_for_every_column_and_no_more(tmp_path: Path) -> None:
    text = TARIFFS + "jw,45A04,04,9600\njw,45A04,04,1,2025-01-01,x\njw,45A04,04,1,2025-01-01,,\n"
    assert faults(folder(tmp_path, tariffs=text)) == [
        "tariffs.csv:2:- found 4 cells expected 5 cells",
        "tariffs.csv:2:valid_from found nothing expected a date YYYY-MM-DD",
        "tariffs.csv:3:- found x expected no cell in column 6, which has no name",
    ]


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        tariffs=TARIFFS + "jw,45A04,4,96.00,2025-01-01\njw,45A04,04,1,2025-02-30\n",
        providers="agb,name,iban\n4141001,Boom,\n41410001,,NL00\n",
        prices="x\n",
        municipalities="code,name,valid_from,iban\n384,Voorbeeldstad,2025-01-01,NL00\n",
    )
    assert faults(path) == [
        "municipalities.csv:2:code found 384 expected 4 digits",
        "municipalities.csv:2:iban found NL00 expected a valid IBAN",
        f"prices.csv:1:- found prices.csv expected a CSV file named after one of {TABLE_NAMES}",
        "providers.csv:2:agb found 4141001 expected 8 digits",
        "providers.csv:3:name found nothing expected 1 to 200 printable characters",
        "tariffs.csv:2:unit found 4 expected one of 01, 04, 14, 16, 82, 84",
        "tariffs.csv:2:cents found 96.00 expected a whole number of cents",
        "tariffs.csv:3:valid_from found 2025-02-30 expected a date YYYY-MM-DD",
    ]


def test_a_bsn_is_never_told(tmp_path: Path) -> None:
    text = (
        "agreement,agb,domain,kind,valid_from,bsn\n"
        "A1,41410001,jw,CSA,2025-01-01,999991013\n"
        "A1,999991012,jw,CSA,2025-01-01,\n"
    )
    assert faults(folder(tmp_path, agreements=text)) == [
        "agreements.csv:2:bsn found ********* expected a BSN",
        "agreements.csv:3:agb found ********* expected 8 digits",
        "agreements.csv:3:allocation found nothing"
        " expected the allocation or the bsn of the client of this CSA",
    ]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = folder(tmp_path_factory.mktemp("any"), tariffs=TARIFFS.encode() + content)
    read = read_register(path)
    assert all(fault.file == "tariffs.csv" and fault.row > 0 for fault in read.faults)
    rows = read.tables.get("tariffs", [])
    assert all(row is not None for _, row, _ in rows) or read.faults


@pytest.mark.parametrize("kind", ["URC", "CSA"])
def test_a_contract_for_one_client_without_columns_for_the_client_is_told(tmp_path: Path, kind: str) -> None:
    text = f"agreement,agb,domain,kind,valid_from\nA1,41410001,jw,{kind},2025-01-01\n"
    assert faults(folder(tmp_path, agreements=text)) == [
        "agreements.csv:2:allocation found nothing"
        f" expected the allocation or the bsn of the client of this {kind}"
    ]
