"""Messages that are decided together come to the same as the same messages one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, text

from desk.synthetic.region import Region, make_region, months_from
from desk.synthetic.register import register_rows
from desk.synthetic.traffic import messages_of
from rules.facts import Choices
from schemas.xml.fault import quarantined
from store.ceiling_tables import ceiling_event, ceiling_use
from store.database import open_store, transaction
from store.declarations import GuardRefused
from store.inbox import Inbox
from store.registers import save
from streams import handle_declaration
from streams.group import decide, decide_one, refresh
from streams.house import House
from streams.outcome import Outcome
from streams.sources import Source
from streams.together import portions

_TABLES = (
    "relation", "message", "message_body", "declaration", "line", "allocation", "allocation_use", "fault",
    "outbox",
)  # fmt: skip
# Ceilings, cases and events get ids as they come up, which may be in another order: that of each ceiling
# is told by the numbers of its messages.
_CEILINGS = (
    f"SELECT {', '.join(c.name for c in ceiling_use.columns if c.name != 'id')} FROM ceiling_use",
    f"SELECT {', '.join(c.name for c in ceiling_event.columns if c.name != 'id')} FROM ceiling_event",
    "SELECT ceiling, year, relation_id, month, ceiling_month.used_cents FROM ceiling_month"
    " JOIN ceiling_use ON use_id = id",
    "SELECT line_id, ceiling, year, message_id, above_cents, held_cents, due_on, decision"
    " FROM ceiling_review JOIN ceiling_use ON use_id = ceiling_use.id",
)
_MOST_STATEMENTS = 4  # a declaration, on average; alone it takes up to 18


def _month() -> tuple[Region, list[Source]]:
    """A month with faults; some messages come twice, some cannot be read at all."""
    rng = Random(11)
    region = make_region(rng, municipalities=2, lines=700, months=months_from(date(2026, 3, 1), 1))
    made = [each.content for each in messages_of(rng, region, fault_share=0.3, faults={"CORRECTION": 0.1})]
    contents = [*made, made[-1], b"<nothing/>", *made[-9:-1:3], b"<nothing/>"]
    claims = [place for place, content in enumerate(contents) if b"323/schema" in content]
    for place in claims[40:160:10]:  # once more soon after, also behind a message of another kind
        contents[place + 4 : place + 4] = [
            contents[place],
            b"<nothing/>",
            contents[place],
            contents[place - 7],
        ]
    sources = [Source(f"{number}.xml", content) for number, content in enumerate(contents)]
    large = Source("large.xml", b"...", "f" * 64, quarantined("too-large"))
    return region, [*sources[:-20], large, *sources[-20:]]


def _store(region: Region) -> tuple[Engine, House]:
    engine, house = open_store("sqlite://"), House(Choices())
    with transaction(engine) as connection:
        save(connection, register_rows(region), "2026-01-01T00:00:00", 0)
        refresh(house, connection)
    return engine, house


def _decided(sources: Sequence[Source], region: Region, group: int) -> tuple[list[Outcome], dict[str, Any]]:
    engine, house = _store(region)
    outcomes: list[Outcome] = []
    for first in range(0, len(sources), group):
        with transaction(engine) as connection:
            some = sources[first : first + group]
            outcomes += decide(Inbox(connection), house, some, region.received_on)
    with transaction(engine) as connection:
        rows = {name: connection.execute(text(f"SELECT * FROM {name}")).all() for name in _TABLES}
        rows |= {
            query: sorted(map(tuple, connection.execute(text(query)).all()), key=repr) for query in _CEILINGS
        }
    return outcomes, rows


def _never(_: Inbox, savepoint: str) -> None:
    raise AssertionError(f"nothing fails, so {savepoint} is not rolled back")


def test_together_is_as_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    region, sources = _month()
    monkeypatch.setattr(Inbox, "roll_back", _never)
    alone, together = _decided(sources, region, 1), _decided(sources, region, 40)
    assert {o.outcome for o in alone[0]} == {"answered", "stored", "refused", "quarantined", "duplicate"}
    assert together == alone


def test_a_defect_in_an_answer_leaves_nothing_of_its_message(monkeypatch: pytest.MonkeyPatch) -> None:
    region, sources = _month()
    real: Any = vars(handle_declaration)["answer"]

    def broken(declaration: Any, *rest: Any) -> bytes:
        if declaration.lines[0].volume % 3 == 0:
            raise KeyError("a defect")
        answer: bytes = real(declaration, *rest)
        return answer

    monkeypatch.setattr(handle_declaration, "answer", broken)
    alone, together = _decided(sources, region, 1), _decided(sources, region, 40)
    assert {"defect", None} < {o.reason for o in alone[0]}
    assert together == alone


def test_a_guard_that_refuses_once_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    region, sources = _month()
    undisturbed = _decided(sources, region, 40)
    real: Any = vars(handle_declaration)["record_declarations"]
    calls = 0

    def refuse(*args: Any) -> None:
        nonlocal calls
        calls += 1
        real(*args)
        if calls % 7 == 0:
            raise GuardRefused("allocation")

    monkeypatch.setattr(handle_declaration, "record_declarations", refuse)
    assert _decided(sources, region, 40) == undisturbed


def test_what_a_caller_decides_one_by_one_is_the_same() -> None:
    region, sources = _month()
    engine, house = _store(region)
    with transaction(engine) as connection:
        inbox = Inbox(connection)
        found = [decide_one(inbox, house, source, region.received_on) for source in sources]
    assert found == _decided(sources, region, 1_000)[0]


def test_together_the_database_is_asked_less() -> None:
    region, sources = _month()
    engine, house = _store(region)
    claims = [source for source in sources if b"323/schema" in source.content]
    with transaction(engine) as connection:
        others = [source for source in sources if source not in claims]
        list(decide(Inbox(connection), house, others, region.received_on))
        inbox = Inbox(connection)
        list(decide(inbox, house, claims, region.received_on))
    assert inbox.statements <= _MOST_STATEMENTS * len(claims)


def test_a_large_message_is_decided_alone_and_nothing_is_left_out() -> None:
    sizes = [10, 2**23, 10, 2**22, 2**22, 10]
    sources = [Source(str(number), b"x" * size) for number, size in enumerate(sizes)]
    found = [[source.name for source in portion] for portion in portions(sources)]
    assert found == [["0"], ["1"], ["2", "3"], ["4", "5"]]
    assert list(portions([])) == []
