"""A worker that runs: its health, its counts, its log; and no citizen number in anything it leaves."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from streams.kafka.status import status
from streams.topology import TOPOLOGY
from tests.chaos.stage import Stage, workers
from tests.crash.scenario import BSNS, declaration, line, messages
from tests.kafka.conftest import World
from tests.kafka.test_announcements import close_batches
from tests.kafka.test_bad_records import MARK, broken
from tests.privacy.test_no_bsn import USED, forms, hostile
from tests.simulation.wire import bytes_of
from tests.streams.test_health import ask
from tools.ports import free_ports


@pytest.fixture
def port() -> int:
    return free_ports(1)[0]


def test_a_worker_tells_how_it_is_and_what_it_did(on_postgresql: Stage, world: World, port: int) -> None:
    stage = on_postgresql
    with workers(stage, more={"DECLASTROOM_HEALTH_PORT": str(port)}) as (worker,):
        stage.until(lambda: ask(port, "/livez")[0] == 200)
        stage.until(lambda: ask(port, "/readyz")[0] == 200)
        outcomes = stage.process(world.inbox)
        stage.published()
        stage.until(lambda: 'consumer_lag{partition="3"} 0.0' in ask(port, "/metrics")[1])
        metrics = ask(port, "/metrics")[1]
        assert worker.stop() == 0
    told = [json.loads(line) for line in worker.log.read_text().splitlines()]
    decided = [line for line in told if line["event"] == "decided"]
    assert sorted(line["outcome"] for line in decided) == sorted(o.outcome for o in outcomes)
    assert {line["sha256"] for line in decided} == {o.sha256 for o in outcomes}
    for name, number in (
        ("rebalances_total", 1.0), ("outbox_unpublished", 0.0), ("db_tx_retries_total", 0.0), ("ready", 1.0),
        ("decision_seconds_count", float(len(outcomes))),
    ):  # fmt: skip
        assert f"declastroom_{name} {number}" in metrics, name
    assert {line["event"] for line in told} >= {"not ready: stopping: the worker was asked to stop"}


def test_a_worker_without_a_database_is_alive_and_not_ready(on_sqlite: Stage, port: int) -> None:
    stage = on_sqlite
    more = {
        "DECLASTROOM_HEALTH_PORT": str(port),
        "DECLASTROOM_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none",
    }
    with workers(stage, more=more) as (worker,):
        stage.until(lambda: ask(port, "/readyz")[0] == 503 and "database" in ask(port, "/readyz")[1])
        assert ask(port, "/livez")[0] == 200
        worker.stop()


def records(stage: Stage) -> Iterator[tuple[str, bytes]]:
    """Names of topics and groups; keys and headers of every record; the values that are not messages."""

    async def read() -> list[tuple[str, bytes]]:
        admin = AIOKafkaAdminClient(bootstrap_servers=stage.broker.bootstrap)
        await admin.start()
        names = [*await admin.list_topics(), *(name for name, _ in await admin.list_consumer_groups())]
        await admin.close()
        found = [(f"name {name}", name.encode()) for name in names]
        consumer = AIOKafkaConsumer(bootstrap_servers=stage.broker.bootstrap)
        await consumer.start()
        for topic in TOPOLOGY:
            name = topic.on_broker(stage.settings.kafka_prefix)
            assert name in names
            places = [TopicPartition(name, n) for n in range(stage.settings.kafka_partitions or 0)]
            consumer.assign(places)
            await consumer.seek_to_beginning(*places)
            ends = await consumer.end_offsets(places)
            while any([await consumer.position(place) < ends[place] for place in places]):
                for batch in (await consumer.getmany(timeout_ms=500)).values():
                    for record in batch:
                        where = f"{topic.name}/{record.partition}/{record.offset}"
                        found.append((f"key of {where}", record.key or b""))
                        for header, value in record.headers:
                            found.append((f"header {header} of {where}", header.encode() + b"=" + value))
                        if topic.value == "JSON":
                            found.append((f"value of {where}", record.value or b""))
        await consumer.stop()
        return found

    yield from asyncio.run(read())


def test_no_citizen_number_leaves_a_worker(on_postgresql: Stage, tmp_path: Path, port: int) -> None:
    stage = on_postgresql
    inbox = tmp_path / "hostile"
    inbox.mkdir()
    for number, content in enumerate([*messages(), *hostile()]):
        (inbox / f"{number:02d}.xml").write_bytes(content)
    stopper = bytes_of(declaration(MARK, line("R0", 1, BSNS[0])))
    (inbox / "99.xml").write_bytes(stopper)  # the last: nothing waits behind it
    more = broken(stage.folder / "site", f"raise ZeroDivisionError('{BSNS[0]}')")
    more |= {"DECLASTROOM_HEALTH_PORT": str(port), "DECLASTROOM_LOG_LEVEL": "debug"}
    with workers(stage, more=more) as (w,):
        stage.until(lambda: ask(port, "/readyz")[0] == 200)
        outcomes = stage.process(inbox)
        close_batches(stage, tmp_path / "batches")
        stage.until(lambda: stage.number("SELECT COUNT(*) FROM announced") > 0)
        stage.published()
        metrics = re.sub(r" [0-9.e+-]+$", "", ask(port, "/metrics")[1], flags=re.MULTILINE)
        found = {"metrics": metrics.encode(), "ready": ask(port, "/readyz")[1].encode()}
        assert w.stop() == 0
    found["status"] = json.dumps(asyncio.run(status(stage.settings, stage.engine, 0))).encode()
    found["log"] = w.log.read_bytes()
    found |= dict(records(stage))
    for name, content in stage.files().items():
        found[f"name {name}"] = name.encode()
        if Path(name).parent.name not in {"answers", "returns"}:
            found[f"file {name}"] = content
    assert {o.outcome for o in outcomes} >= {"answered", "refused", "quarantined"}, "there must be occasion"
    for topic in {each.name for each in TOPOLOGY} - {"returns", "signals"}:
        for part in ("key", "header message-id"):
            assert any(place.startswith(f"{part} of {topic}/") for place in found), (part, topic)
    assert any(place.startswith("header file of received/") for place in found)
    leaks = [
        (place, form)
        for bsn in USED
        for form, text in forms(bsn)
        for place, content in found.items()
        if text in content
    ]
    assert leaks == []
