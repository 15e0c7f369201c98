"""Whatever is claimed, credited, decided and paid: cases hold no more than lies above the ceiling."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from schemas.batch import Batch, Blocked, NotClosed
from store.ceiling_reviews import RECOVER, decide, held_for_review, reviews
from store.ceilings import uses
from store.database import open_store, transaction
from store.inbox import Inbox
from store.registers import load
from streams.close import close
from tests.ceilings.world import BSNS, OAK, TOWN, World, ceiling

DAY = date(2026, 3, 5)
STOP = {"stop": "S", "agb": OAK, "ground": "CEILING", "valid_from": date(2026, 1, 1)}
NEW, RUNNING = date(2026, 1, 5), date(2025, 11, 1)

claims = st.tuples(st.just("claim"), st.integers(1, 900), st.booleans())
credits = st.tuples(st.just("credit"), st.integers(0, 20), st.integers(0, 600))
decisions = st.tuples(st.just("decide"), st.integers(0, 20), st.sampled_from(["PAY", "RECOVER"]))
addenda = st.tuples(st.just("addendum"), st.integers(200, 2_000), st.sampled_from(["CEILING", "INDICATION"]))
batches = st.tuples(st.just("batch"), st.none(), st.none())
Step = tuple[str, Any, Any]


class Story:
    """One ceiling of 1,000; every line on an allocation of its own."""

    def __init__(self, engine: Engine | None = None) -> None:
        self.versions = [ceiling("P", 1_000)]
        self.world = World(self.versions, [STOP], engine)
        self.lines: list[dict[str, Any]] = []
        self.allocations = 0
        self.paid_cents = 0

    def debit(self, euros: int, *, new: bool) -> dict[str, Any]:
        """A line of January for a client who is new, or was there before the stop."""
        self.allocations += 1
        bsn = BSNS[1 if new else 0]
        self.world.allocate(self.allocations, bsn=bsn, start=NEW if new else RUNNING)
        return self.world.line(euros, 1, allocation=self.allocations, bsn=bsn, first=5 if new else 1)

    def take(self, step: Step) -> None:
        """Do one thing."""
        kind, first, second = step
        match kind:
            case "claim":
                self.lines.append(self.debit(first, new=second))
                self.world.claim(self.lines[-1], received_on=DAY)
            case "credit" if self.lines:
                wrong = self.lines.pop(first % len(self.lines))
                sent = [self.world.line(0, credits=wrong)]
                if second:
                    self.lines.append(self.debit(second, new=True))
                    sent.append(self.lines[-1])
                self.world.claim(*sent, received_on=DAY)
            case "decide" if cases := [case for case in self.cases() if case.decision is None]:
                with transaction(self.world.engine) as connection:
                    decide(connection, [cases[first % len(cases)].id], second, DAY, None)
            case "addendum":
                changed = ceiling("P", first, version=len(self.versions) + 1, kind=second)
                self.versions = [row | {"kind": second} for row in self.versions] + [changed]
                self.world.agree(self.versions)
            case "batch":
                with transaction(self.world.engine) as connection:
                    closed = close(connection, load(connection), TOWN, DAY)
                self.paid_cents += closed.total_cents if isinstance(closed, Batch) else 0

    def cases(self) -> list[Any]:
        """Every case there is."""
        with transaction(self.world.engine) as connection:
            return reviews(connection)

    def check(self) -> None:
        """What open cases hold is no more than the overshoot that is left, and no cent goes astray."""
        with transaction(self.world.engine) as connection:
            use = uses(Inbox(connection)).get(("P", 2026))
            held = held_for_review(connection, TOWN, DAY).get(OAK, [])
            closed = close(connection, load(connection), TOWN, DAY)
            connection.rollback()
        assert not isinstance(closed, NotClosed)
        granted_cents = sum(line["amount_cents"] for line in self.lines)
        used_cents = 0 if use is None else use.used_cents
        assert used_cents == granted_cents
        overshoot_cents = max(0, used_cents - self.versions[-1]["amount_cents"])
        if self.versions[-1]["kind"] == "INDICATION":
            overshoot_cents = 0
        waiting = {case.reference: case.held_cents for case in self.cases() if case.decision is None}
        open_cents = sum(waiting.values())
        assert 0 <= open_cents <= overshoot_cents
        assert waiting.keys() <= {line["reference"] for line in self.lines}
        assert _sum(held, "CEILING_REVIEW") == open_cents
        recovered_cents = _sum(held, "CEILING_RECOVERY")
        assert open_cents == 0 or open_cents + recovered_cents <= overshoot_cents
        payable_cents = closed.total_cents if isinstance(closed, Batch) else 0
        blocked_cents = sum(each.amount_cents for each in closed.blocked)
        carried_cents = sum(each.amount_cents for each in closed.carried_forward)
        assert payable_cents + blocked_cents + carried_cents == granted_cents - self.paid_cents
        if not self.paid_cents:
            assert blocked_cents == open_cents + recovered_cents
            assert payable_cents + open_cents + recovered_cents == granted_cents


def _sum(held: list[Blocked], reason: str) -> int:
    return sum(each.amount_cents for each in held if each.reason == reason)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(claims, claims, credits, decisions, addenda, batches), min_size=2, max_size=10))
@example([("claim", 1_000, False), ("claim", 400, True), ("credit", 0, 700)])
@example([("claim", 900, False), ("claim", 400, True), ("claim", 200, True), ("addendum", 1_250, "CEILING")])
def test_cases_hold_no_more_than_the_overshoot(steps: list[Step]) -> None:
    story = Story()
    for step in steps:
        story.take(step)
        story.check()


def _told(story: Story) -> list[tuple[int, int, str | None]]:
    return [(case.above_cents // 100, case.held_cents // 100, case.decision) for case in story.cases()]


def test_room_goes_to_the_oldest_case_first(store_url: str) -> None:
    """1,000 of room; 900 running, then 300, 200 and 100 of new clients; then 250 of the 900 is credited."""
    story = Story(open_store(store_url))
    for step in (("claim", 650, False), ("claim", 250, False), ("claim", 300, True)):
        story.take(step)
    story.take(("claim", 200, True))
    story.take(("claim", 100, True))
    assert _told(story) == [(200, 200, None), (200, 200, None), (100, 100, None)]
    story.take(("credit", 1, 0))
    assert _told(story) == [(200, 0, "BELOW"), (200, 150, None), (100, 100, None)]
    story.check()


def test_many_cases_of_one_message(store_url: str) -> None:
    """More lines than one statement takes; then room for all but the last of them, and a part of that."""
    story = Story(open_store(store_url))
    story.take(("claim", 800, False))
    story.take(("claim", 200, False))
    lines = [story.debit(10, new=True) for _ in range(70)]
    story.lines += lines
    story.world.claim(*lines, received_on=DAY)
    assert _told(story) == [(10, 10, None)] * 70
    story.check()
    story.take(("addendum", 1_694, "CEILING"))
    assert _told(story) == [(10, 0, "BELOW")] * 69 + [(10, 6, None)]
    story.check()


@pytest.mark.parametrize("decision", ["PAY", RECOVER])
def test_what_people_decided_stays(decision: str) -> None:
    """A case that was decided is not opened again; what is recovered is part of the overshoot."""
    story = Story()
    for step in (("claim", 600, False), ("claim", 400, False), ("claim", 300, True), ("claim", 200, True)):
        story.take(step)
    story.take(("decide", 0, decision))
    story.take(("credit", 1, 0))
    assert _told(story) == [
        (300, 300, decision),
        (200, 0, "BELOW") if decision == RECOVER else (200, 100, None),
    ]
    story.check()
