"""Publishes what waits in the database: in order per shard, at least once, under ids that stay the same."""

from __future__ import annotations

import asyncio
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
_IDLE: Final = 0.05
_ANNOUNCE_EVERY: Final = 1.0
_CONTENT_TYPES: Final = {"XML": "application/xml", "JSON": "application/json", "bytes": "application/xml"}
_TOO_LARGE: Final = (MessageSizeTooLargeError, RecordListTooLargeError)


class _Told(NamedTuple):
    """What the broker said of records in order, up to the first that failed for the time being."""

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
        self._leases: dict[int, int] = {}
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
            busy = False
            for shard in range(SHARDS):
                if await asyncio.to_thread(self._holds, shard):
                    busy |= await self._shard(producer, shard)
            if not busy:
                await self._pause(_IDLE)

    async def _announce(self) -> None:
        """Put what no message carries in the queue: whoever closes a batch need not know of a broker."""
        if time.monotonic() - self._announced < _ANNOUNCE_EVERY:
            return
        if await asyncio.to_thread(self._unannounced):
            await asyncio.to_thread(self._put_in_the_queue)
        self._announced = time.monotonic()

    async def _shard(self, producer: Any, shard: int) -> bool:
        rows = await asyncio.to_thread(self._waiting, shard)
        if not rows:
            return False
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
            raise told.failure  # what came after it is published again, in order
        return True

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

    def _holds(self, shard: int) -> bool:
        """Whether this shard is ours for the time being; asked for again when half of it has passed."""
        now = time.time_ns() // 1_000_000
        if self._leases.get(shard, 0) - now > _LEASE_MS // 2:
            return True
        with transaction(self._engine) as connection:
            taken = take_lease(connection, f"relay-{shard}", self._owner, now, now + _LEASE_MS)
        self._leases[shard] = now + _LEASE_MS if taken else 0
        return taken

    def _unannounced(self) -> bool:
        with trial(self._engine) as connection:
            return bool(unannounced(connection))

    def _put_in_the_queue(self) -> None:
        with transaction(self._engine, alone=True) as connection:
            announce(connection)

    def _waiting(self, shard: int) -> list[Waiting]:
        with trial(self._engine) as connection:
            return waiting(connection, shard, _ROUND, _ROUND_BYTES)

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

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return


def _told(rows: Sequence[Waiting], results: Sequence[object]) -> _Told:
    out: list[Waiting] = []
    refused: list[Waiting] = []
    for row, result in zip(rows, results, strict=True):
        if isinstance(result, _TOO_LARGE):
            refused.append(row)
        elif isinstance(result, BaseException):
            return _Told(out, refused, result)
        else:
            out.append(row)
    return _Told(out, refused, None)


async def _close(producer: Any) -> None:
    try:
        await asyncio.wait_for(producer.stop(), 10)
    except (KafkaError, OSError, TimeoutError):
        log.warning("the producer did not close in good order; what it had in hand is published again")
