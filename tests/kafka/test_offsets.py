"""Broker and database that do not agree about what was handled: the database is believed, never silence."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing

from aiokafka.admin import AIOKafkaAdminClient

from desk.cli import app
from streams.kafka.topics import create_topics, received_topic
from tests.chaos.offsets import move_group
from tests.chaos.stage import Stage, Supervisor, workers
from tests.kafka.conftest import World

ALREADY = {"duplicate", "refused", "quarantined"}


def remake_topic(stage: Stage) -> None:
    """Delete the topic of received messages and make it again, empty."""

    async def remake() -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=stage.broker.bootstrap)
        await admin.start()
        await admin.delete_topics([received_topic(stage.settings)])
        while received_topic(stage.settings) in await admin.list_topics():
            await asyncio.sleep(0.1)
        await admin.close()
        await asyncio.sleep(0.5)
        await create_topics(stage.settings)

    asyncio.run(remake())


def test_a_group_moved_to_the_end_goes_back_to_what_was_not_handled(
    on_postgresql: Stage, world: World
) -> None:
    """What faust may do by itself when it acknowledges too much, and what an operator may do by mistake."""
    stage = on_postgresql
    with workers(stage) as (worker,):
        stage.process(world.inbox)
        stage.published()
        assert worker.stop() == 0
    ends = dict(stage.rows("SELECT partition, next_offset FROM progress"))
    stage.execute("DELETE FROM progress")
    stage.execute("DELETE FROM arrival")
    move_group(stage, ends)
    with workers(stage) as (worker,):
        again = stage.process(world.inbox)
        stage.until(lambda: dict(stage.rows("SELECT partition, next_offset FROM progress")) != {})
        stage.published()
        assert worker.stop() == 0
    assert {o.outcome for o in again} <= ALREADY
    assert stage.number("SELECT COUNT(*) FROM offset_gap WHERE resolution = 'rewound'") > 0
    assert stage.hold().received == 2 * len(world.outcomes)


def test_a_database_restored_to_an_earlier_moment_decides_the_rest_again(
    on_sqlite: Stage, world: World
) -> None:
    stage, database = on_sqlite, on_sqlite.folder / "d.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("VACUUM INTO ?", (str(stage.folder / "backup.db"),))
    with workers(stage) as (worker,):
        stage.process(world.inbox)
        stage.published()
        assert worker.stop() == 0
    before = stage.files()
    stage.engine.dispose()
    for name in ("d.db-wal", "d.db-shm"):
        (stage.folder / name).unlink(missing_ok=True)
    shutil.copy(stage.folder / "backup.db", database)
    with workers(stage) as (worker,):
        stage.until(lambda: stage.number("SELECT COUNT(*) FROM arrival") >= len(world.outcomes))
        stage.published()
        assert worker.stop() == 0
    assert stage.files() == before
    verdict = stage.hold()
    assert verdict.repeated > 0
    assert verdict.received == len(world.outcomes)


def test_a_group_moved_to_the_beginning_changes_nothing(on_postgresql: Stage, world: World) -> None:
    stage = on_postgresql
    with workers(stage) as (worker,):
        stage.process(world.inbox)
        stage.published()
        assert worker.stop() == 0
        tables = {t: stage.rows(f"SELECT * FROM {t} ORDER BY 1, 2, 3") for t in ("line", "arrival", "outbox")}
    move_group(stage, dict.fromkeys(range(4), 0))
    with workers(stage) as (worker,):
        stage.process(world.inbox)
        assert worker.stop() == 0
    assert stage.rows("SELECT * FROM line ORDER BY 1, 2, 3") == tables["line"]
    assert stage.rows("SELECT * FROM outbox ORDER BY 1, 2, 3") == tables["outbox"]
    assert set(tables["arrival"]) < set(stage.rows("SELECT * FROM arrival"))


def test_a_topic_made_anew_is_refused_until_somebody_adopts_it(on_sqlite: Stage, world: World) -> None:
    stage = on_sqlite
    with workers(stage) as (worker,):
        stage.process(world.inbox)
        stage.published()
        assert worker.stop() == 0
    remake_topic(stage)
    refused = Supervisor(stage, "w2")
    refused.start()
    stage.until(lambda: refused.ended == [78])
    adopt = ["topics", "adopt", "--database", stage.settings.database_url, "--json"]
    prefix = {"DECLASTROOM_KAFKA_PREFIX": stage.settings.kafka_prefix}
    _run(adopt, prefix)
    with workers(stage) as (worker,):
        again = stage.process(world.inbox)
        stage.published()
        assert worker.stop() == 0
    assert {o.outcome for o in again} == ALREADY
    assert stage.files() == world.files()


def test_other_records_under_known_offsets_are_refused(on_sqlite: Stage, world: World) -> None:
    """The topic was made anew and is longer than before already: its hashes tell."""
    stage = on_sqlite
    with workers(stage) as (worker,):
        stage.process(world.inbox)
        assert worker.stop() == 0
    stage.execute("UPDATE arrival SET sha256 = 'of other bytes'")
    move_group(stage, dict.fromkeys(range(4), 0))
    refused = Supervisor(stage, "w2")
    refused.start()
    stage.until(lambda: refused.ended == [78])


def _run(arguments: list[str], environment: dict[str, str]) -> None:
    from typer.testing import CliRunner

    result = CliRunner().invoke(app, arguments, env=environment)
    assert result.exit_code == 0, result.output
