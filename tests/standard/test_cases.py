"""The worked cases of the standard agree, each through the whole of `handle`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.standard.world import CASES, outcome_of


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: f"{case['id']} {case['title']}")
def test_case(case: dict[str, Any], store_url: str) -> None:
    expected = dict(case["expected"])
    found = outcome_of(case, store_url)
    rules = expected.pop("level2_rules", None)
    found_rules = found.pop("level2_rules", None)
    for client in (*expected.get("clients", {}).values(), *found.get("clients", {}).values()):
        client["lines"] = {reference: sorted(codes) for reference, codes in client["lines"].items()}
    if expected.get("decl") in (["9333"], ["8214"]):
        assert found.pop("clients") == {}
    assert found == expected
    if rules is not None:
        assert set(rules) <= set(found_rules)
