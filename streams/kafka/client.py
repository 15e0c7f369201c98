"""Bring messages in through a broker, wait for what becomes of them, and hand it over as files."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from sqlalchemy import Engine

from processors.wording import Lang
from schemas.envelope import key_of, key_of_unknown, received_headers
from schemas.xml.fault import Fault, fault_of_message
from schemas.xml.gate import admit
from store.database import StoreUnavailable, transaction, trial
from store.dispatch import dispatch_messages, record_id
from store.inbox import Inbox
from store.progress import Arrival, Place, read_arrivals_since
from streams.attempts import persist
from streams.files import File
from streams.group import decide_one, refresh
from streams.handover import Handover
from streams.house import House
from streams.kafka.records import caused_by, outcome_from_json
from streams.kafka.topics import BrokerUnavailable, received_topic
from streams.kafka.wire import client_options
from streams.outcome import Outcome
from streams.settings import Settings
from streams.sources import Source
from streams.topology import LARGEST_RECORD, RECEIVED

_LOOK_EVERY: Final = 0.05
_AT_ONCE: Final = 500


class NotHandled(Exception):
    """No worker handled what was published, for a while. It is on its topic and loses nothing."""


def process_via_kafka(
    engine: Engine, house: House, settings: Settings, out: Path | None, lang: Lang,
    sources: Iterable[Source], received_on: date, patience: float, tell: Callable[[int], object],
) -> list[Outcome]:  # fmt: skip
    """Publish messages in order, wait for their outcomes, and write the files an embedded run writes.

    `patience`: seconds without any outcome before giving up. Raises NotHandled and BrokerUnavailable.
    """
    sent = asyncio.run(_publish(engine, house, settings, sources, received_on))
    handover = Handover(engine, house, out, lang)
    outcomes: list[Outcome] = []
    for some in _outcomes(engine, sent, patience, tell):
        read = partial(_files, engine, house, handover, some)
        files = persist(read, settings.patience_seconds)
        handover.add(some)
        handover.write(files)
        outcomes += some
    persist(handover.finish, settings.patience_seconds)
    return outcomes


def _files(engine: Engine, house: House, handover: Handover, outcomes: Iterable[Outcome]) -> list[File]:
    with transaction(engine) as connection:
        refresh(house, connection)
        ids = [o.message_id for o in outcomes if o.message_id is not None]
        return handover.answers(Inbox(connection), ids)


def key_of_content(content: bytes, sha256: str) -> str:
    """The key of a message: of its parties, as far as its header names them."""
    admitted = admit(content)
    known = admitted
    if not isinstance(admitted, Fault):
        known = fault_of_message("quarantined", "", admitted.root, admitted.message_type)
    assert isinstance(known, Fault)
    municipality, provider = known.receiver, known.sender
    if known.message_type is not None and known.message_type.number == "301":
        municipality, provider = provider, municipality
    return key_of(municipality, provider) or key_of_unknown(sha256)


async def _publish(
    engine: Engine, house: House, settings: Settings, sources: Iterable[Source], received_on: date
) -> list[tuple[Place, int] | Outcome]:
    """Where each message went. One that was unusable before anybody could read it is sealed here."""
    producer = AIOKafkaProducer(
        **client_options(settings), enable_idempotence=True, acks="all", compression_type="zstd",
        max_request_size=LARGEST_RECORD + 2**20,
    )  # fmt: skip
    placed: list[Any] = []
    try:
        await producer.start()
        for source in sources:
            if source.fault is not None:
                placed.append(_seal(engine, house, source, received_on))
                continue
            sha256 = hashlib.sha256(source.content).hexdigest()
            headers = received_headers(record_id(sha256, RECEIVED.name, 0), sha256, source.name, received_on)
            placed.append(
                await producer.send(
                    received_topic(settings), value=source.content,
                    key=key_of_content(source.content, sha256).encode(), headers=headers,
                )
            )  # fmt: skip
        await producer.flush()
        return [await each if isinstance(each, asyncio.Future) else each for each in placed]
    except (KafkaError, OSError) as error:
        raise BrokerUnavailable(f"the broker is not available: {type(error).__name__}") from error
    finally:
        await producer.stop()


def _seal(engine: Engine, house: House, source: Source, received_on: date) -> Outcome:
    with transaction(engine) as connection:
        refresh(house, connection)
        inbox = Inbox(connection)
        outcome = decide_one(inbox, house, source, received_on)
        dispatch_messages(connection, caused_by(inbox, outcome, key_of_unknown(outcome.sha256)))
    return outcome


def _outcomes(
    engine: Engine, sent: list[Any], patience: float, tell: Callable[[int], object]
) -> Iterator[list[Outcome]]:
    """What became of them in the order in which they were sent, as soon as nothing before is open."""
    found: dict[int, Outcome] = {}
    open_ones: dict[tuple[Place, int], int] = {}
    for number, each in enumerate(sent):
        if isinstance(each, Outcome):
            found[number] = each
        else:
            open_ones[Place(each.topic, each.partition), each.offset] = number
    first, latest = 0, time.monotonic()
    while first < len(sent):
        arrivals = _look(engine, open_ones)
        answered = arrivals.keys() & open_ones.keys()
        for record in answered:
            arrival = arrivals[record]
            found[open_ones.pop(record)] = _outcome(arrival.outcome, arrival.sha256 or "")
        some = [found[number] for number in takewhile(found.__contains__, range(first, first + _AT_ONCE))]
        if some:
            yield some
            first += len(some)
        if answered or some:
            tell(len(found))
            latest = time.monotonic()
        elif time.monotonic() - latest > patience:
            raise NotHandled(f"{len(open_ones)} messages wait on their topic: is there a worker?")
        else:
            time.sleep(_LOOK_EVERY)


def _look(engine: Engine, records: Iterable[tuple[Place, int]]) -> dict[tuple[Place, int], Arrival]:
    """What became of these, and of those behind the first of them; nothing while the database is away."""
    first: dict[Place, int] = {}
    for place, offset in records:
        first[place] = min(offset, first.get(place, offset))
    if not first:
        return {}
    try:
        with trial(engine) as connection:
            return read_arrivals_since(connection, first)
    except StoreUnavailable:
        return {}


def _outcome(text: str | None, sha256: str) -> Outcome:
    if text is not None:
        return outcome_from_json(text)
    return Outcome("", sha256, None, None, None, None, "parked", reason="waits for its key")
