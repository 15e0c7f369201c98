"""Workers killed with SIGKILL between any two steps: the same files, nothing lost, nothing doubled."""

from __future__ import annotations

import pytest

from streams.crash import STREAM_POINTS
from tests.chaos.stage import KILLED, Stage, workers
from tests.kafka.conftest import World

# What a kill at a point is in the matrix of what may be interrupted; twice, so that a redelivery dies too.
KILLS = {
    "received": ("received:1", "received:3"),
    "decided": ("decided:1", "decided:3"),
    "before-commit": ("before-commit:1", "before-commit:3"),
    "committed": ("committed:1", "committed:3"),
    "decided-group": ("decided-group:1", "decided-group:1"),
    "acknowledged": ("acknowledged:1", "acknowledged:1"),
    "relay-read": ("relay-read:1", "relay-read:2"),
    "relay-sent": ("relay-sent:1", "relay-sent:1"),
    "relay-acknowledged": ("relay-acknowledged:1", "relay-acknowledged:1"),
    "relay-marked": ("relay-marked:1", "relay-marked:1"),
}


# Small groups: with large ones the first worker may do all the work, and nothing is left to die in.
SMALL_GROUPS = {"DECLASTROOM_KAFKA_GROUP_MESSAGES": "2"}


def test_no_step_is_left_out() -> None:
    assert tuple(KILLS) == STREAM_POINTS


@pytest.mark.parametrize("point", KILLS)
def test_killed_there_twice(point: str, on_postgresql: Stage, world: World) -> None:
    stage = on_postgresql
    with workers(stage, crashes=KILLS[point], more=SMALL_GROUPS) as (worker,):
        stage.process(world.inbox)
        stage.published()
        stage.until(lambda: len(worker.ended) >= 2)
        assert worker.stop() == 0
    assert worker.ended[:2] == [KILLED, KILLED]
    assert stage.files() == world.files()
    verdict = stage.hold()
    if point == "relay-acknowledged":
        assert verdict.repeated > 0


def test_killed_in_the_middle_on_sqlite(on_sqlite: Stage, world: World) -> None:
    with workers(
        on_sqlite, crashes=["before-commit:2", "committed:3", "relay-sent:2"], more=SMALL_GROUPS
    ) as (worker,):
        on_sqlite.process(world.inbox)
        on_sqlite.published()
        on_sqlite.until(lambda: len(worker.ended) >= 3)
        assert worker.stop() == 0
    assert on_sqlite.files() == world.files()
    assert on_sqlite.hold().received == len(world.outcomes)
