"""A level-2 fault between lines is told at every line that has part in it."""

from __future__ import annotations

from typing import Any

import pytest

from processors.check_message import MessageRules
from rules.catalogue import discover
from tests.rules.worlds import build

_CLIENT = "Declaratie/Clienten/Client"
_REFERENCE = "ProductReferentie"
_PREVIOUS = "ProductReferentie/VorigReferentieNummer"
_PRODUCT = "⟨allocation⟩ 1001, 45/45A04, 2026-03-01 – 2026-03-31"
_TWO = ["999991012", "999991061"]


@pytest.mark.parametrize(
    ("change", "rule", "paths", "found", "expected"),
    [
        (
            {"clients": [*_TWO, _TWO[0]], "lines": [{}, {"client": 1, "reference": "R2"},
             {"client": 2, "reference": "R3"}]},
            "TR101", [f"{_CLIENT}[1]/Bsn", f"{_CLIENT}[3]/Bsn"], "2 x ⟨bsn⟩", "1 x ⟨bsn⟩",
        ),
        (
            {"clients": _TWO, "lines": [{"reference": "R0"}, {"client": 1},
             {"client": 1, "code": "45A05"}]},
            "TR101",
            [f"{_CLIENT}[2]/Prestaties/Prestatie[{n}]/{_REFERENCE}" for n in (1, 2)], "2 x R1", "1 x R1",
        ),
        (
            {"lines": [{}, {"reference": "R2", "code": "45A05"}, {"reference": "R3"}]},
            "TR416", [f"{_CLIENT}[1]/Prestaties/Prestatie[{n}]" for n in (1, 3)],
            f"2 x {_PRODUCT}", f"1 x {_PRODUCT}",
        ),
        (
            {"clients": _TWO, "lines": [{"side": "C", "previous": "R0"},
             {"client": 1, "reference": "R2", "side": "C", "previous": "R0"}]},
            "TR315", [f"{_CLIENT}[{n}]/Prestaties/Prestatie[1]/{_PREVIOUS}" for n in (1, 2)],
            "2 x R0", "1 x R0",
        ),
        (
            {"lines": [{}, {"reference": "R2", "side": "C", "previous": "R1"}]},
            "TR316", [f"{_CLIENT}[1]/Prestaties/Prestatie[2]/{_PREVIOUS}"], "R1", "⟨earlier_message⟩",
        ),
    ],
)  # fmt: skip
def test_a_fault_between_lines_names_them(
    change: dict[str, Any], rule: str, paths: list[str], found: str, expected: str
) -> None:
    declaration = build(change).declaration

    findings = MessageRules(discover(), declaration.header.message_type.name).check(declaration)

    assert [(f.rule.id, f.path) for f in findings] == [(rule, path) for path in paths]
    assert {f.clash for f in findings} == {(found, expected)}
