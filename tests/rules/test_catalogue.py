"""The catalogue is complete, refuses to be wrong, and every rule in it has its examples and texts."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

import rules.catalogue
from reference.ledger import ledger, position
from reference.texts import code_texts, rule_texts, words
from rules.catalogue import Catalogue, CatalogueError, Clash, Level, Rule, Subject, discover, rule
from tests.rules.examples import examples

ROOMS = Path(rules.catalogue.__file__).parent
CARE = Path(__file__).parent / "care"
DECLARATIONS = {"JW323", "WMO323"}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return discover()


def test_rules_come_in_the_order_of_the_tables(catalogue: Catalogue) -> None:
    places = [position(r.id) for r in catalogue]
    assert places == sorted(places) and len(places) > 40


def test_the_ledger_and_the_catalogue_name_the_same_rules(catalogue: Catalogue) -> None:
    implemented = {entry.id for entry in ledger() if entry.status == "implemented"}
    assert {r.id for r in catalogue} == implemented


def test_a_rule_that_is_not_implemented_says_why() -> None:
    for entry in ledger():
        assert entry.status in {"implemented", "by schema", "own answer", "not applicable"}
        assert entry.why or entry.status in {"implemented", "by schema"}, entry.id


def test_a_rule_without_an_own_file_has_no_text(catalogue: Catalogue) -> None:
    assert rule_texts().keys() == {r.id for r in catalogue}


def test_every_code_has_a_meaning(catalogue: Catalogue) -> None:
    assert {r.return_code for r in catalogue} <= code_texts().keys()
    assert len(code_texts()) == 59


def test_every_token_has_its_words() -> None:
    tokens = {
        token
        for path in ROOMS.rglob("*.py")
        for token in re.findall("⟨([a-z0-9_]+)⟩", path.read_text(encoding="utf-8"))
    }
    assert tokens <= words().keys()


def test_every_rule_on_a_declaration_has_examples_of_both_outcomes(catalogue: Catalogue) -> None:
    outcomes: defaultdict[tuple[str, str | None], set[bool]] = defaultdict(set)
    for example in examples():
        outcomes[example.rule, example.subject].add(example.holds)
        outcomes[example.rule, None].add(example.holds)
    of_declarations = [r for r in catalogue if r.messages & DECLARATIONS]
    subjects = Counter(r.id for r in of_declarations)
    for one in of_declarations:
        subject = one.subject.name if subjects[one.id] > 1 else None
        assert outcomes[one.id, subject] == {True, False}, f"{one.id} {one.subject.name}"
    assert {example.rule for example in examples()} == subjects.keys()


def test_every_rule_on_other_messages_has_examples_of_both_outcomes(catalogue: Catalogue) -> None:
    for rule_id in {r.id for r in catalogue if r.messages - DECLARATIONS}:
        table = yaml.safe_load((CARE / f"{rule_id.lower()}.yaml").read_text(encoding="utf-8"))
        assert {rule_id in row["breaks"] for row in table["examples"]} == {True, False}, rule_id


def test_every_code_of_a_declaration_is_shown_from_all_sides(catalogue: Catalogue) -> None:
    codes = {r.id: r.return_code for r in catalogue if r.messages & DECLARATIONS}
    holding, broken, boundary = Counter[str](), Counter[str](), Counter[str]()
    for example in examples():
        code = codes[example.rule]
        holding[code] += example.holds
        broken[code] += not example.holds
        boundary[code] += example.boundary
    for code in codes.values():
        shown = holding[code], broken[code], boundary[code]
        assert all(map(int.__ge__, shown, (3, 3, 2))), f"{code}: holds, broken, boundary {shown}"


def _never(line: Any, facts: Any) -> bool:
    """A line holds."""
    return False


def _always_the_same(line: Any, facts: Any) -> Clash:
    return Clash("found", "expected")


def _fake(id_: str = "TR319", **difference: Any) -> Rule:
    """A rule as it should be, or different in one respect."""
    function = difference.pop("function", _never)
    explained = difference.pop("explained", 1)
    values: dict[str, Any] = {
        "level": Level.HISTORY,
        "subject": Subject.LINE,
        "return_code": "9319",
        "messages": {"JW323", "WMO323"},
        "elements": ("Prestatie",),
        "source": "a source",
    }
    made = rule(id_, **(values | difference))(function)
    for _ in range(explained):
        made.explains(_always_the_same)
    return made


def _silent(line: Any, facts: Any) -> bool:
    return False


def _discover(
    monkeypatch: pytest.MonkeyPatch, *found: Rule, name: str = "tr319", room: str = "history"
) -> Catalogue:
    """What `discover` makes of one file with these rules."""
    module = ModuleType(f"rules.{room}.{name}")
    for number, one in enumerate(found):
        setattr(module, f"rule_{number}", one)

    def modules() -> Iterator[tuple[str, Any]]:
        yield name, module

    monkeypatch.setattr(rules.catalogue, "_modules", modules)
    return discover()


def test_a_sound_rule_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [r.id for r in _discover(monkeypatch, _fake())] == ["TR319"]


@pytest.mark.parametrize(
    ("found", "place", "fault"),
    [
        ([_fake("TR338")], {}, "TR338: declared in rules.history.tr319"),
        ([_fake("TR000")], {"name": "tr000"}, "TR000: no text"),
        ([_fake(source="")], {}, "TR319: no source or no docstring"),
        ([_fake(function=_silent)], {}, "TR319: no source or no docstring"),
        ([_fake(explained=0)], {}, "TR319: needs exactly one explanation"),
        ([_fake(explained=2)], {}, "TR319: needs exactly one explanation"),
        ([_fake()], {"room": "external"}, "TR319: level 3 belongs in rules/history"),
        ([_fake(level=Level.MESSAGE)], {}, "TR319: level 2 belongs in rules/message"),
        ([], {}, "rules.history.tr319: holds no rule"),
    ],
)
def test_a_fault_in_a_file_is_refused(
    monkeypatch: pytest.MonkeyPatch, found: list[Rule], place: dict[str, str], fault: str
) -> None:
    with pytest.raises(CatalogueError, match=re.escape(fault)):
        _discover(monkeypatch, *found, **place)


def test_every_fault_is_reported_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CatalogueError) as refused:
        _discover(monkeypatch, _fake("TR338", source="", explained=0))
    assert len(str(refused.value).splitlines()) == 3


OLD = (date(2026, 1, 1), date(2026, 6, 30))


@pytest.mark.parametrize("second", [OLD, (date(2026, 6, 30), None), (date(2025, 1, 1), date(2026, 1, 1))])
def test_two_versions_on_one_day_are_refused(
    monkeypatch: pytest.MonkeyPatch, second: tuple[date, date | None]
) -> None:
    with pytest.raises(CatalogueError, match="two versions in force on one day for LINE"):
        _discover(monkeypatch, _fake(in_force=OLD), _fake(in_force=second, return_code="9320"))


@pytest.mark.parametrize(
    "second",
    [
        {"in_force": (date(2026, 7, 1), None)},
        {"in_force": OLD, "subject": Subject.PERIOD},
        {"in_force": OLD, "messages": {"JW301"}},
    ],
)
def test_versions_that_never_meet_are_accepted(
    monkeypatch: pytest.MonkeyPatch, second: dict[str, Any]
) -> None:
    assert len(_discover(monkeypatch, _fake(in_force=OLD), _fake(**second)).rules) == 2
