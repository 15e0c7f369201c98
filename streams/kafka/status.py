"""How a system stands: lag per partition, the oldest message without an answer, what waits to leave."""

from __future__ import annotations

from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from sqlalchemy import Engine

from store.database import trial
from store.dispatch import backlog, refused
from store.parking import blocked
from store.progress import Place, read_progress
from streams.kafka.topics import BrokerUnavailable, end_offsets, received_topic
from streams.kafka.wire import client_options
from streams.settings import Settings


class Lag(NamedTuple):
    """One partition: the next record to handle, the end, and since when the next one waits (ms)."""

    place: Place
    next_offset: int
    end: int
    waiting_since_ms: int | None

    @property
    def records(self) -> int:
        """How many records wait."""
        return max(0, self.end - self.next_offset)


async def lags(settings: Settings, engine: Engine) -> list[Lag]:
    """The lag of every partition of the received messages. Raises BrokerUnavailable."""
    ends = await end_offsets(settings, received_topic(settings))
    with trial(engine) as connection:
        progress = read_progress(connection)
    starts = {place: max(progress.get(place, 0), begin) for place, (begin, _) in ends.items()}
    behind = {place: offset for place, offset in starts.items() if offset < ends[place][1]}
    since = await _timestamps(settings, behind)
    return [Lag(place, starts[place], end, since.get(place)) for place, (_, end) in sorted(ends.items())]


async def status(settings: Settings, engine: Engine, now_ms: int) -> dict[str, Any]:
    """Everything about the stream in one document."""
    found = await lags(settings, engine)
    with trial(engine) as connection:
        waiting, keys, aside = backlog(connection), blocked(connection), refused(connection)
    oldest = min((lag.waiting_since_ms for lag in found if lag.waiting_since_ms is not None), default=None)
    return {
        "topic": received_topic(settings),
        "partitions": [
            {"partition": lag.place.partition, "next_offset": lag.next_offset, "end": lag.end,
             "lag": lag.records}
            for lag in found
        ],
        "lag": sum(lag.records for lag in found),
        "oldest_seconds": None if oldest is None else max(0, (now_ms - oldest) // 1000),
        "unpublished": waiting,
        "blocked": [
            {"key": each.key, "reason": each.reason, "waiting": each.waiting} for each in keys
        ],
        "refused": [
            {"topic": each.topic, "key": each.key, "message_id": each.record_id, "reason": each.reason,
             "causation_id": each.causation_id, "bytes": each.bytes}
            for each in aside
        ],
    }  # fmt: skip


async def _timestamps(settings: Settings, places: dict[Place, int]) -> dict[Place, int]:
    """When the record at each of these places was written."""
    if not places:
        return {}
    found: dict[Place, int] = {}
    consumer = AIOKafkaConsumer(**client_options(settings), max_poll_records=1)
    try:
        await consumer.start()
        for place, offset in places.items():
            partition = TopicPartition(*place)
            consumer.assign([partition])
            consumer.seek(partition, offset)
            for records in (await consumer.getmany(timeout_ms=2000)).values():
                found[place] = records[0].timestamp
    except (KafkaError, OSError) as error:
        raise BrokerUnavailable(f"the broker is not available: {type(error).__name__}") from error
    finally:
        await consumer.stop()
    return found
