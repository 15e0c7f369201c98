"""The rows of the register tables: what a cell may hold, and what a row of them means."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from contracts.columns import column, required
from contracts.register_faults import cell_faults, faults_between
from contracts.tables import TABLES, AgreementRow, CeilingRow, MunicipalityRow, ProviderRow, Row, TariffRow

VALID: dict[str, dict[str, str]] = {
    "municipalities": {"code": "0384", "name": "Voorbeeldstad", "valid_from": "2025-01-01"},
    "providers": {"agb": "41410001", "name": "De Voorbeeldboom"},
    "products": {
        "domain": "jw",
        "category": "45",
        "code": "45A04",
        "unit": "04",
        "name": "Begeleiding",
        "valid_from": "2025-01-01",
    },
    "agreements": {
        "agreement": "JW25-1",
        "agb": "41410001",
        "domain": "jw",
        "kind": "REGULAR",
        "valid_from": "2025-01-01",
    },
    "tariffs": {"domain": "jw", "code": "45A04", "unit": "04", "cents": "9600", "valid_from": "2025-01-01"},
    "sanctions": {
        "agreement": "JW25-1",
        "percent": "5",
        "valid_from": "2025-05-01",
        "valid_until": "2025-07-31",
        "document": "besluit 1",
    },
    "transitions": {
        "agb": "41410001",
        "code": "45A04",
        "from_agreement": "JW21-1",
        "basis": "OLD",
        "until": "2025-08-31",
    },
    "ceilings": {
        "ceiling": "BP25",
        "version": "1",
        "agb": "41410001",
        "kind": "CEILING",
        "valid_from": "2025-01-01",
        "valid_until": "2025-12-31",
        "amount_cents": "40000000",
    },
    "client_stops": {"stop": "KS1", "agb": "41410001", "ground": "CEILING", "valid_from": "2025-10-01"},
    "lump_sums": {
        "schedule": "CRISIS",
        "agb": "41410001",
        "purpose": "crisisbedden",
        "year": "2025",
        "amount_cents": "16425000",
        "instalments": "12",
    },
    "cost_keys": {
        "key": "INWONERS",
        "method": "PERCENT_0",
        "municipality": "0384",
        "weight": "93345",
        "valid_from": "2025-01-01",
    },
    "cost_regimes": {"domain": "jw", "codes": "43A01", "year": "2025", "regime": "POOLED"},
    "cost_bearers": {
        "municipality": "0384",
        "domain": "wmo",
        "allocation": "70101",
        "bearer": "0406",
        "valid_from": "2025-01-01",
    },
    "payment_blocks": {"agb": "41410001", "reason": "FRAUD", "valid_from": "2025-01-01"},
    "contracts": {"contract": "MH-08", "name": "Ambulant jeugd", "domains": "jw"},
    "contract_terms": {
        "contract": "MH-08",
        "seq": "1",
        "valid_from": "2025-01-01",
        "valid_until": "2027-12-31",
        "renewal": "INITIAL",
    },
    "non_renewals": {
        "contract": "MH-08",
        "agb": "41410001",
        "valid_until": "2027-12-31",
        "told_on": "2027-05-01",
    },
    "subcontractors": {
        "agreement": "JW25-1",
        "kvk": "90010009",
        "name": "Onderaannemer",
        "valid_from": "2025-01-01",
    },
    "procurement_thresholds": {"amount_cents": "75000000", "valid_from": "2025-01-01"},
    "indexations": {"indexation": "JEUGD", "domain": "jw", "start_year": "2025"},
    "index_components": {
        "indexation": "JEUGD",
        "year": "2025",
        "component": "OVA",
        "weight": "100",
        "forecast": "4.18",
    },
    "growth_paths": {
        "agb": "41410001",
        "domain": "jw",
        "code": "48A01",
        "percent": "97.5",
        "valid_from": "2025-01-01",
    },
}


def faults(table: str, **cells: str) -> list[tuple[str, str, str]]:
    """Column, found and expected of every fault of the valid row with these cells changed; "" empties one."""
    row = {name: text for name, text in (VALID[table] | cells).items() if text}
    try:
        TABLES[table].model_validate(row)
    except ValidationError as error:
        found = [*cell_faults(table, TABLES[table], 2, row, error)]
        broken = {fault.column for fault in found}
        found += faults_between(table, 2, row, TABLES[table].part(row, broken), broken)
        return [(fault.column, fault.found, fault.expected) for fault in found]
    return []


@pytest.mark.parametrize("table", TABLES)
def test_a_row_of_only_its_required_columns_is_valid(table: str) -> None:
    assert faults(table) == []
    assert set(required(TABLES[table])) == set(VALID[table])


@pytest.mark.parametrize("table", TABLES)
def test_every_required_column_is_missed_by_name(table: str) -> None:
    for name in required(TABLES[table]):
        assert faults(table, **{name: ""}) == [(name, "nothing", column(TABLES[table], name).expected)]


@pytest.mark.parametrize("table", TABLES)
def test_a_row_survives_its_own_json(table: str) -> None:
    row = TABLES[table].model_validate(VALID[table])
    assert TABLES[table].model_validate_json(row.model_dump_json(exclude_none=True)) == row


@pytest.mark.parametrize(
    ("table", "name", "text", "expected"),
    [
        ("municipalities", "code", "384", "4 digits"),
        ("municipalities", "code", "0384x", "4 digits"),
        ("municipalities", "code", "٠٣٨٤", "4 digits"),
        ("municipalities", "iban", "NL00BNGH0000000384", "a valid IBAN"),
        ("municipalities", "bic", "BNGH", "a BIC"),
        ("providers", "agb", "4141001", "8 digits"),
        ("providers", "type", "huge", "one of strategic, large, medium, small, niche"),
        ("products", "category", "4", "2 digits"),
        ("products", "code", "45A004", "a code of 1 to 5 characters"),
        ("products", "unit", "4", "one of 01, 04, 14, 16, 82, 83, 84"),
        ("products", "crisis", "maybe", "yes or no"),
        ("agreements", "domain", "JW", "one of jw, wmo"),
        ("agreements", "allocation", "12a", "a whole number"),
        ("agreements", "valid_from", "1-1-2025", "a date YYYY-MM-DD"),
        ("agreements", "valid_from", "2025-02-29", "a date YYYY-MM-DD"),
        ("agreements", "valid_from", "20250101", "a date YYYY-MM-DD"),
        ("tariffs", "unit", "83", "one of 01, 04, 14, 16, 82, 84"),
        ("tariffs", "cents", "96.00", "a whole number of cents"),
        ("tariffs", "cents", "-1", "a whole number of cents"),
        ("tariffs", "cents", "9 600", "a whole number of cents"),
        ("tariffs", "cents", "1" * 13, "a whole number of cents"),
        ("tariffs", "source", "x" * 201, "1 to 200 printable characters"),
        ("sanctions", "percent", "0", "a percentage, 1 to 100"),
        ("sanctions", "percent", "101", "a percentage, 1 to 100"),
        ("lump_sums", "year", "25", "a year, 2015 to 2100"),
        ("lump_sums", "instalments", "0", "a number of instalments, 1 to 366"),
        ("cost_keys", "weight", "0.5", "a whole number"),
    ],
)
def test_a_wrong_cell_is_told_with_what_would_do(table: str, name: str, text: str, expected: str) -> None:
    found = text if len(text) <= 60 else text[:60] + "…"
    assert faults(table, **{name: text}) == [(name, found, expected)]


def test_only_the_wrong_item_of_a_list_is_told() -> None:
    assert faults("ceilings", agb="41410001;4141000;41410003") == [
        ("agb", "4141000", "8 digits (or more, separated by ;)")
    ]
    assert faults("ceilings", thresholds="70;100%") == [
        ("thresholds", "100%", "a percentage, 1 to 1000 (or more, separated by ;)")
    ]
    assert faults("ceilings", thresholds=";") == [
        ("thresholds", ";", "a percentage, 1 to 1000 (or more, separated by ;)")
    ]


def test_every_wrong_cell_of_a_row_is_told() -> None:
    told = faults("tariffs", unit="4", cents="x", valid_from="")
    assert [name for name, _, _ in told] == ["unit", "cents", "valid_from"]


def test_control_characters_are_shown_but_never_sent() -> None:
    assert faults("providers", name="a\nb\x1b[31m") == [
        ("name", "a\\x0ab\\x1b[31m", "1 to 200 printable characters")
    ]


def test_columns_of_one_row_are_held_against_each_other() -> None:
    assert faults("agreements", valid_until="2024-12-31", kind="URC") == [
        ("valid_until", "2024-12-31", "a day on or after valid_from 2025-01-01"),
        ("allocation", "nothing", "the allocation or the bsn of the client of this URC"),
    ]
    assert faults("agreements", valid_until="2025-01-01") == []
    assert faults("providers", micro_from="2025-01-02", micro_until="2025-01-01") == [
        ("micro_until", "2025-01-01", "a day on or after micro_from 2025-01-02")
    ]


def test_columns_are_held_against_each_other_beside_a_wrong_one() -> None:
    late = "a day on or after valid_from 2025-01-01"
    nobody = "the allocation or the bsn of the client of this URC"
    wrong = {"valid_until": "2024-12-31", "kind": "URC"}
    assert faults("agreements", **wrong, agb="1") == [
        ("agb", "1", "8 digits"),
        ("valid_until", "2024-12-31", late),
        ("allocation", "nothing", nobody),
    ]
    assert [name for name, _, _ in faults("agreements", **wrong, valid_from="x")] == [
        "valid_from",
        "allocation",
    ]
    assert [name for name, _, _ in faults("agreements", **wrong, bsn="999991013")] == ["bsn", "valid_until"]
    assert [name for name, _, _ in faults("agreements", valid_until="x", kind="?")] == ["kind", "valid_until"]
    assert [name for name, _, _ in faults("providers", agb="1", micro_from="x", micro_until="y")] == [
        *("agb", "micro_from", "micro_until")
    ]


@pytest.mark.parametrize("kind", ["URC", "CSA"])
def test_an_exception_contract_names_its_client(kind: str) -> None:
    assert len(faults("agreements", kind=kind)) == 1
    assert faults("agreements", kind=kind, allocation="70012", municipality="0384") == []
    assert faults("agreements", kind=kind, bsn="999991012") == []


def test_a_bsn_is_never_shown() -> None:
    assert faults("agreements", bsn="999991013") == [("bsn", "*********", "a BSN")]
    assert faults("agreements", bsn="9999") == [("bsn", "*********", "a BSN")]
    assert faults("agreements", allocation="B999991012") == [("allocation", "B*********", "a whole number")]
    with pytest.raises(ValidationError) as refused:
        AgreementRow.model_validate(VALID["agreements"] | {"bsn": "999991012", "agb": "1"})
    assert "999991012" not in str(refused.value)


def test_typed_values() -> None:
    ceiling = CeilingRow.model_validate(
        VALID["ceilings"] | {"agb": "41410001; 41410002 ;", "thresholds": "70;80"}
    )
    assert ceiling.agb == ("41410001", "41410002")
    assert ceiling.thresholds == (70, 80)
    assert CeilingRow.model_validate(VALID["ceilings"]).thresholds == (70, 100)
    tariff = TariffRow.model_validate(VALID["tariffs"] | {"micro": "Ja"})
    assert (tariff.cents, tariff.valid_from, tariff.micro) == (9600, date(2025, 1, 1), True)
    municipality = MunicipalityRow.model_validate(
        VALID["municipalities"] | {"iban": "nl63 bngh 0000 0003 84"}
    )
    assert municipality.iban == "NL63BNGH0000000384"


def test_a_wrong_iban_of_a_provider_is_kept_for_its_payment_to_hold() -> None:
    row = ProviderRow.model_validate(VALID["providers"] | {"iban": "NL00 INGB 1"})
    assert row.iban == "NL00 INGB 1"


def test_the_identity_in_words_leaves_out_what_is_empty_or_secret() -> None:
    row: Row = AgreementRow.model_validate(VALID["agreements"] | {"kind": "CSA", "bsn": "999991012"})
    assert row.identity_in_words() == "agreement JW25-1, agb 41410001, domain jw, valid_from 2025-01-01"
