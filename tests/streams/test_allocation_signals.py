"""What is odd in a 301 that no rule refuses is told, once, and the 301 is taken in all the same."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

from desk.synthetic.region import make_region, months_from
from desk.synthetic.register import register_rows
from desk.synthetic.wire import Person, allocation_xml
from rules.facts import Choices
from schemas.allocation import Allocation, Size
from schemas.notice import Signal
from schemas.standard import Domain
from store.database import open_store, transaction
from store.inbox import Inbox
from store.outbox import all_signals
from store.registers import import_register, save
from streams.group import decide, refresh
from streams.house import House
from streams.sources import Source
from tests.crash.scenario import BSNS, DAY, allocation, declaration, line, write_register
from tests.simulation.wire import Message, bytes_of

_DAY = date(2026, 3, 2)
_REGION = make_region(Random(4), municipalities=1, lines=200, months=months_from(date(2026, 3, 1), 1))
_PERSON = Person(
    "999900006", "Jansen", "J", date(2012, 5, 4), "1", "Dorpsstraat", 1, "1234AB", "Huizen", "0612345678"
)
_FIRST = Allocation(
    700_001, _PERSON.bsn, "45", "45A04", Size(4, "04", "4"), None, date(2026, 1, 1), None, None,
    "2025-12-01T10:00:00",
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"change_reason": "13"}, [("deletion_without_end", "13", "2026-01-01")]),
        ({"change_reason": "13", "end": date(2026, 1, 1)}, []),
        ({"change_reason": "12", "end": date(2026, 6, 30)}, []),
        ({"size": Size(240, "01", "4")}, [("size_changed", "01/4", "04/4")]),
        ({"size": Size(4, "04", "6"), "end": date(2026, 6, 30)}, [("size_changed", "04/6", "04/4")]),
        ({"size": Size(9, "04", "4")}, []),
    ],
)
def test_a_change_that_the_standard_forbids_is_told(
    change: dict[str, object], told: list[tuple[str, str, str]]
) -> None:
    later = _FIRST._replace(decided_at="2026-02-01T10:00:00", **change)  # type: ignore[arg-type]  # by name
    town = _REGION.towns[0].code
    provider = next(found for found in _REGION.providers if Domain.JW in found.domains).agb
    sources = [
        Source(
            f"{n}.xml",
            allocation_xml(Domain.JW, town, provider, f"M{n}", _DAY, person=_PERSON, allocations=[one]),
        )
        for n, one in enumerate((_FIRST, later))
    ]
    engine, house = open_store("sqlite://"), House(Choices())
    with transaction(engine) as connection:
        save(connection, register_rows(_REGION), "2026-01-01", 0)
        refresh(house, connection)
        inbox = Inbox(connection)
        assert [o.outcome for o in decide(inbox, house, sources, _DAY)] == ["stored", "stored"]
        signals = list(all_signals(inbox))
    assert [(s.kind, s.found, s.expected) for s in signals] == told
    assert {s.reference for s in signals} <= {"700001"}


def _decided(url: str, folder: Path, messages: list[Message]) -> tuple[list[tuple[str, int]], list[Signal]]:
    """Outcome and number of rejected lines of these messages, and the signals of all of them."""
    engine, house = open_store(url), House(Choices())
    with transaction(engine, alone=True) as connection:
        import_register(connection, write_register(folder), recorded_at="2026-01-01", after_message=0)
    with transaction(engine) as connection:
        refresh(house, connection)
        inbox = Inbox(connection)
        sources = [Source(str(n), bytes_of(message)) for n, message in enumerate(messages)]
        outcomes = [(o.outcome, o.rejected) for o in decide(inbox, house, sources, DAY)]
        return outcomes, list(all_signals(inbox))


_ASPECIFIC = {"code": None, "volume": None, "unit": None, "frequency": None, "budget": 93_450}
_TOTAL = {"volume": 10, "frequency": "6"}


@pytest.mark.parametrize(
    ("first", "change", "told"),
    [
        ({}, {"end": date(2026, 3, 31)}, []),
        ({}, {"end": date(2026, 3, 30)}, [("2026-03-30", ">= 2026-03-31")]),
        ({}, {"end": date(2026, 3, 30), "decided_at": "2025-11-01T12:00:00"}, []),
        ({}, {"volume": 1}, []),
        (_TOTAL, {"volume": 10}, []),
        (_TOTAL, {"volume": 9}, [("9 ⟨unit_04⟩", ">= 10 ⟨unit_04⟩")]),
        (_ASPECIFIC, {"budget": 93_450}, []),
        (_ASPECIFIC, {"budget": 93_449}, [("€ 934,49", ">= € 934,50")]),
        (
            _ASPECIFIC,
            {"budget": 1, "end": date(2026, 3, 1)},
            [("2026-03-01", ">= 2026-03-31"), ("€ 0,01", ">= € 934,50")],
        ),
    ],
)
def test_a_change_that_takes_the_ground_from_under_claimed_care_is_told(
    tmp_path: Path, store_url: str, first: dict[str, Any], change: dict[str, Any], told: list[tuple[str, str]]
) -> None:
    changed = allocation(1, BSNS[0], **{**first, "decided_at": "2025-12-15T12:00:00", **change})
    messages = [
        allocation(1, BSNS[0], **first),
        declaration("D1", line("R1", 1, BSNS[0])),
        changed | {"identification": "T9"},
    ]
    outcomes, signals = _decided(store_url, tmp_path / "register", messages)
    assert outcomes == [("stored", 0), ("answered", 0), ("stored", 0)]
    assert [(s.found, s.expected) for s in signals] == told
    assert {(s.kind, s.reference) for s in signals} <= {("claimed_care_cut", "1")}


def test_a_line_of_nothing_is_claimed_care_too(tmp_path: Path, store_url: str) -> None:
    """Without volume and amount nothing is counted, but TR385 asks for lines."""
    deleted = allocation(1, BSNS[0], decided_at="2025-12-15T12:00:00", reason="13", end=date(2026, 1, 1))
    messages = [
        allocation(1, BSNS[0]),
        declaration("D1", line("R1", 1, BSNS[0], 0)),
        deleted | {"identification": "T9"},
    ]
    outcomes, _ = _decided(store_url, tmp_path / "register", messages)
    assert outcomes == [("stored", 0), ("answered", 0), ("refused", 0)]
