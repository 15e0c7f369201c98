"""Every text exists in both languages, says who acts, and gives nobody away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from reference.texts import code_texts, fault_texts, in_words, rule_texts, words

LANGUAGES = ("nl", "en")
WHO = {"provider", "municipality", "both", "nobody"}


def _told(texts: dict[str, dict[str, Any]]) -> Iterator[tuple[str, dict[str, str]]]:
    """Every pair of sentences, the variants included, with its place."""
    for key, text in texts.items():
        assert text["who"] in WHO, key
        assert text.get("variants", {}).keys() <= WHO, key
        for variant, sentences in (("", text), *text.get("variants", {}).items()):
            for lang in LANGUAGES:
                yield f"{key} {variant} {lang}", sentences[lang]


@pytest.mark.parametrize("texts", [rule_texts(), fault_texts()], ids=["rules", "faults"])
def test_every_text_says_what_is_wrong_and_how_to_fix_it(texts: dict[str, dict[str, Any]]) -> None:
    for place, sentences in _told(texts):
        assert sentences.keys() == {"says", "fix"}, place
        assert all(re.search(r"[.!?]$", text) for text in sentences.values()), place


def test_a_rule_text_has_no_other_placeholders_than_found_and_expected() -> None:
    for place, sentences in _told(rule_texts()):
        named = {name for _, name, _, _ in Formatter().parse(sentences["says"]) if name is not None}
        assert named <= {"found", "expected"}, place
        assert not set("{}") & set(sentences["fix"]), place


def test_a_fault_text_stands_without_what_was_found() -> None:
    for place, sentences in _told(fault_texts()):
        assert not set("{}") & set("".join(sentences.values())), place


def test_both_languages_show_the_same_values() -> None:
    for rule_id, text in rule_texts().items():
        for sentences in (text, *text.get("variants", {}).values()):
            shown = [set(re.findall("{[a-z]+}", sentences[lang]["says"])) for lang in LANGUAGES]
            assert shown[0] == shown[1], rule_id


@pytest.mark.parametrize("table", [code_texts(), words()], ids=["codes", "words"])
def test_every_short_text_has_both_languages(table: dict[str, dict[str, str]]) -> None:
    for key, text in table.items():
        assert text.keys() == set(LANGUAGES) and all(text.values()), key


@pytest.mark.parametrize("room", ["schemas", "rules", "processors", "store", "streams"])
def test_every_token_that_the_code_writes_has_words(room: str) -> None:
    sources = (path.read_text(encoding="utf-8") for path in Path(room).rglob("*.py"))
    written = {token for text in sources for token in re.findall("⟨([a-z0-9_]+)⟩", text)}
    assert written - words().keys() <= {"token"}  # that one stands for any in a docstring


def test_the_rules_that_depend_on_our_own_register_name_who_acts() -> None:
    assert rule_texts()["TR338"]["variants"].keys() == {"municipality", "both", "provider"}
    assert rule_texts()["TR418"]["variants"].keys() == {"municipality", "both"}


@pytest.mark.parametrize(
    ("text", "dutch", "english"),
    [
        ("⟨new⟩", "een nieuw nummer", "a new number"),
        ("2 x ⟨double⟩", "2 x dubbel", "2 x double"),
        ("<= 2026-03-31", "uiterlijk 2026-03-31", "no later than 2026-03-31"),
        (">= 2021-01-01", "niet eerder dan 2021-01-01", "no earlier than 2021-01-01"),
        ("<= 20 ⟨unit_04⟩", "hoogstens 20 uur", "at most 20 hours"),
        ("<= € 12,50", "hoogstens € 12,50", "at most € 12.50"),
        ("€ -1.234.567,89 + € 0,50", "€ -1.234.567,89 + € 0,50", "€ -1,234,567.89 + € 0.50"),
        ("2026-03-01 <= Einddatum", "2026-03-01 <= Einddatum", "2026-03-01 <= Einddatum"),
        ("⟨nobody_knows⟩", "⟨nobody_knows⟩", "⟨nobody_knows⟩"),
        ("R1", "R1", "R1"),
        ("", "", ""),
    ],
)
def test_values_in_words(text: str, dutch: str, english: str) -> None:
    assert (in_words(text, "nl"), in_words(text, "en")) == (dutch, english)
