"""One word per meaning: every element of the standard and every value read from a message has its word."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import yaml

from rules.catalogue import discover
from schemas import allocation, declaration, delivery, period, standard
from tools.make_glossary_docs import PAGE, glossary, page

_SCHEMAS = Path(__file__).parents[2] / "schemas"
_SUFFIXES = re.compile("(_cents|_text)$")
_VALUES = (allocation, declaration, delivery, period, standard)


def _elements_of_the_standard() -> set[str]:
    """The names of all elements of all messages, from the descriptions our schemas are made of."""
    messages = yaml.safe_load((_SCHEMAS / "xsd" / "messages.yaml").read_text(encoding="utf-8"))["messages"]
    groups = yaml.safe_load((_SCHEMAS / "xsd" / "basis.yaml").read_text(encoding="utf-8"))["groups"]
    types = chain(groups.values(), *(message["types"].values() for message in messages.values()))
    return {name.rstrip("?+") for elements in types for name in elements}


def _elements_of_the_glossary() -> list[str]:
    return [element for entry in glossary().values() for element in entry.get("elements", ())]


def _names_in_readers() -> Iterator[str]:
    """What the readers look for by name."""
    for path in (_SCHEMAS / "xml").glob("read_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from re.findall(r"\A[A-Z][A-Za-z0-9]+\Z", node.value)


def _fields() -> Iterator[str]:
    """The fields of the values that are read from messages, without unit, wire form or `has_`."""
    for module in _VALUES:
        for value in vars(module).values():
            if getattr(value, "__module__", "") == module.__name__ and hasattr(value, "_fields"):
                yield from (_SUFFIXES.sub("", name).removeprefix("has_") for name in value._fields)


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tools.make_glossary_docs"


def test_every_element_of_the_standard_has_one_word_and_nothing_else_has() -> None:
    assert set(_elements_of_the_glossary()) == _elements_of_the_standard()


def test_no_element_has_two_words() -> None:
    assert [name for name, times in Counter(_elements_of_the_glossary()).items() if times > 1] == []


def test_no_dutch_word_has_two_english_words() -> None:
    dutch = Counter(entry["dutch"] for entry in glossary().values())
    assert [word for word, times in dutch.items() if times > 1] == []


def test_every_element_of_a_rule_has_a_word() -> None:
    named = {part for rule in discover() for element in rule.elements for part in element.split("/")}
    assert named - set(_elements_of_the_glossary()) == set()


def test_every_name_in_the_readers_has_a_word() -> None:
    names = set(_names_in_readers())
    assert "ToewijzingNummer" in names
    assert names - set(_elements_of_the_glossary()) == set()


def test_every_field_that_comes_from_a_message_has_a_word() -> None:
    fields = set(_fields())
    assert {"amount", "decided_at", "communication_form"} <= fields
    assert fields - {word.replace(" ", "_") for word in glossary()} == set()
