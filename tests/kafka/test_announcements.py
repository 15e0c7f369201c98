"""Closed batches and the signals of days and imports are published, whoever made them."""

from __future__ import annotations

import asyncio
import json
import signal
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from typer.testing import CliRunner

from desk.cli import app
from processors.ceilings.thresholds import Event
from schemas.notice import Due, Signal
from store.ceilings import record_events
from store.clock import record_tick, tick_sha256
from store.database import transaction
from store.inbox import Inbox
from streams.topology import BATCHES, SIGNALS, Topic
from tests.chaos.stage import Stage, workers
from tests.crash.scenario import DAY, ELM, OAK, OTHER_TOWN, TOWN
from tests.kafka.conftest import World

IMPORT = "f" * 64


def told(town: str, provider: str, kind: str, sha256: str = "") -> Signal:
    return Signal(town, provider, "jw", kind, sha256, None, "found", "expected", str(DAY))


def records(stage: Stage, topic: Topic) -> list[tuple[str, dict[str, str], Any]]:
    """Key, headers and value of every record, partition by partition."""

    async def read() -> list[tuple[str, dict[str, str], Any]]:
        consumer = AIOKafkaConsumer(bootstrap_servers=stage.broker.bootstrap)
        await consumer.start()
        name = topic.on_broker(stage.settings.kafka_prefix)
        places = [TopicPartition(name, n) for n in range(stage.settings.kafka_partitions or 0)]
        consumer.assign(places)
        await consumer.seek_to_beginning()
        ends = await consumer.end_offsets(places)
        found = []
        while any([await consumer.position(place) < ends[place] for place in places]):
            for batch in (await consumer.getmany(timeout_ms=500)).values():
                for record in batch:
                    headers = {header: value.decode() for header, value in record.headers}
                    found.append((record.key.decode(), headers, json.loads(record.value)))
        await consumer.stop()
        return found

    return asyncio.run(read())


def close_batches(stage: Stage, out: Path) -> dict[str, Any]:
    """Close the batches of both municipalities; what the command tells of each, by its number."""
    found = {}
    for town in (TOWN, OTHER_TOWN):
        arguments = ["batch", "close", "--municipality", town, "--cut-off", str(DAY), "--out", str(out)]
        result = CliRunner().invoke(app, [*arguments, "--database", stage.settings.database_url, "--json"])
        assert result.exit_code == 0, result.output
        document = json.loads(result.stdout)
        found[document["batch"]] = document
    return found


def make_signals(stage: Stage) -> None:
    """A day that brings three signals of two relations and one of no provider; an import that brings one."""
    day = date(2026, 5, 1)
    due = [told(TOWN, OAK, "a"), told(TOWN, ELM, "b"), told(TOWN, OAK, "c"), told(TOWN, "", "d")]
    with transaction(stage.engine, alone=True) as connection:
        record_tick(connection, day, 1, [Due(f"key {n}", each) for n, each in enumerate(due)])
        event = Event("pot", 2026, 1, 80, "reached", 1, 1, 1, 0, None, False)
        signals = (told(OTHER_TOWN, OAK, "e", IMPORT),)
        record_events(Inbox(connection), [event], day, "register", IMPORT, signals)


@pytest.mark.parametrize("kill", ["", "relay-acknowledged:1"])
def test_what_no_message_carries_is_published(kill: str, stage: Stage, world: World, tmp_path: Path) -> None:
    with workers(stage) as (worker,):
        stage.process(world.inbox)
        stage.published()
        assert worker.stop() == 0
    closed = close_batches(stage, tmp_path / "out")
    make_signals(stage)
    with workers(stage, 2, crashes=[kill] if kill else ()) as both:
        stage.until(lambda: stage.number("SELECT COUNT(*) FROM announced") == 3)
        stage.published()
        assert {each.stop() for each in both} <= {0, -signal.SIGTERM}  # one may be told before it listens
    ids = {headers["message-id"]: value for _, headers, value in records(stage, BATCHES)}
    keys = {value["batch"]: key for key, _, value in records(stage, BATCHES)}
    assert keys == {number: document["municipality"] for number, document in closed.items()}
    assert len(ids) == len(closed)
    for value in ids.values():
        assert value == {name: closed[value["batch"]][name] for name in value}
    day = tick_sha256(date(2026, 5, 1))
    found = {
        (key, headers["causation-id"], headers["message-id"]): [signal["kind"] for signal in value]
        for key, headers, value in records(stage, SIGNALS)
        if headers["causation-id"] in {day, IMPORT}
    }
    assert {(key, cause): kinds for (key, cause, _), kinds in found.items()} == {
        (f"{TOWN}|{OAK}", day): ["a", "c"],
        (f"{TOWN}|{ELM}", day): ["b"],
        (TOWN, day): ["d"],
        (f"{OTHER_TOWN}|{OAK}", IMPORT): ["e"],
    }
    assert len(found) == 4
