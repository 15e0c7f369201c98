"""Contracts, terms, indexations and paths that contradict themselves are refused, with row and remedy."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.register import Register
from contracts.register_checks import register_faults
from contracts.register_faults import NumberedRow
from contracts.tables import TABLES
from tests.contracts.test_tables import VALID

_CONTRACT = {"individual_non_renewal": "yes", "segments": "ambulant"}
_TERMS = [
    {},
    {"seq": "2", "valid_from": "2028-01-01", "valid_until": "2029-12-31", "renewal": "TACIT"},
]
_WHOLE: dict[str, list[dict[str, str]]] = {
    "providers": [{}],
    "agreements": [{"contract": "MH-08", "segments": "ambulant"}],
    "contracts": [_CONTRACT],
    "contract_terms": _TERMS,
    "non_renewals": [{}],
    "subcontractors": [{"permission": "brief 2025-3"}],
    "indexations": [{}],
    "index_components": [{"weight": "90"}, {"weight": "10", "component": "PPC", "forecast": "1.82"}],
    "growth_paths": [
        {"valid_until": "2025-12-31"}, {"percent": "100", "valid_from": "2026-01-01"},
    ],
}  # fmt: skip


def _faults(tables: dict[str, list[dict[str, Any]]]) -> list[str]:
    rows = {
        table: [
            NumberedRow(number, TABLES[table].model_validate(VALID[table] | cells))
            for number, cells in enumerate(lines, start=2)
        ]
        for table, lines in tables.items()
    }
    return [str(fault) for fault in register_faults(rows, Register(0, {}))]


def test_a_whole_register_of_contracts_has_no_faults() -> None:
    assert _faults(_WHOLE) == []


@pytest.mark.parametrize(
    ("table", "lines", "expected"),
    [
        (
            "contracts", [_CONTRACT, {"contract": "MH-09", "segments": "dag;ambulant"}],
            ["contracts:3:segments found ambulant expected a segment of one contract: row 2 has it too"],
        ),
        (
            "contract_terms", [{}, {**_TERMS[1], "valid_from": "2028-02-01"}],
            ["contract_terms:3:valid_from found 2028-02-01 expected 2028-01-01, the day after term 1"],
        ),
        (
            "contract_terms", [{"renewal": "TACIT"}, _TERMS[1]],
            ["contract_terms:2:renewal found TACIT expected INITIAL"],
        ),
        (
            "contract_terms", [{}, {**_TERMS[1], "renewal": "INITIAL"}],
            ["contract_terms:3:renewal found INITIAL expected TACIT or DECISION, after the first term"],
        ),
        (
            "contract_terms", [{}, {**_TERMS[1], "renewal": "DECISION", "decided_on": "2027-07-01"}],
            ["contract_terms:3:decided_on found 2027-07-01 expected a day up to 2027-06-30,"
             " 6 months before the end"],
        ),
        (
            "contract_terms", [{"contract": "MH-99"}],
            ["contract_terms:2:contract found MH-99 expected a value of contracts.contract",
             "non_renewals:2:valid_until found 2027-12-31 expected the last day of a term of contract MH-08"],
        ),
        (
            "agreements", [{"contract": "MH-08", "domain": "wmo", "segments": "ambulant"}],
            ["agreements:2:domain found wmo expected a domain of contract MH-08: jw"],
        ),
        (
            "agreements", [{"contract": "MH-08", "segments": "verblijf;dag"}],
            ["agreements:2:segments found dag; verblijf expected segments of contract MH-08: ambulant"],
        ),
        (
            "contracts", [{"segments": "ambulant"}],
            ["non_renewals:2:contract found MH-08 expected a contract with individual_non_renewal"],
        ),
        (
            "non_renewals", [{"told_on": "2027-07-01"}],
            ["non_renewals:2:told_on found 2027-07-01 expected a day up to 2027-06-30"],
        ),
        (
            "subcontractors", [{}],
            ["subcontractors:2:permission found nothing expected the document of the permission,"
             " or yes in self_employed"],
        ),
        ("subcontractors", [{"self_employed": "yes"}], []),
        (
            "index_components", [{"weight": "90"}, {"weight": "10.5", "component": "PPC"}],
            ["index_components:3:weight found 10.5 expected weights of 2025 that add up to 100, not 100.5"],
        ),
        (
            "growth_paths", [{"valid_until": "2025-12-31"}, {"valid_from": "2025-12-31"}],
            ["growth_paths:3:valid_from found 2025-12-31 expected a period beside that of row 2"],
        ),
    ],
)  # fmt: skip
def test_a_contradiction_is_reported(table: str, lines: list[dict[str, str]], expected: list[str]) -> None:
    assert _faults({**_WHOLE, table: lines}) == expected
