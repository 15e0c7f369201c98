"""Offsets of the group of the workers, moved as an operator might."""

from __future__ import annotations

import asyncio
import time

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, KafkaError

from streams.kafka.topics import received_topic
from tests.chaos.stage import Stage


def move_group(stage: Stage, offsets: dict[int, int], seconds: float = 30) -> None:
    """Commit offsets for the group; waits for members that left a moment ago."""
    asyncio.run(_commit(stage, offsets, time.monotonic() + seconds))


async def _commit(stage: Stage, offsets: dict[int, int], deadline: float) -> None:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=stage.broker.bootstrap, group_id=stage.settings.kafka_group,
        enable_auto_commit=False,
    )  # fmt: skip
    await consumer.start()
    topic = received_topic(stage.settings)
    places = {TopicPartition(topic, number): offset for number, offset in offsets.items()}
    consumer.assign(list(places))
    try:
        while True:
            try:
                await consumer.commit(places)
            except (CommitFailedError, KafkaError):
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.5)
            else:
                return
    finally:
        await consumer.stop()
