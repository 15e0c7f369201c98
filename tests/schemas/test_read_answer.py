"""An answer that is recognized by its form says what a parser reads in it, and is valid."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from schemas.standard import MESSAGE_TYPES, MessageType
from schemas.xml import read_answer
from schemas.xml.read_answer import ReturnedBody
from tests.schemas.model import Element, read_model
from tests.schemas.mutations import Workshop

_TYPES = [MESSAGE_TYPES["JW325"], MESSAGE_TYPES["WMO325"]]
_DOCUMENTS = 4_000
_ROOT = re.compile(r"<m:Bericht [^>]*>")


def _model(kind: MessageType) -> Element:
    return read_model(Path(str(files("schemas"))) / "xsd" / kind.domain.value / f"{kind.name}.xsd")


def _outcome(read: Any, content: str, kind: MessageType) -> ReturnedBody | str | None:
    try:
        found: ReturnedBody | None = read(content, kind)
    except ValueError:
        return "invalid"
    return found


def _as_ours(root: etree._Element, kind: MessageType) -> str:
    """A document with the beginning that our own answers have."""
    text = etree.tostring(root, encoding="unicode")
    start = vars(read_answer)["_form"](kind).start
    return _ROOT.sub(lambda _: start, text, count=1)


def _recognized(content: str, kind: MessageType, monkeypatch: pytest.MonkeyPatch) -> bool:
    parsed = vars(read_answer)["_parsed"]
    expected = _outcome(parsed, content, kind)
    assert _outcome(read_answer.read_answer, content, kind) == expected, content
    calls: list[str] = []
    with monkeypatch.context() as patched:
        patched.setattr(read_answer, "_parsed", lambda data, _: calls.append(data))
        found = read_answer.read_answer(content, kind)
    assert calls or found == expected
    return not calls


@pytest.mark.parametrize("kind", _TYPES, ids=lambda kind: kind.name)
def test_changed_answers_mean_the_same_both_ways(kind: MessageType, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = Random(kind.name)
    (other,) = set(_TYPES) - {kind}
    workshop = Workshop(_model(kind), _model(other), rng)
    paths = [*workshop.declared]
    recognized = {True: 0, False: 0}
    for number in range(_DOCUMENTS):
        content = _as_ours(workshop.changed(paths[number % len(paths)]), kind)
        recognized[_recognized(content, kind, monkeypatch)] += 1
    assert min(recognized.values()) >= _DOCUMENTS // 20, recognized


_KIND = _TYPES[0]
_SAMPLE = _as_ours(
    next(
        root
        for root in Workshop(_model(_KIND), _model(_TYPES[1]), Random(4)).pool
        if len(root) == 2 and len(root[1]) == 5
    ),
    _KIND,
)


@given(st.integers(len(vars(read_answer)["_form"](_KIND).start), len(_SAMPLE) - 1), st.text(max_size=3))
def test_other_text_means_the_same_both_ways(place: int, text: str) -> None:
    content = _SAMPLE[:place] + text + _SAMPLE[place + len(text) :]
    parsed = vars(read_answer)["_parsed"]
    assert _outcome(read_answer.read_answer, content, _KIND) == _outcome(parsed, content, _KIND)
