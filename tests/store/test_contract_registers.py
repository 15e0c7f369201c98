"""The registers of contracts under examples/: imported whole, and saying what the decisions say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection

from contracts.contract_tables import ContractRow, ContractTermRow
from contracts.pricing import PriceList
from contracts.register import Register
from contracts.tables import TABLES, AgreementRow, ProductRow
from contracts.terms import course, end_of
from desk.synthetic.custom_contracts import custom_contracts
from store.database import open_store, transaction
from store.registers import import_register, load

FOLDER = Path(__file__).parents[2] / "examples" / "registers"

# Last years of the successive terms, as the purchase plan gives them.
ENDS = {
    1: (2027, 2030, 2032, 2034), 2: (2026, *range(2027, 2035)), 3: (2027, 2030, 2032, 2034),
    5: (2028, 2032, 2034), 6: (2029, 2032, 2034), 7: (2029, 2032, 2034), 8: (2027, 2029, 2031, 2033, 2034),
    9: (2027, 2029, 2031, 2033, 2034), 10: tuple(range(2026, 2035)), 11: tuple(range(2026, 2035)),
    12: (2026, 2028, 2030, 2032, 2034),
}  # fmt: skip


@pytest.fixture
def connection() -> Iterator[Connection]:
    with transaction(open_store("sqlite://")) as connection:
        yield connection


def _imported(connection: Connection, name: str) -> Register:
    import_register(connection, FOLDER / name, recorded_at="2025-01-01T00:00:00", after_message=0)
    again = import_register(connection, FOLDER / name, recorded_at="2025-01-02T00:00:00", after_message=0)
    assert not again
    return load(connection)


def test_the_twelve_contracts_run_ten_years_and_end_on_31_december(connection: Connection) -> None:
    register = _imported(connection, "midden-holland")
    contracts = register.rows("contracts", ContractRow)
    assert [row.number for row in contracts] == list(range(1, 13))
    assert [row.number for row in contracts if not row.active] == [4]
    terms: defaultdict[str, list[ContractTermRow]] = defaultdict(list)
    for term in register.rows("contract_terms", ContractTermRow):
        terms[term.contract].append(term)
    for number, years in ENDS.items():
        own = terms[f"MH-{number:02}"]
        assert tuple(term.valid_until for term in own) == tuple(date(year, 12, 31) for year in years)
        now = course(own, date(2025, 1, 1))
        assert now is not None and now.deadline == date(years[0], 6, 30)
    options = {row.number: row.ceiling for row in contracts}
    assert [number for number, option in options.items() if option == "OPTIONAL"] == [6, 8, 10]
    assert [number for number, option in options.items() if option == "INDICATION"] == [5]
    assert [row.number for row in contracts if row.own_tariff_allowed] == [5, 7, 8, 9, 10, 11]
    individually = [row.number for row in contracts if row.individual_non_renewal]
    assert individually == [6, 8, 9, 10, 11, 12]


def test_who_renews_tacitly_and_who_by_decision(connection: Connection) -> None:
    register = _imported(connection, "midden-holland")
    terms = register.rows("contract_terms", ContractTermRow)
    later: defaultdict[str, set[str]] = defaultdict(set)
    for term in terms:
        if term.seq > 1:
            later[term.contract].add(term.renewal)
    tacit = {"MH-03", "MH-06", "MH-08", "MH-09", "MH-10", "MH-11", "MH-12"}
    assert {name for name, modes in later.items() if modes == {"TACIT"}} == tacit
    assert {name for name, modes in later.items() if modes == {"DECISION"}} == {"MH-01", "MH-05", "MH-07"}
    plus = [term for term in terms if term.contract == "MH-02"]
    assert [term.renewal for term in plus] == ["INITIAL", "TACIT", *["DECISION"] * 7]
    assert end_of(plus, date(2025, 6, 1)) == date(2027, 12, 31)


def test_every_kind_of_agreement_and_every_table_is_in_the_example(connection: Connection) -> None:
    register = _imported(connection, "midden-holland")
    kinds = {row.kind for row in register.rows("agreements", AgreementRow)}
    assert kinds == {"REGULAR", "URC", "CSA", "LOCAL", "NATIONAL", "OTHER_REGION", "TRANSITION"}
    filled = {table for table, rows in register.tables.items() if rows}
    files = {path.stem for path in (FOLDER / "midden-holland").glob("*.csv")}
    assert filled == files and files <= set(TABLES)


def test_a_product_lives_in_one_contract(connection: Connection) -> None:
    register = _imported(connection, "midden-holland")
    segments = {
        (domain, segment): row.contract
        for row in register.rows("contracts", ContractRow)
        for domain in row.domains
        for segment in row.segments
    }
    assert all((row.domain, row.segment) in segments for row in register.rows("products", ProductRow))


@pytest.mark.parametrize(
    ("agb", "domain", "code", "unit", "day", "cents"),
    [
        ("41415001", "jw", "48A01", "84", "2025-06-01", 91113),  # 985.00 x 92.5 %
        ("41415002", "jw", "47A01", "14", "2025-06-01", 62150),
        ("41415007", "jw", "45A04", "04", "2025-06-01", 9210),
        ("41415008", "jw", "45A04", "04", "2025-06-01", 8850),  # micro, base tariff
        ("41415005", "jw", "54A02", "01", "2025-04-01", 208),
        ("41415005", "jw", "54A02", "01", "2025-05-01", 198),  # 5 % sanction on 208
        ("41425004", "wmo", "07A12", "16", "2025-03-01", 4250),
        ("41425004", "wmo", "07A12", "16", "2025-04-01", 5750),
        ("41415006", "wmo", "15K18", "14", "2025-06-01", 8800),
        ("41425002", "wmo", "01A03", "04", "2025-06-01", None),
    ],
)
def test_prices_of_the_example(
    connection: Connection, agb: str, domain: str, code: str, unit: str, day: str, cents: int | None
) -> None:
    prices = PriceList(_imported(connection, "midden-holland"), "0513", agb, domain)
    price = prices.price(
        code, unit, date.fromisoformat(day), allocation=1, bsn="", allocation_start=date(2025, 1, 1)
    )
    assert price.cents == cents, price


def test_the_custom_contracts_are_those_of_the_decision(connection: Connection) -> None:
    register = _imported(connection, "custom-contracts")
    custom = [row for row in register.rows("agreements", AgreementRow) if row.agreement.startswith("MW-")]
    regular = {row.agb for row in register.rows("agreements", AgreementRow) if row.kind == "REGULAR"}
    assert (len(custom), len({row.agb for row in custom})) == (179, 91)
    assert sum(row.agb in regular for row in custom) == 33
    kinds = Counter((row.kind, row.agb in regular) for row in custom)
    assert kinds["CSA", True] == 33 and kinds["URC", False] + kinds["LOCAL", False] == 146
    assert all(row.origin in {"0406", "0376", "0317", "0417"} for row in custom)


@pytest.mark.parametrize("seed", range(5))
def test_another_seed_gives_other_contracts_and_the_same_counts(seed: int) -> None:
    tables = custom_contracts(seed)
    assert tables == custom_contracts(seed)
    assert tables["tariffs"] != custom_contracts(2025)["tariffs"]
    custom = [row for row in tables["agreements"] if isinstance(row, AgreementRow) and row.kind != "REGULAR"]
    assert (len(custom), len({row.agb for row in custom})) == (179, 91)
