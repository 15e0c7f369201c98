"""Every example of every rule on a 323."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from reference.texts import in_words, rule_texts
from rules.catalogue import Clash, Rule
from tests.rules.examples import Example, examples
from tests.rules.worlds import build


@cache
def _rules(rule_id: str) -> tuple[Rule, ...]:
    """All versions and subjects of a rule, straight from its file: its examples need no other rule."""
    for room in ("message", "history", "external"):
        package = importlib.import_module(f"rules.{room}")
        if rule_id.lower() in {module.name for module in pkgutil.iter_modules(package.__path__)}:
            module = importlib.import_module(f"rules.{room}.{rule_id.lower()}")
            return tuple(value for value in vars(module).values() if isinstance(value, Rule))
    raise LookupError(f"no file for {rule_id}")


def _texts(rule_id: str, lang: str) -> Iterator[dict[str, Any]]:
    texts = rule_texts()[rule_id]
    yield texts[lang]
    for variant in texts.get("variants", {}).values():
        yield variant[lang]


def _sentences(rule_id: str, lang: str, clash: Clash) -> Iterator[str]:
    found, expected = in_words(clash.found, lang), in_words(clash.expected, lang)
    for text in _texts(rule_id, lang):
        yield text["says"].format(found=found, expected=expected)
        yield text["fix"]


@pytest.mark.parametrize("example", examples(), ids=lambda e: e.name)
def test_example(example: Example) -> None:
    world = build(example.change)
    message = world.declaration.header.message_type.name
    rules = [
        rule
        for rule in _rules(example.rule)
        if message in rule.messages and example.subject in (None, rule.subject.name)
    ]
    assert len(rules) == 1, f"{example.name}: name the subject, one of {[r.subject.name for r in rules]}"
    arguments = world.arguments(rules[0])

    assert rules[0].holds(*arguments) is example.holds, example.sentence

    if example.holds:
        assert example.found is None and example.expected is None
        return
    clash = rules[0].clash(*arguments)
    assert clash.found and clash.expected
    assert example.found in (None, clash.found)
    assert example.expected in (None, clash.expected)
    for lang in ("nl", "en"):
        for sentence in _sentences(example.rule, lang, clash):
            assert sentence.strip()
            assert not set(sentence) & set("{}⟨⟩"), sentence
            assert not any(client.bsn in sentence for client in world.declaration.clients)
