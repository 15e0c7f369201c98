"""Publishes what waits in the database: in order per shard, at least once, under ids that stay the same."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError
from sqlalchemy import Engine

from schemas.envelope import sent_headers
from store.announcements import announce, unannounced
from store.database import StoreUnavailable, transaction, trial
from store.dispatch import SHARDS, Waiting, drop_leases, published, set_aside, take_lease, waiting
from streams.crash import point
from streams.kafka.condition import Condition
from streams.kafka.poison import waits
from streams.kafka.wire import client_options
from streams.settings import Settings
from streams.topology import BY_NAME, LARGEST_PLAIN

log = logging.getLogger("declastroom.relay")

_ROUND: Final = 500
_ROUND_BYTES: Final = 32 * 2**20
_LEASE_MS: Final = 15_000
_ASK_MS: Final = 1_000
_IDLE: Final = 0.05
_ANNOUNCE_EVERY: Final = 1.0
_CONTENT_TYPES: Final = {"XML": "application/xml", "JSON": "application/json", "bytes": "application/xml"}
_TOO_LARGE: Final = (MessageSizeTooLargeError, RecordListTooLargeError)


class _Told(NamedTuple):
    """What the broker said: it has these, it will never take these, and why others failed for now."""

    published: list[Waiting]
    refused: list[Waiting]
    failure: BaseException | None


class _Refused(Exception):
    """The producer numbered a record that the broker did not take: its numbers have a hole now."""


class Relay:
    """One publisher; several share the shards, so that each has one publisher at a time.

    `owner` names this process among them.
    """

    def __init__(self, engine: Engine, settings: Settings, condition: Condition, owner: str) -> None:
        self._engine = engine
        self._settings = settings
        self._condition = condition
        self._owner = owner
        self._leases = dict.fromkeys(range(SHARDS), 0)
        self._asked_ms = 0
        self._announced = 0.0
        self.stopping = asyncio.Event()

    async def run(self) -> None:
        """Publish until asked to stop; a broker or database that is away is waited for."""
        pauses = waits(0.1, 5)
        while not self.stopping.is_set():
            producer = AIOKafkaProducer(
                **client_options(self._settings), enable_idempotence=True, acks="all",
                compression_type="zstd", max_request_size=LARGEST_PLAIN,
            )  # fmt: skip
            try:
                await producer.start()
                self._condition.have("broker")
                pauses = waits(0.1, 5)
                await self._publish(producer)
            except _Refused:
                pass  # go on with a new producer
            except (KafkaError, StoreUnavailable, OSError) as error:
                self._condition.lack("broker", f"{type(error).__name__}: nothing is published")
                await self._pause(next(pauses))
            finally:
                await _close(producer)
        await self._leave()

    async def _publish(self, producer: Any) -> None:
        while not self.stopping.is_set():
            await self._announce()
            self._condition.decided.clear()
            rows = await asyncio.to_thread(self._waiting)
            if rows:
                await self._send_all(producer, rows)
            else:
                await self._idle()

    async def _announce(self) -> None:
        """Put what no message carries in the queue: whoever closes a batch need not know of a broker."""
        if time.monotonic() - self._announced < _ANNOUNCE_EVERY:
            return
        if await asyncio.to_thread(self._unannounced):
            await asyncio.to_thread(self._put_in_the_queue)
        self._announced = time.monotonic()

    async def _send_all(self, producer: Any, rows: list[Waiting]) -> None:
        point("relay-read")
        sent = [await self._send(producer, row) for row in rows]
        point("relay-sent")
        await producer.flush()
        results = await asyncio.gather(*sent, return_exceptions=True)
        point("relay-acknowledged")
        told = _told(rows, results)
        await asyncio.to_thread(self._mark, told)
        self._account_for(told)
        point("relay-marked")
        if told.refused:
            raise _Refused
        if told.failure is not None:
            raise told.failure  # what came after it of its key is published again, in order

    async def _send(self, producer: Any, row: Waiting) -> asyncio.Future[Any]:
        topic = BY_NAME[row.topic]
        try:
            future: asyncio.Future[Any] = await producer.send(
                topic.on_broker(self._settings.kafka_prefix),
                value=row.body,
                key=row.key.encode(),
                headers=sent_headers(row.record_id, row.causation_id, _CONTENT_TYPES[topic.value]),
            )
        except _TOO_LARGE as error:  # told before it is sent, or afterwards: the same to us
            future = asyncio.get_running_loop().create_future()
            future.set_exception(error)
        return future

    def _held(self) -> list[int]:
        """The shards that are ours for a while yet. Once in a second those are asked for that are not, or of
        which half the time has passed: a relay that only stands by costs next to nothing."""
        now = time.time_ns() // 1_000_000
        if now - self._asked_ms >= _ASK_MS:
            wanted = [shard for shard, until in self._leases.items() if until - now <= _LEASE_MS // 2]
            if wanted:
                with transaction(self._engine) as connection:
                    for shard in wanted:
                        taken = take_lease(connection, f"relay-{shard}", self._owner, now, now + _LEASE_MS)
                        self._leases[shard] = now + _LEASE_MS if taken else 0
            self._asked_ms = now
        return [shard for shard, until in self._leases.items() if until - now > _LEASE_MS // 3]

    def _unannounced(self) -> bool:
        with trial(self._engine) as connection:
            return bool(unannounced(connection))

    def _put_in_the_queue(self) -> None:
        with transaction(self._engine, alone=True) as connection:
            announce(connection)

    def _waiting(self) -> list[Waiting]:
        shards = self._held()
        if not shards:
            return []
        with trial(self._engine) as connection:
            return waiting(connection, shards, _ROUND, _ROUND_BYTES)

    def _mark(self, told: _Told) -> None:
        with transaction(self._engine) as connection:
            published(connection, [row.id for row in told.published])
            if told.refused:
                set_aside(connection, [row.id for row in told.refused], "too-large")

    def _account_for(self, told: _Told) -> None:
        for row in told.published:
            self._condition.meters.published.labels(row.topic).inc()
        for row in told.refused:
            log.error(
                "the broker refuses a record for good; it is set aside, see declastroom status",
                extra={"topic": row.topic, "sha256": row.causation_id, "reason": "too-large"},
            )

    async def _leave(self) -> None:
        try:
            await asyncio.to_thread(self._drop)
        except StoreUnavailable:
            log.warning("leases run out by themselves")

    def _drop(self) -> None:
        with transaction(self._engine) as connection:
            drop_leases(connection, self._owner)

    async def _idle(self) -> None:
        """Until this process decided something, or a moment: others decide too."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._condition.decided.wait(), _IDLE)

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return


def _told(rows: Sequence[Waiting], results: Sequence[object]) -> _Told:
    """Behind a record that failed, those of its key count as not sent: their order must hold."""
    out: list[Waiting] = []
    refused: list[Waiting] = []
    failed: dict[str, BaseException] = {}
    for row, result in zip(rows, results, strict=True):
        if isinstance(result, _TOO_LARGE):
            refused.append(row)
        elif isinstance(result, BaseException):
            failed.setdefault(row.key, result)
        elif row.key not in failed:
            out.append(row)
    return _Told(out, refused, next(iter(failed.values()), None))


async def _close(producer: Any) -> None:
    try:
        await asyncio.wait_for(producer.stop(), 10)
    except (KafkaError, OSError, TimeoutError):
        log.warning("the producer did not close in good order; what it had in hand is published again")
