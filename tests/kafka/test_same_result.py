"""The same messages through Kafka and in one process: the same outcomes, the same files, byte for byte."""

from __future__ import annotations

import signal

from tests.chaos.stage import Stage, workers
from tests.kafka.conftest import World


def test_the_same_outcomes_and_the_same_files(stage: Stage, world: World) -> None:
    with workers(stage) as (worker,):
        outcomes = stage.process(world.inbox)
        stage.published()
        assert worker.stop() == 0
    expected = [o._replace(message_id=None) for o in world.outcomes]
    assert [o._replace(message_id=None) for o in outcomes] == expected
    assert stage.files() == world.files()
    assert stage.hold().received == len(expected)


def test_everything_again_brings_the_same_answers_and_decides_nothing(
    on_postgresql: Stage, world: World
) -> None:
    stage = on_postgresql
    with workers(stage, 2) as both:
        stage.process(world.inbox)
        lines = stage.rows("SELECT * FROM line ORDER BY id")
        again = stage.process(world.inbox)
        stage.published()
        assert [each.stop(signal.SIGTERM) for each in both] == [0, 0]
    assert {o.outcome for o in again} == {"duplicate", "refused", "quarantined"}
    assert stage.rows("SELECT * FROM line ORDER BY id") == lines
    assert stage.files() == world.files()
    assert stage.hold().repeated > 0
