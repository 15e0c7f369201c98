"""The faust application of a worker: it carries records to `Consumption`, and nothing else.

Faust may acknowledge and commit what it likes: `progress` in the database decides what was handled.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import faust
from faust.types import TP
from sqlalchemy import Engine

from store.progress import Place
from streams.house import House
from streams.kafka.condition import Condition
from streams.kafka.consume import Consumption
from streams.kafka.fetching import PromptConsumer
from streams.kafka.gaps import Gaps
from streams.kafka.records import Record
from streams.kafka.wire import credentials
from streams.settings import Settings
from streams.today import today
from streams.topology import LARGEST_RECORD, RECEIVED


class _Consumer:
    """The consumer of a faust application, as `Gaps` sees it."""

    def __init__(self, app: faust.App) -> None:
        self._app = app

    async def seek(self, place: Place, offset: int) -> None:
        await self._app.consumer.seek_wait({TP(*place): offset})

    async def ends(self, places: Iterable[Place]) -> dict[Place, int]:
        mine = self._app.consumer.assignment()
        wanted = [TP(*place) for place in places if TP(*place) in mine]
        found = await self._app.consumer.highwaters(*wanted) if wanted else {}
        return {Place(tp.topic, tp.partition): int(end) for tp, end in found.items()}

    async def earliest(self, place: Place) -> int:
        offsets = await self._app.consumer.earliest_offsets(TP(*place))
        return int(next(iter(offsets.values())))


def create_app(
    settings: Settings, engine: Engine, house: House, condition: Condition
) -> tuple[faust.App, Consumption]:
    """An application that reads the topic of received messages in the group of these settings.

    Call it in the loop that will run it.
    """
    app = faust.App(
        settings.kafka_group,
        broker=[f"kafka://{server}" for server in settings.kafka_bootstrap.split(",")],
        broker_credentials=credentials(settings),
        store="memory://",
        datadir=Path(gettempdir()) / f"{settings.kafka_group}-faust",  # made in any case; stays empty
        key_serializer="raw",
        value_serializer="raw",
        processing_guarantee="at_least_once",
        broker_commit_interval=1.0,
        broker_commit_every=200,
        stream_wait_empty=False,
        stream_buffer_maxsize=32,
        broker_max_poll_records=16,
        consumer_max_fetch_size=LARGEST_RECORD,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=settings.kafka_instance,
        broker_session_timeout=settings.kafka_session_seconds,
        broker_heartbeat_interval=settings.kafka_session_seconds / 10,
        broker_request_timeout=max(90.0, 2 * settings.kafka_session_seconds),
        broker_rebalance_timeout=max(30.0, settings.kafka_session_seconds),
        broker_max_poll_interval=600.0,
        stream_processing_timeout=300.0,
        table_standby_replicas=0,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        debug=False,
    )
    transport: Any = app.transport
    transport.Consumer = PromptConsumer
    gaps = Gaps(engine, lambda: _Consumer(app))
    consumption = Consumption(engine, house, settings, condition, today, gaps)
    received = app.topic(
        RECEIVED.on_broker(settings.kafka_prefix), key_serializer="raw", value_serializer="raw"
    )

    @app.agent(received, name="received", concurrency=1)
    async def carry(stream: faust.StreamT[Any]) -> None:
        """Hand over every record as it came; acknowledging is left to whoever decides it."""
        records: faust.Stream[Any] = stream.noack()  # type: ignore[attr-defined]  # of Stream, not StreamT
        async for event in records.events():
            await consumption.offer(record_of(event), lambda event=event: records.ack(event))

    @app.on_partitions_assigned.connect(weak=False)
    async def assigned(_: Any, assigned: set[TP], **__: Any) -> None:
        condition.meters.rebalances.inc()
        consumption.assigned([Place(tp.topic, tp.partition) for tp in assigned])

    @app.on_partitions_revoked.connect(weak=False)
    async def revoked(_: Any, __: set[TP], **___: Any) -> None:
        condition.lack("assignment", "partitions are being divided")

    return app, consumption


async def ends_of(app: faust.App) -> dict[Place, int]:
    """The offset after the last of each partition that is assigned to this worker."""
    mine = {Place(tp.topic, tp.partition) for tp in app.consumer.assignment()}
    return await _Consumer(app).ends(mine)


def record_of(event: Any) -> Record:
    """The record of an event of faust."""
    message = event.message
    key, headers = message.key, message.headers or ()
    return Record(
        Place(message.topic, message.partition),
        message.offset,
        None if key is None else bytes(key).decode("utf-8", "backslashreplace")[:64],
        None if message.value is None else bytes(message.value),
        [
            (str(name), bytes(value))
            for name, value in (headers.items() if isinstance(headers, dict) else headers)
            if value is not None
        ],
        int(message.timestamp * 1000) if message.timestamp else None,
    )
