"""All texts for people, Dutch with English beside it."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

_TOKEN = re.compile("⟨([a-z0-9_]+)⟩")
_BOUND = re.compile("^([<>]=)(?= )")
_EURO = re.compile(r"€ -?[0-9]{1,3}(?:\.[0-9]{3})*,[0-9]{2}(?![0-9])")  # as rules write an amount
_DUTCH_TO_ENGLISH = str.maketrans(",.", ".,")
_DATED_BOUND = re.compile("^([<>]=)(?= [0-9]{4}-[0-9]{2}-[0-9]{2})")


@cache
def rule_texts() -> dict[str, dict[str, Any]]:
    """Per rule: `who` acts by default, and per language `says` (with {found}, {expected}) and `fix`.

    `variants` holds the same three, by who acts, for a rule that can be broken in more than one
    way. The texts are spread over the files `rules_*.yaml`; a rule in two files raises ValueError.
    """
    texts: dict[str, dict[str, Any]] = {}
    for source in sorted(files("reference.texts").iterdir(), key=lambda f: f.name):
        if source.name.startswith("rules_") and source.name.endswith(".yaml"):
            part = yaml.safe_load(source.read_text(encoding="utf-8"))
            if texts.keys() & part.keys():
                raise ValueError(f"{source.name}: text given before: {sorted(texts.keys() & part.keys())}")
            texts.update(part)
    return texts


@cache
def code_texts() -> dict[str, dict[str, str]]:
    """Per return code of list WJ001: its meaning in each language."""
    return _read("codes.yaml")


@cache
def fault_texts() -> dict[str, dict[str, Any]]:
    """Per fault of the gate: `who` acts, and per language `says` and `fix`."""
    return _read("faults.yaml")


@cache
def words() -> dict[str, dict[str, str]]:
    """Per ⟨token⟩ in what a rule found or expected, and per bound (`<=`): the words in each language."""
    return _read("words.yaml")


def in_words(text: str, lang: str) -> str:
    """A found or expected value as people read it: ⟨token⟩ and a leading `<=` or `>=` become words, and
    an amount is written as in the language.

    Tokens that are not in the list stay as they are.
    """
    if bound := _DATED_BOUND.match(text):
        text = words()[f"{bound[1]} date"][lang] + text[bound.end() :]
    elif bound := _BOUND.match(text):
        text = words()[f"{bound[1]} amount"][lang] + text[bound.end() :]
    if lang == "en":
        text = _EURO.sub(lambda m: m[0].translate(_DUTCH_TO_ENGLISH), text)
    return (
        _TOKEN.sub(lambda m: words()[m[1]][lang] if m[1] in words() else m[0], text) if "⟨" in text else text
    )


def _read(name: str) -> dict[str, dict[str, Any]]:
    return dict(yaml.safe_load((files("reference.texts") / name).read_text(encoding="utf-8")))


@cache
def signal_texts() -> dict[str, dict[str, str]]:
    """Per kind of signal: its sentence in each language, with {found} and {expected}."""
    return _read("signals.yaml")


@cache
def letter_texts() -> dict[str, dict[str, str]]:
    """Letters to providers, and parts of them, in each language; values stand between braces."""
    return _read("letters.yaml")


@cache
def report_texts() -> dict[str, dict[str, str]]:
    """Words of the page about ceilings, in each language."""
    return _read("report.yaml")


@cache
def table_texts() -> dict[str, dict[str, dict[str, str]]]:
    """Of the tables of reports: `titles` per table and `columns` per name, in each language."""
    return _read("tables.yaml")


@cache
def screen_texts() -> dict[str, dict[str, Any]]:
    """What a terminal shows around values: `titles`, `columns`, `values` and `sentences`, per language."""
    return _read("screens.yaml")
