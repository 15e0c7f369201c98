"""The decision of a group of records in one transaction.

The database decides what was handled: a record behind `progress` is done, one ahead of it is a gap.
"""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from time import perf_counter
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from schemas.xml.fault import quarantined
from store.database import StoreUnavailable, transaction
from store.dispatch import Caused, dispatch_body, dispatch_messages
from store.inbox import Inbox
from store.parking import Parked, block, lock_blocked, park
from store.progress import Arrival, Place, lock_progress, read_arrivals, save_arrivals, save_progress
from streams.crash import point
from streams.group import decide, decide_one, refresh, without_collector
from streams.house import House
from streams.kafka.records import (
    Decided,
    Failed,
    Handled,
    LogReplaced,
    Record,
    belongs,
    caused_by,
    envelope_of,
    key_of_record,
    outcome_json,
    source_of,
)
from streams.outcome import Outcome
from streams.sources import Source
from streams.topology import QUARANTINE

_OF_THE_MESSAGE: Final = {"IntegrityError", "DataError", "ProgrammingError", "NotSupportedError"}


def decide_records(
    engine: Engine,
    house: House,
    records: Sequence[Record],
    today: Callable[[], date],
    last_try: Mapping[tuple[Place, int], str | None],
) -> Decided:
    """Decide records in order in one transaction, which moves `progress` as well.

    `last_try` names records that are set aside if they fail again; with a text they are not even tried.
    Raises Failed, LogReplaced and StoreUnavailable; then nothing was kept.
    """
    point("received")
    with without_collector(), transaction(engine) as connection:
        progress = lock_progress(connection, [record.place for record in records])
        refresh(house, connection)
        group = _Group(Inbox(connection), house, today(), last_try)
        group.blocked = lock_blocked(connection, {key_of_record(record) for record in records})
        gaps: dict[Place, tuple[int, int]] = {}
        done: list[Record] = []
        fresh: list[Record] = []
        earlier: list[Record] = []
        moved: dict[Place, int] = {}
        for record in records:
            expected = progress[record.place]
            if record.offset > expected:
                gaps.setdefault(record.place, (expected, record.offset))
                continue
            if record.offset < expected:
                earlier.append(record)
            else:
                fresh.append(record)
                progress[record.place] = moved[record.place] = record.offset + 1
            done.append(record)
        group.decide_all(fresh)
        _hold_the_same(group, earlier)
        save_arrivals(connection, group.arrivals)
        dispatch_messages(connection, group.caused)
        save_progress(connection, moved)
        point("before-commit")
    point("committed")
    return Decided(done, group.poisoned, group.parked, gaps, group.handled)


class _Group:
    """Records being decided in one transaction."""

    def __init__(
        self, inbox: Inbox, house: House, today: date, last_try: Mapping[tuple[Place, int], str | None]
    ) -> None:
        self.inbox = inbox
        self.blocked: set[str] = set()
        self.arrivals: list[Arrival] = []
        self.caused: list[Caused] = []
        self.handled: list[Handled] = []
        self.poisoned = self.parked = 0
        self._house = house
        self._today = today
        self._last_try = last_try

    def decide_all(self, records: Sequence[Record]) -> None:
        """Decide records in order: together, unless there is something about one of them."""
        if self._last_try or len(records) == 1 or not self._decide_together(records):
            for record in records:
                self._decide(record)

    def _decide_together(self, records: Sequence[Record]) -> bool:
        """Whether all went well; if not, nothing was done."""
        began = perf_counter()
        envelopes = [envelope_of(record) for record in records]
        days = {envelope.received_on or self._today for envelope, _ in envelopes}
        if len(days) != 1 or any(r.value is None or key_of_record(r) in self.blocked for r in records):
            return False
        sources = [
            source_of(record, envelope, fault)
            for record, (envelope, fault) in zip(records, envelopes, strict=True)
        ]
        self.inbox.execute("SAVEPOINT records")
        try:
            outcomes = [*decide(self.inbox, self._house, sources, days.pop())]
        except StoreUnavailable:
            raise
        except Exception as error:  # one by one, its record will be known
            if is_unavailable(error, self.inbox.failures):
                raise
            self.inbox.roll_back("records")
            return False
        if any(o.reason == "defect" or not belongs(o, r.key) for o, r in zip(outcomes, records, strict=True)):
            self.inbox.roll_back("records")
            return False
        self.inbox.execute("RELEASE SAVEPOINT records")
        seconds = (perf_counter() - began) / len(records)
        for record, outcome in zip(records, outcomes, strict=True):
            self._count(record, outcome, seconds)
        return True

    def _decide(self, record: Record) -> None:
        """Decide one record, or let it wait behind one that could not be decided."""
        if record.value is None:
            self.arrivals.append(Arrival(record.place, record.offset, None, "null"))
            return
        began = perf_counter()
        envelope, fault = envelope_of(record)
        received_on = envelope.received_on or self._today
        source = source_of(record, envelope, fault)
        key = key_of_record(record)
        if key in self.blocked:
            waiting = Parked(key, record.place, record.offset, source.name, received_on, record.value)
            park(self.inbox.connection, waiting)
            self.parked += 1
            self.arrivals.append(Arrival(record.place, record.offset, source.sha256, None))
            self.handled.append(Handled(record, source.sha256, None, perf_counter() - began))
            return
        outcome = self._try(record, source, received_on)
        if outcome.reason == "defect":
            self._set_aside(record, outcome, record.value)
        self._count(record, outcome, perf_counter() - began)

    def _count(self, record: Record, outcome: Outcome, seconds: float) -> None:
        self.arrivals.append(Arrival(record.place, record.offset, outcome.sha256, outcome_json(outcome)))
        self.caused += caused_by(self.inbox, outcome, key_of_record(record))
        self.handled.append(Handled(record, outcome.sha256, outcome, seconds))

    def _try(self, record: Record, source: Source, received_on: date) -> Outcome:
        number = (record.place, record.offset)
        is_last = number in self._last_try
        untried = self._last_try.get(number)
        if untried is not None:
            source = source._replace(fault=quarantined("defect", untried))
        self.inbox.execute("SAVEPOINT record")
        try:
            outcome = decide_one(self.inbox, self._house, source, received_on)
        except StoreUnavailable:
            raise
        except Exception as error:  # a defect of ours must not stop the stream
            if is_unavailable(error, self.inbox.failures):
                raise
            if not is_last:
                raise Failed(record, where_in_the_program(error)) from error
            self.inbox.roll_back("record")
            fault = quarantined("defect", where_in_the_program(error))
            return decide_one(self.inbox, self._house, source._replace(fault=fault), received_on)
        if outcome.reason == "defect" and not is_last:
            raise Failed(record, "see the sealed message")
        if not belongs(outcome, record.key):
            self.inbox.roll_back("record")
            found = source._replace(fault=quarantined("key-mismatch", None, "municipality|provider"))
            return decide_one(self.inbox, self._house, found, received_on)
        self.inbox.execute("RELEASE SAVEPOINT record")
        return outcome

    def _set_aside(self, record: Record, outcome: Outcome, value: bytes) -> None:
        """Let what follows of the key wait, so that its order holds when the defect is mended."""
        key = key_of_record(record)
        connection = self.inbox.connection
        block(connection, key, record.place, record.offset, outcome.reason or "")
        dispatch_body(connection, QUARANTINE.name, outcome.sha256, key, value)
        self.blocked.add(key)
        self.poisoned += 1


def is_unavailable(error: Exception, failures: Collection[type[Exception]]) -> bool:
    """Whether the store failed, rather than refused what it was given."""
    names = {kind.__name__ for each in (error, getattr(error, "orig", None)) for kind in type(each).__mro__}
    return isinstance(error, (*failures, DBAPIError)) and not names & _OF_THE_MESSAGE


def where_in_the_program(error: Exception) -> str:
    """Where a defect showed; never what was in the message."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {place.name}, line {place.lineno}"


def _hold_the_same(group: _Group, earlier: list[Record]) -> None:
    """Records handled before must be those that lie there now. Raises LogReplaced."""
    known = read_arrivals(group.inbox.connection, [(r.place, r.offset) for r in earlier]) if earlier else {}
    for record in earlier:
        before = known.get((record.place, record.offset))
        sha256 = None if record.value is None else hashlib.sha256(record.value).hexdigest()
        if before is not None and before.sha256 != sha256:
            raise LogReplaced(f"{record.place.topic}/{record.place.partition} at {record.offset}")
