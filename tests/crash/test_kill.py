"""Processes that are killed with SIGKILL at every step: nothing lost, nothing twice, every file whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from itertools import count
from pathlib import Path
from random import Random

import pytest

from streams.crash import POINTS
from tests.crash.conftest import World
from tests.crash.driving import GROUPS, Driver
from tests.crash.scenario import OTHER_TOWN, Trial, hold_finished, hold_unfinished

KILLED = -signal.SIGKILL
# How often a run passes each point at least; every single passage is killed.
PROCESS = {
    "received": 4, "decided": 16, "before-commit": 4, "committed": 4, "before-files": 4, "file-written": 10,
    "files-flushed": 1, "file-renamed": 10, "files-written": 4, "list-written": 2, "lists-written": 1,
}  # fmt: skip
CLOSE = {"batch-saved": 1, "batch-committed": 1, "file-written": 3, "files-flushed": 1, "file-renamed": 3,
         "batch-written": 1}  # fmt: skip
CHAINS, CHAIN = 6, 10
MOMENTS = 38
REAL_CHAINS, REAL_CHAIN = 4, 10
CONSOLE_SCRIPT = Path(sys.executable).with_name("declastroom")


def test_the_run_kills_enough() -> None:
    """Two hundred kills at least, forty of them of a console script of its own; and no point is left out."""
    kills = sum(PROCESS.values()) + sum(CLOSE.values()) + CHAINS * CHAIN + MOMENTS + REAL_CHAINS * REAL_CHAIN
    assert kills >= 200
    assert REAL_CHAINS * REAL_CHAIN >= 40
    assert {*PROCESS, *CLOSE} == set(POINTS)


@pytest.mark.parametrize("point", PROCESS)
def test_every_passage_of_every_point(point: str, run: Driver, world: World, tmp_path: Path) -> None:
    for passage in count(1):
        trial = Trial(tmp_path / str(passage), world.template)
        status = run(trial.process(world.inbox), f"{point}:{passage}")
        if status == 0:
            break
        assert status == KILLED
        hold_unfinished(trial, world.processed)
        assert run(trial.process(world.inbox)) == 0
        hold_finished(trial, world.processed)
    hold_finished(trial, world.processed)
    assert passage > PROCESS[point]


@pytest.mark.parametrize("chain", range(CHAINS))
def test_killed_again_and_again(chain: int, run: Driver, world: World, tmp_path: Path) -> None:
    """Whatever a run comes to do after a kill may be killed too."""
    rng, kills = Random(chain), 0
    for attempt in count():
        trial, status = Trial(tmp_path / str(attempt), world.template), KILLED
        while status == KILLED:
            point = f"{rng.choice(list(PROCESS))}:{rng.randint(1, 3)}" if kills < CHAIN else None
            status = run(trial.process(world.inbox), point)
            kills += status == KILLED
            hold_unfinished(trial, world.processed)
        assert status == 0
        hold_finished(trial, world.processed)
        if kills >= CHAIN:
            break


def test_killed_at_any_moment(run: Driver, world: World, tmp_path: Path) -> None:
    """Not only where we thought of it."""
    rng, kills, longest = Random(7), 0, 0.2
    for attempt in count():
        trial = Trial(tmp_path / str(attempt), world.template)
        while run(trial.process(world.inbox), after=rng.uniform(0.0, longest)) == KILLED:
            kills += 1
            hold_unfinished(trial, world.processed)
            longest *= 1.1  # a run that is killed too early never comes to anything
        longest *= 0.8
        assert run(trial.process(world.inbox)) == 0
        hold_finished(trial, world.processed)
        if kills >= MOMENTS:
            break


def test_many_files_at_once(run: Driver, world: World, tmp_path: Path) -> None:
    """A large group flushes its files together; each is whole or absent all the same."""
    environment = {"DECLASTROOM_GROUP_MESSAGES": "50"}
    for passage in (1, 5, 9):
        for point in ("file-written", "file-renamed"):
            trial = Trial(tmp_path / f"{point}{passage}", world.template)
            arguments = trial.process(world.inbox)
            assert run(arguments, f"{point}:{passage}", environment=environment) == KILLED
            hold_unfinished(trial, world.processed)
            assert run(arguments, environment=environment) == 0
            hold_finished(trial, world.processed)


@pytest.mark.parametrize("chain", range(REAL_CHAINS))
def test_real_processes(chain: int, world: World, tmp_path: Path) -> None:
    """The console script itself, killed at points and at moments, until it is left in peace."""
    rng, kills = Random(chain), 0
    for attempt in count():
        trial, status = Trial(tmp_path / str(attempt), world.template), KILLED
        while status == KILLED:
            status = _real_run(trial.process(world.inbox), rng if kills < REAL_CHAIN else None)
            kills += status == KILLED
            hold_unfinished(trial, world.processed)
        assert status == 0
        hold_finished(trial, world.processed)
        if kills >= REAL_CHAIN:
            break


def _real_run(arguments: list[str], rng: Random | None) -> int:
    """A process of its own, killed at a point or at some moment; without `rng` left in peace."""
    at_a_point = rng is not None and rng.random() < 0.7
    environment = {**os.environ, **GROUPS}
    if rng is not None and at_a_point:
        environment["DECLASTROOM_CRASH"] = f"{rng.choice(list(PROCESS))}:{rng.randint(1, 3)}"
    with subprocess.Popen(
        [str(CONSOLE_SCRIPT), *arguments],
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    ) as process:
        if rng is not None and not at_a_point:
            time.sleep(rng.uniform(0.4, 1.6))
            process.kill()
    return process.returncode


@pytest.mark.parametrize("point", CLOSE)
def test_a_batch_is_paid_once_and_delivered(point: str, run: Driver, world: World, tmp_path: Path) -> None:
    """Between the commit of a batch and its files lies a moment; the next close makes up for it."""
    for passage in count(1):
        trial = Trial(tmp_path / str(passage), world.processed.database)
        status = run(trial.close(), f"{point}:{passage}")
        if status == 0:
            break
        assert status == KILLED
        hold_unfinished(trial, world.closed)
        assert run(trial.close(), f"{point}:{passage}") in {0, KILLED}
        assert run(trial.close()) == 0
        assert run(trial.close(OTHER_TOWN)) == 0
        assert trial.tables() == world.closed.tables()
        batches = {name: body for name, body in world.closed.files().items() if "/batches/" in name}
        assert trial.files() == batches
        assert trial.rows("SELECT COUNT(*) FROM batch WHERE delivered = 0") == [(0,)]
    assert passage > CLOSE[point]
