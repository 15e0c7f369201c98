"""Notices as people read them."""

from __future__ import annotations

import pytest

from processors.wording import Lang, notice_object
from reference.texts import rule_texts
from schemas.notice import Notice

REFUSED = Notice(
    "refused", "wrong-rule", "0" * 64, "a.xml", "0384", "0384", "Bericht", "⟨new⟩", "⟨new⟩", "2026-04-08",
    rules=("CS050", "CS139", "TR002"), codes=("0001",), type="JW301",
)  # fmt: skip


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_refused_allocation_tells_what_is_wrong(lang: Lang) -> None:
    told = notice_object(REFUSED, lang)
    assert told["who_acts"] == "municipality"
    assert told["found"] == told["expected"] != "⟨new⟩"
    first = rule_texts()["CS050"][lang]["says"]
    sentence = first.replace("{found}", told["found"]).replace("{expected}", told["expected"])
    assert sentence in told["explanation"]
    assert rule_texts()["TR002"][lang]["says"] in told["explanation"]
    assert not set("⟨⟩{}") & set(f"{told['explanation']} {told['found']} {told['expected']}")


def test_a_notice_without_values_stays_without() -> None:
    told = notice_object(REFUSED._replace(reason="empty", rules=(), found=None, expected=None))
    assert (told["found"], told["expected"]) == (None, None)
