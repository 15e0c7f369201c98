"""Records of a topic as values, and the decision of a group of them in one transaction.

The database decides what was handled: a record behind `progress` is done, one ahead of it is a gap.
"""

from __future__ import annotations

import hashlib
import json
import logging
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from time import perf_counter
from typing import Final, NamedTuple

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from schemas.envelope import BadEnvelope, Envelope, key_of, key_of_unknown, read_envelope
from schemas.notice import notice_to_json
from schemas.xml.fault import Fault, quarantined
from store.database import StoreUnavailable, transaction
from store.dispatch import Caused, dispatch_body, dispatch_messages
from store.inbox import Inbox
from store.outbox import notices
from store.parking import Parked, block, lock_blocked, park
from store.progress import Arrival, Place, lock_progress, read_arrivals, save_arrivals, save_progress
from streams.crash import point
from streams.group import decide_one, refresh, without_collector
from streams.house import House
from streams.outcome import Outcome
from streams.sources import Source
from streams.topology import NOTICES, QUARANTINE

log = logging.getLogger("declastroom.worker")

_OF_THE_MESSAGE: Final = {"IntegrityError", "DataError", "ProgrammingError", "NotSupportedError"}


class Record(NamedTuple):
    """A record as it lies on a topic."""

    place: Place
    offset: int
    key: str | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    written_ms: int | None = None


class Handled(NamedTuple):
    """What became of one record, and how long it took; no outcome: it waits behind another one."""

    record: Record
    sha256: str
    outcome: Outcome | None
    seconds: float


class Decided(NamedTuple):
    """What became of a group: records that are done, and per partition where the gap is."""

    done: list[Record]
    poisoned: int
    parked: int
    gaps: dict[Place, tuple[int, int]]
    handled: list[Handled]


class Failed(Exception):
    """A record could not be decided through a defect of ours; nothing of its group was kept."""

    def __init__(self, record: Record, where: str) -> None:
        super().__init__(where)
        self.record, self.where = record, where


class LogReplaced(Exception):
    """A topic holds other records than those handled under the same offsets: it was made anew."""


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
        group.blocked = lock_blocked(connection, {_key(record) for record in records})
        gaps: dict[Place, tuple[int, int]] = {}
        done: list[Record] = []
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
                group.decide(record)
                progress[record.place] = moved[record.place] = record.offset + 1
            done.append(record)
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

    def decide(self, record: Record) -> None:
        """Decide one record, or let it wait behind one that could not be decided."""
        if record.value is None:
            self.arrivals.append(Arrival(record.place, record.offset, None, "null"))
            return
        began = perf_counter()
        sha256 = hashlib.sha256(record.value).hexdigest()
        envelope, fault = _envelope(record)
        received_on = envelope.received_on or self._today
        file = envelope.file or f"{record.place.topic}/{record.place.partition}/{record.offset}"
        key = _key(record)
        if key in self.blocked:
            waiting = Parked(key, record.place, record.offset, file, received_on, record.value)
            park(self.inbox.connection, waiting)
            self.parked += 1
            self.arrivals.append(Arrival(record.place, record.offset, sha256, None))
            self.handled.append(Handled(record, sha256, None, perf_counter() - began))
            return
        source = Source(file, record.value, sha256, fault)
        outcome = self._try(record, source, received_on)
        if outcome.reason == "defect":
            self._set_aside(record, outcome, record.value)
        self.arrivals.append(Arrival(record.place, record.offset, sha256, outcome_json(outcome)))
        self.caused += caused_by(self.inbox, outcome, key)
        self.handled.append(Handled(record, sha256, outcome, perf_counter() - began))

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
        if not _belongs(outcome, record.key):
            self.inbox.roll_back("record")
            found = source._replace(fault=quarantined("key-mismatch", None, "municipality|provider"))
            return decide_one(self.inbox, self._house, found, received_on)
        self.inbox.execute("RELEASE SAVEPOINT record")
        return outcome

    def _set_aside(self, record: Record, outcome: Outcome, value: bytes) -> None:
        """Let what follows of the key wait, so that its order holds when the defect is mended."""
        key = _key(record)
        connection = self.inbox.connection
        block(connection, key, record.place, record.offset, outcome.reason or "")
        dispatch_body(connection, QUARANTINE.name, outcome.sha256, key, value)
        self.blocked.add(key)
        self.poisoned += 1


def caused_by(inbox: Inbox, outcome: Outcome, key: str) -> list[Caused]:
    """What must be published of an outcome; a notice goes into the queue here and now."""
    if outcome.message_id is not None:
        return [Caused(outcome.message_id, outcome.sha256, key)]
    for notice in notices(inbox, [outcome.sha256]):
        body = notice_to_json(notice).encode()
        dispatch_body(inbox.connection, NOTICES.name, outcome.sha256, key, body)
    return []


def outcome_json(outcome: Outcome) -> str:
    """An outcome as it is kept beside the record that had it."""
    return json.dumps(outcome._asdict(), ensure_ascii=False)


def outcome_from_json(text: str) -> Outcome:
    """The outcome that was kept."""
    return Outcome(**json.loads(text))


def is_unavailable(error: Exception, failures: Collection[type[Exception]]) -> bool:
    """Whether the store failed, rather than refused what it was given."""
    names = {kind.__name__ for each in (error, getattr(error, "orig", None)) for kind in type(each).__mro__}
    return isinstance(error, (*failures, DBAPIError)) and not names & _OF_THE_MESSAGE


def where_in_the_program(error: Exception) -> str:
    """Where a defect showed; never what was in the message."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {place.name}, line {place.lineno}"


def _key(record: Record) -> str:
    if record.key is not None:
        return record.key
    return key_of_unknown(hashlib.sha256(record.value or b"").hexdigest())


def _envelope(record: Record) -> tuple[Envelope, Fault | None]:
    try:
        return read_envelope(record.headers), None
    except BadEnvelope as bad:
        return Envelope(None, None), quarantined("unknown-envelope", str(bad))


def _belongs(outcome: Outcome, key: str | None) -> bool:
    """Whether a message came under the key of its own parties; else its order would not be kept."""
    if outcome.type is None:
        return True
    municipality, provider = outcome.receiver, outcome.sender
    if outcome.type.endswith("301"):
        municipality, provider = provider, municipality
    expected = key_of(municipality, provider)
    return expected is None or expected == key


def _hold_the_same(group: _Group, earlier: list[Record]) -> None:
    """Records handled before must be those that lie there now. Raises LogReplaced."""
    known = read_arrivals(group.inbox.connection, [(r.place, r.offset) for r in earlier]) if earlier else {}
    for record in earlier:
        before = known.get((record.place, record.offset))
        sha256 = None if record.value is None else hashlib.sha256(record.value).hexdigest()
        if before is not None and before.sha256 != sha256:
            raise LogReplaced(f"{record.place.topic}/{record.place.partition} at {record.offset}")
