"""Any sequence of starts, stops and removals follows the state model of delivery.

none -305-> running -307 reason 20-> paused -305-> running; running or paused -307 other reason-> ended;
ended -305-> running. A removal leads back to the state before what is removed.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from processors.assess_delivery import apply_delivery, assess_delivery_message
from rules.catalogue import discover
from rules.facts import KnownDelivery
from schemas.delivery import Delivery
from tests.rules.care_messages import delivery_message

CATALOGUE = discover()
FIRST_DAY = date(2026, 3, 1)
DAYS = st.integers(min_value=0, max_value=4)
DEFINITIVE = "31"
PAUSE = "20"


class DeliveryOfOneAllocation(RuleBasedStateMachine):
    """The model remembers only the path: events that count, newest last, as (state after, event)."""

    def __init__(self) -> None:
        super().__init__()
        self.path: list[tuple[str, dict[str, Any]]] = []
        self.starts: list[KnownDelivery] = []
        self.stops: list[KnownDelivery] = []
        self.row = 0

    @property
    def state(self) -> str:
        return self.path[-1][0] if self.path else "none"

    def begins(self) -> set[date]:
        return {event["begin"] for _, event in self.path}

    def send(self, message: str, product: dict[str, Any]) -> bool:
        """Send one product; store it when accepted."""
        header = {"dated_on": date(2026, 12, 1), "received_on": date(2026, 12, 1)}
        sent, facts = delivery_message(message, {"products": [product], "header": header})
        facts.starts, facts.stops = list(self.starts), list(self.stops)
        if not assess_delivery_message(sent, facts, CATALOGUE).accepted:
            return False
        changes = apply_delivery(sent, facts)
        self.starts = [k for k in self.starts if k.row not in changes.removed]
        self.stops = [k for k in self.stops if k.row not in changes.removed]
        for added in changes.added:
            self.row += 1
            known: list[KnownDelivery] = self.stops if added.is_stop else self.starts
            known.append(KnownDelivery(self.row, added))
        return True

    @initialize()
    def first_start(self) -> None:
        self.start(0)

    @rule(day=DAYS)
    def start(self, day: int) -> None:
        begin = FIRST_DAY + timedelta(days=day)
        accepted = self.send("JW305", {"begin": begin})
        assert accepted == (self.state != "running" and begin not in self.begins())
        if accepted:
            self.path.append(("running", {"begin": begin}))

    @precondition(lambda self: self.path)
    @rule(reason=st.sampled_from([PAUSE, DEFINITIVE]), days=st.integers(-2, 4))
    def stop_what_came_last(self, reason: str, days: int) -> None:
        """Stop the newest series, around the day of its newest event."""
        newest = self.path[-1][1]
        self.stop(reason, newest["begin"], newest.get("end", newest["begin"]) + timedelta(days=days))

    @rule(reason=st.sampled_from([PAUSE, DEFINITIVE]), begin_day=DAYS, end_day=DAYS)
    def stop_any(self, reason: str, begin_day: int, end_day: int) -> None:
        """Stop a series that may or may not exist."""
        self.stop(reason, FIRST_DAY + timedelta(days=begin_day), FIRST_DAY + timedelta(days=end_day))

    def stop(self, reason: str, begin: date, end: date) -> None:
        event = {"begin": begin, "end": end, "reason": reason}
        accepted = self.send("JW307", event)
        series = [(state, earlier) for state, earlier in self.path if earlier["begin"] == begin]
        assert accepted == (end >= begin and self.may_stop(series, reason, end))
        if accepted and begin == self.path[-1][1]["begin"]:
            self.path.append(("paused" if reason == PAUSE else "ended", event))
        elif accepted:  # a definitive stop for an earlier, paused series: the current state stays
            place = max(n for n, (_, earlier) in enumerate(self.path) if earlier["begin"] == begin)
            self.path.insert(place + 1, ("ended", event))

    @staticmethod
    def may_stop(series: list[tuple[str, dict[str, Any]]], reason: str, end: date) -> bool:
        if not series:
            return False
        state, last = series[-1]
        if state == "paused":
            return reason != PAUSE and end >= last["end"]
        return state == "running"

    @precondition(lambda self: len(self.path) > 1)
    @rule()
    def remove_latest(self) -> None:
        """Take back the newest event."""
        state, event = self.path.pop()
        message = "JW305" if state == "running" else "JW307"
        assert self.send(message, {**event, "status": "3"})

    @rule(day=DAYS)
    def remove_a_start(self, day: int) -> None:
        begin = FIRST_DAY + timedelta(days=day)
        series = [state for state, event in self.path if event["begin"] == begin]
        accepted = self.send("JW305", {"begin": begin, "status": "3"})
        assert accepted == (series == ["running"])
        if accepted:
            self.path = [step for step in self.path if step[1]["begin"] != begin]

    @invariant()
    def what_is_known_is_what_the_model_remembers(self) -> None:
        assert {_event(k.delivery) for k in (*self.starts, *self.stops)} == {
            (e["begin"], e.get("end"), e.get("reason")) for _, e in self.path
        }
        assert len(self.starts) + len(self.stops) == len(self.path)

    @invariant()
    def at_most_one_start_is_current(self) -> None:
        stopped = {stop.delivery.begin for stop in self.stops}
        current = [start for start in self.starts if start.delivery.begin not in stopped]
        assert len(current) == (1 if self.state == "running" else 0)


def _event(delivery: Delivery) -> tuple[date, date | None, str | None]:
    return delivery.begin, delivery.end, delivery.end_reason


DeliveryOfOneAllocation.TestCase.settings = settings(
    max_examples=150, stateful_step_count=25, deadline=None, derandomize=True
)
TestDeliveryOfOneAllocation = DeliveryOfOneAllocation.TestCase
