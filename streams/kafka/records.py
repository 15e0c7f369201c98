"""Records of a topic as values, and what became of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import NamedTuple

from schemas.envelope import BadEnvelope, Envelope, key_of, key_of_unknown, read_envelope
from schemas.notice import notice_to_json
from schemas.numbers import without_bsn
from schemas.xml.fault import Fault, quarantined
from store.dispatch import Caused, dispatch_body
from store.inbox import Inbox
from store.outbox import notices
from store.progress import Place
from streams.outcome import Outcome
from streams.sources import Source
from streams.topology import NOTICES


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


def key_of_record(record: Record) -> str:
    """The key of a record, or one made for it when it has none."""
    if record.key is not None:
        return record.key
    return key_of_unknown(hashlib.sha256(record.value or b"").hexdigest())


def envelope_of(record: Record) -> tuple[Envelope, Fault | None]:
    """What the headers say, or what is wrong with them."""
    try:
        return read_envelope(record.headers), None
    except BadEnvelope as bad:
        return Envelope(None, None), quarantined("unknown-envelope", str(bad))


def source_of(record: Record, envelope: Envelope, fault: Fault | None) -> Source:
    """The message of a record that has one."""
    value = record.value or b""
    named = None if envelope.file is None else without_bsn(envelope.file)
    file = named or f"{record.place.topic}/{record.place.partition}/{record.offset}"
    return Source(file, value, hashlib.sha256(value).hexdigest(), fault)


def belongs(outcome: Outcome, key: str | None) -> bool:
    """Whether a message came under the key of its own parties; else its order would not be kept."""
    if outcome.type is None:
        return True
    municipality, provider = outcome.receiver, outcome.sender
    if outcome.type.endswith("301"):
        municipality, provider = provider, municipality
    expected = key_of(municipality, provider)
    return expected is None or expected == key
