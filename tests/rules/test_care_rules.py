"""Every rule on a 301, 305 or 307 against its table of examples: differences from a valid message."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from processors.assess_allocation import assess_allocation_message
from processors.assess_delivery import assess_delivery_message
from processors.care import CareAssessment
from reference.texts import in_words, rule_texts
from rules.catalogue import Catalogue, discover
from tests.rules.care_messages import allocation_message, delivery_message

FOLDER = Path(__file__).parent / "care"
TABLES = {path.stem.upper(): yaml.safe_load(path.read_text("utf-8")) for path in FOLDER.glob("*.yaml")}
CATALOGUE = discover()
CARE = {"JW301", "WMO301", "JW305", "WMO305", "JW307", "WMO307"}


def assess(message: str, example: dict[str, Any], catalogue: Catalogue = CATALOGUE) -> CareAssessment:
    if message.endswith("301"):
        return assess_allocation_message(*allocation_message(message, example), catalogue)
    return assess_delivery_message(*delivery_message(message, example), catalogue)


def _examples() -> Iterator[Any]:
    for rule_id, table in sorted(TABLES.items()):
        for example in table["examples"]:
            for message in example.get("messages", table["messages"]):
                yield pytest.param(rule_id, message, example, id=f"{rule_id}-{message}-{example['say']}")


@pytest.mark.parametrize(("rule_id", "message", "example"), list(_examples()))
def test_example(rule_id: str, message: str, example: dict[str, Any]) -> None:
    assessment = assess(message, example)
    assert [f.rule.id for f in assessment.findings] == example["breaks"]
    if rule_id in example["breaks"]:
        finding = assessment.findings[example["breaks"].index(rule_id)]
        assert finding.path == example.get("at", finding.path)
        assert list(finding.clash) == example.get("clash", list(finding.clash))
    if rule_id in example["breaks"]:
        assert assessment.header_codes == (TABLES[rule_id]["header"],)
    assert assessment.accepted is (not example["breaks"])


@pytest.mark.parametrize(("rule_id", "message", "example"), list(_examples()))
def test_findings_can_be_told_to_people(rule_id: str, message: str, example: dict[str, Any]) -> None:
    for finding in assess(message, example).findings:
        for lang in ("nl", "en"):
            text = rule_texts()[finding.rule.id][lang]["says"]
            found, expected = (in_words(value, lang) for value in finding.clash)
            told = text.format(found=found, expected=expected)
            assert not set("⟨⟩{}") & set(told)
            assert "9999" not in told  # no digits of a citizen number


@pytest.mark.parametrize("message", sorted(CARE))
def test_the_valid_message_breaks_nothing(message: str) -> None:
    assert assess(message, {}).accepted


def test_every_rule_has_a_table_with_both_outcomes_for_each_of_its_messages() -> None:
    for rule in CATALOGUE:
        for message in sorted(CARE & rule.messages):
            examples = [
                example["breaks"]
                for example in TABLES.get(rule.id, {"examples": []})["examples"]
                if message in example.get("messages", TABLES[rule.id]["messages"])
            ]
            assert any(rule.id in breaks for breaks in examples), (rule.id, message, "never broken")
            assert any(rule.id not in breaks for breaks in examples), (rule.id, message, "never kept")
