"""What carrying records costs by itself, and how long one message is on its way."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from sqlalchemy import Engine

from schemas.envelope import received_headers
from store.dispatch import record_id
from streams.house import House
from streams.kafka.app import create_app
from streams.kafka.client import key_of_content
from streams.kafka.condition import Condition
from streams.kafka.records import Record
from streams.kafka.topics import received_topic
from streams.kafka.wire import client_options
from streams.settings import Settings
from streams.sources import Source
from streams.topology import ANSWERS, LARGEST_RECORD, RECEIVED


async def carry_by_aiokafka(settings: Settings, records: Sequence[bytes]) -> float:
    """Publish these; the seconds in which a consumer of aiokafka reads them all."""
    producer = AIOKafkaProducer(**client_options(settings), max_request_size=LARGEST_RECORD)
    await producer.start()
    for number, value in enumerate(records):
        await producer.send(received_topic(settings), value=value, key=str(number).encode())
    await producer.stop()
    consumer = AIOKafkaConsumer(**client_options(settings), auto_offset_reset="earliest")
    await consumer.start()
    places = [TopicPartition(received_topic(settings), n) for n in range(settings.kafka_partitions or 0)]
    consumer.assign(places)
    await consumer.seek_to_beginning(*places)
    seen, began = 0, time.perf_counter()
    while seen < len(records):
        for batch in (await consumer.getmany(timeout_ms=1000)).values():
            seen += len(batch)
    taken = time.perf_counter() - began
    await consumer.stop()
    return taken


async def carry_by_faust(settings: Settings, engine: Engine, house: House, number: int) -> float:
    """The seconds in which our faust application reads so many records, acknowledging without deciding."""
    app, consumption = create_app(settings, engine, house, Condition(time.monotonic))
    seen, times = 0, list[float]()
    whole = asyncio.Event()

    async def offer(_: Record, acknowledge: Any) -> None:
        nonlocal seen
        seen += 1
        times.append(time.perf_counter())
        await acknowledge()
        if seen == number:
            whole.set()

    consumption.offer = offer  # type: ignore[assignment, method-assign]  # the same application without its work
    await app.start()
    await asyncio.wait_for(whole.wait(), 300)
    with suppress(Exception):
        await asyncio.wait_for(app.stop(), 20)
    return times[-1] - times[0]


async def latencies(settings: Settings, sources: Sequence[Source], received_on: date) -> list[float]:
    """Publish messages one by one; the seconds until the answer to each is on its topic."""
    producer = AIOKafkaProducer(**client_options(settings), acks="all", enable_idempotence=True)
    answers = AIOKafkaConsumer(**client_options(settings), fetch_max_wait_ms=20)  # its own waits do not count
    await producer.start()
    await answers.start()
    topic = ANSWERS.on_broker(settings.kafka_prefix)
    places = [TopicPartition(topic, n) for n in range(settings.kafka_partitions or 0)]
    answers.assign(places)
    await answers.seek_to_end(*places)
    taken = []
    for source in sources:
        sha256 = hashlib.sha256(source.content).hexdigest()
        headers = received_headers(record_id(sha256, RECEIVED.name, 0), sha256, source.name, received_on)
        key = key_of_content(source.content, sha256).encode()
        began = time.perf_counter()
        await producer.send_and_wait(received_topic(settings), value=source.content, key=key, headers=headers)
        with suppress(TimeoutError):  # a refused message has no answer
            await asyncio.wait_for(_answer_to(answers, sha256), 5)
            taken.append(time.perf_counter() - began)
        await asyncio.sleep(0.1)
    await producer.stop()
    await answers.stop()
    return taken


async def _answer_to(answers: Any, sha256: str) -> None:
    while True:
        record = await answers.getone()
        if dict(record.headers).get("causation-id") == sha256.encode():
            return
