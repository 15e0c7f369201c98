"""Generated pages are what their sources say, and hand-written ones name what exists."""

from __future__ import annotations

import re
from dataclasses import fields

from rules.facts import Choices
from tools import make_fault_docs, make_register_docs, make_topic_docs
from tools.make_rule_docs import PAGE, page

CHOICES = PAGE.parent / "choices.md"


def test_the_page_of_rules_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tools.make_rule_docs"


def test_the_page_of_topics_is_fresh() -> None:
    assert make_topic_docs.PAGE.read_text(encoding="utf-8") == make_topic_docs.page()


def test_the_page_of_faults_is_fresh() -> None:
    told = make_fault_docs.PAGE.read_text(encoding="utf-8")
    assert told == make_fault_docs.page(), "run: python -m tools.make_fault_docs"


def test_the_page_of_register_tables_is_fresh() -> None:
    told = make_register_docs.PAGE.read_text(encoding="utf-8")
    assert told == make_register_docs.page(), "run: python -m tools.make_register_docs"


def test_every_choice_that_is_a_setting_is_on_the_page_of_choices() -> None:
    text = CHOICES.read_text(encoding="utf-8")
    assert {f"`{choice.name}`" for choice in fields(Choices)} <= set(re.findall("`[a-z_]+`", text))


def test_the_page_of_choices_settles_every_open_choice_once() -> None:
    settled = re.findall(r"^\| (OC-[0-9]{2}) \|", CHOICES.read_text(encoding="utf-8"), re.MULTILINE)
    numbers = [n for n in range(1, 41) if n not in {34, 36, 37, 39}]
    assert settled == [f"OC-{n:02d}" for n in numbers]
