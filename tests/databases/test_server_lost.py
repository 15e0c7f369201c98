"""A PostgreSQL server that goes away at any moment: nothing lost, nothing twice, the same files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.crash.driving import Driver
from tests.crash.scenario import Trial, write_messages, write_register
from tests.crash.server_trial import ServerTrial
from tests.postgresql import Databases, serving

CONSOLE_SCRIPT = Path(sys.executable).with_name("declastroom")
ONE_BY_ONE = {"DECLASTROOM_GROUP_MESSAGES": "1"}
STOPS, ENDED_SESSIONS = 2, 6


@pytest.fixture(scope="module")
def own_databases() -> Iterator[Databases]:
    """A server of these tests alone: it will be lost."""
    with serving() as databases:
        yield databases


class World:
    """Messages, and a database that knows the register."""

    def __init__(self, folder: Path, run: Driver, databases: Databases) -> None:
        self.inbox, register = write_messages(folder / "inbox"), write_register(folder / "register")
        whole = Trial(folder / "whole")
        self.template = ServerTrial(folder / "template", databases)
        for trial in (whole, self.template):
            assert run(["register", "import", str(register), "--database", trial.url]) == 0
        assert run(whole.process(self.inbox)) == 0
        self.files = whole.files()


@pytest.fixture(scope="module")
def world(run: Driver, own_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("world"), run, own_databases)


def hold(trial: ServerTrial, world: World) -> None:
    """Every message decided once, and the files of an undisturbed run."""
    assert trial.files() == world.files
    assert trial.rows("SELECT COUNT(*) FROM message WHERE delivered = 0") == [(0,)]
    used = (
        "SELECT COALESCE(u.used_volume, 0), COALESCE(u.used_cents, 0),"
        " COALESCE(SUM(l.used_volume), 0), COALESCE(SUM(l.amount_cents), 0)"
        " FROM allocation a LEFT JOIN allocation_use u ON u.allocation_id = a.id"
        " LEFT JOIN line l ON l.allocation_id = a.id AND l.state = 1"
        " GROUP BY a.id, u.used_volume, u.used_cents"
    )
    for volume, cents, counted, counted_cents in trial.rows(used):
        assert (volume, cents) == (counted, counted_cents)


def _start(trial: ServerTrial, world: World) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [str(CONSOLE_SCRIPT), *trial.process(world.inbox)],
        env={**os.environ, **ONE_BY_ONE}, stdout=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.parametrize("how", ["immediate", "killed"])
def test_a_server_that_stops_and_comes_back(
    how: str, world: World, own_databases: Databases, tmp_path: Path
) -> None:
    """The run waits for it and goes on; what it had committed stays, what it had not is decided afresh."""
    rng, server = Random(how), own_databases.server
    for attempt in range(STOPS):
        trial = world.template.another(tmp_path / str(attempt))
        with _start(trial, world) as process:
            _until_it_decides(trial)
            time.sleep(rng.uniform(0.0, 0.3))
            if how == "killed":
                server.kill()
            else:
                server.stop("immediate")
            server.start()
        assert process.returncode == 0
        hold(trial, world)


def test_sessions_that_are_ended(world: World, own_databases: Databases, tmp_path: Path) -> None:
    rng = Random(3)
    trial = world.template.another(tmp_path / "t")
    name = trial.url.rsplit("/", 1)[1]
    with _start(trial, world) as process:
        _until_it_decides(trial)
        for _ in range(ENDED_SESSIONS):
            own_databases.execute(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
            )
            time.sleep(rng.uniform(0.0, 0.1))
    assert process.returncode == 0
    hold(trial, world)


def test_a_run_that_is_killed(run: Driver, world: World, tmp_path: Path) -> None:
    for number, point in enumerate(("decided:3", "before-commit:2", "committed:4", "file-renamed:2")):
        trial = world.template.another(tmp_path / str(number))
        assert run(trial.process(world.inbox), point) == -signal.SIGKILL
        assert run(trial.process(world.inbox)) == 0
        hold(trial, world)


def test_a_server_that_stays_away_is_an_unavailable_store(run: Driver, world: World) -> None:
    nobody = "postgresql+psycopg://x@127.0.0.1:9/x"
    assert run(["check", str(world.inbox), "--database", nobody]) == 3
    assert "the database cannot be opened" in run.told()


def _until_it_decides(trial: ServerTrial) -> None:
    for _ in range(600):
        if trial.rows("SELECT COUNT(*) FROM message") > [(1,)]:
            return
        time.sleep(0.02)
    raise AssertionError("the run decides nothing")
