"""Records that a broker will not take: set aside and told, while everything behind them goes on."""

from __future__ import annotations

import asyncio
import json
import os
import time

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from typer.testing import CliRunner

from desk.cli import app
from schemas.xml.gate import LARGEST_MESSAGE
from store.database import transaction
from store.dispatch import dispatch_body
from streams.kafka import relay
from streams.kafka.condition import Condition
from streams.kafka.relay import Relay
from streams.kafka.status import status
from streams.topology import ANSWERS, NOTICES
from tests.chaos.stage import Stage, workers
from tests.crash.scenario import BSNS, TOWN, declaration, line
from tests.kafka.test_bad_records import ELM_KEY, OAK_KEY
from tests.simulation.wire import bytes_of

KIB = 1024
SMALL = 64 * KIB


def limit(stage: Stage, largest: int) -> None:
    """Let the topic of notices take records up to so many bytes."""

    async def alter() -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=stage.broker.bootstrap)
        await admin.start()
        name = NOTICES.on_broker(stage.settings.kafka_prefix)
        config = {"max.message.bytes": str(largest)}
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs=config)])
        await admin.close()

    asyncio.run(alter())


def published(stage: Stage, topic: str) -> list[bytes]:
    """The values of a topic, partition by partition."""

    async def read() -> list[bytes]:
        consumer = AIOKafkaConsumer(bootstrap_servers=stage.broker.bootstrap)
        await consumer.start()
        places = [TopicPartition(topic, n) for n in range(stage.settings.kafka_partitions or 0)]
        consumer.assign(places)
        await consumer.seek_to_beginning()
        ends = await consumer.end_offsets(places)
        found: list[bytes] = []
        while any([await consumer.position(place) < ends[place] for place in places]):
            for batch in (await consumer.getmany(timeout_ms=500)).values():
                found += [bytes(record.value) for record in batch]
        await consumer.stop()
        return found

    return asyncio.run(read())


def wait(stage: Stage, key: str, *bodies: bytes) -> None:
    """Put notices in the queue, as the decisions of messages do."""
    with transaction(stage.engine) as connection:
        for number, body in enumerate(bodies):
            dispatch_body(connection, NOTICES.name, f"{number:064x}", key, body)


def test_what_the_broker_refuses_is_set_aside_and_offered_again_when_asked(stage: Stage) -> None:
    limit(stage, SMALL)
    large = os.urandom(2 * SMALL)
    wait(stage, OAK_KEY, b"before", large, b"behind")
    wait(stage, ELM_KEY, b"elsewhere")
    topic = NOTICES.on_broker(stage.settings.kafka_prefix)
    with workers(stage, more={"DECLASTROOM_KAFKA_MOST_UNPUBLISHED": "1"}) as (worker,):
        stage.until(lambda: stage.number("SELECT COUNT(*) FROM dispatch") == 1)
        wait(stage, OAK_KEY, b"later")
        stage.until(lambda: stage.number("SELECT COUNT(*) FROM dispatch") == 1)
        assert sorted(published(stage, topic)) == [b"before", b"behind", b"elsewhere", b"later"]
        found = asyncio.run(status(stage.settings, stage.engine, 0))
        assert found["unpublished"] == 0
        (aside,) = found["refused"]
        assert (aside["topic"], aside["key"], aside["reason"]) == ("notices", OAK_KEY, "too-large")
        assert aside["bytes"] == len(large)
        assert worker.said("refuses a record for good")
        limit(stage, 4 * SMALL)
        result = CliRunner().invoke(
            app, ["release", OAK_KEY, "--database", stage.settings.database_url, "--json"]
        )
        assert result.exit_code == 0, result.output
        stage.published()
        assert worker.stop() == 0
    assert worker.ended == [0]
    assert sorted(published(stage, topic)) == sorted([b"before", large, b"behind", b"elsewhere", b"later"])


def test_what_the_producer_refuses_is_set_aside_too(
    on_sqlite: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit before compression, which the broker never sees."""
    stage, condition = on_sqlite, Condition(time.monotonic)
    monkeypatch.setattr(relay, "LARGEST_PLAIN", SMALL)
    wait(stage, OAK_KEY, b"before", b"x" * (2 * SMALL), b"behind")

    async def publish() -> None:
        publisher = Relay(stage.engine, stage.settings, condition, "this test")
        running = asyncio.ensure_future(publisher.run())
        while await asyncio.to_thread(stage.number, "SELECT COUNT(*) FROM dispatch") > 1:
            await asyncio.sleep(0.05)
        publisher.stopping.set()
        await running

    asyncio.run(asyncio.wait_for(publish(), 30))
    assert published(stage, NOTICES.on_broker(stage.settings.kafka_prefix)) == [b"before", b"behind"]
    assert stage.rows("SELECT refused FROM dispatch") == [("too-large",)]


def test_the_largest_message_and_all_it_causes_get_out(on_sqlite: Stage) -> None:
    """A message as large as one may be, of which every line is rejected."""
    stage = on_sqlite
    lines = [line(f"R{n:018d}", 100 + n, BSNS[n % 4], 5) for n in range(32_000)]
    content = bytes_of(declaration("LARGE", *lines))
    assert 0.99 * LARGEST_MESSAGE < len(content) <= LARGEST_MESSAGE
    inbox = stage.folder / "inbox"
    inbox.mkdir()
    (inbox / "large.xml").write_bytes(content)
    with workers(stage) as (worker,):
        (outcome,) = stage.process(inbox, 120)
        stage.published()
        assert worker.stop() == 0
    assert outcome.lines == outcome.rejected > 30_000
    assert stage.rows("SELECT refused FROM dispatch") == []
    (answer,) = published(stage, ANSWERS.on_broker(stage.settings.kafka_prefix))
    assert answer == stage.files()[f"{TOWN}/answers/{outcome.sha256[:16]}.xml"]
    assert json.loads(stage.files()[f"{TOWN}/rejections.jsonl"].splitlines()[0])
    assert stage.hold().received == 1
