"""Workers that come and go, brokers and databases that fall over while a region is processed."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from desk.commands.generate import make
from tests.chaos.stage import Stage, Supervisor, embedded_files, workers
from tests.kafka.conftest import World
from tools.local_kafka import LocalKafka
from tools.local_postgresql import LocalPostgresql


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Some three hundred messages of four municipalities, and the files of an embedded run."""
    folder = tmp_path_factory.mktemp("region")
    make(folder, 7, 4, 400, 1, date(2026, 3, 1), 0.1, {}, False)
    inbox, register = folder / "messages", folder / "register"
    outcomes = embedded_files(inbox, register, folder / "whole", folder / "out")
    return World(inbox, register, folder / "out", outcomes)


@pytest.fixture
def wide(tmp_path: Path, broker: LocalKafka, region: World, server: LocalPostgresql) -> Stage:
    return Stage(tmp_path, broker, region.register, server, kafka_group_messages=5)


@contextmanager
def meanwhile(step: Callable[[], None]) -> Iterator[None]:
    """Do something beside what the block does; what fails there fails here."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            step()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    yield
    thread.join()
    if failed:
        raise failed[0]


def hold_the_whole(stage: Stage, region: World) -> None:
    """The files of an embedded run, and nothing lost, doubled or mis-paid.

    Signals are left out: those on ceilings tell who reached them first, and that is the first to come.
    """
    assert stage.hold().received >= len(region.outcomes)
    assert without_signals(stage.files()) == without_signals(region.files())


def without_signals(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if not name.endswith("signals.jsonl")}


def test_workers_join_and_leave(wide: Stage, region: World) -> None:
    def come_and_go() -> None:
        for number in (3, 4):
            wide.until(lambda number=number: wide.handled() > 60 * (number - 2), 60)
            guest = Supervisor(wide, f"w{number}")
            guest.start()
            time.sleep(4)
            assert guest.stop() in {0, -signal.SIGTERM}  # the second: it had not begun

    with workers(wide, 2) as both:
        with meanwhile(come_and_go):
            wide.process(region.inbox)
        wide.published()
        assert [each.stop() for each in both] == [0, 0]
    hold_the_whole(wide, region)


def test_a_paused_worker_wakes_up_after_its_partitions_went_to_another(wide: Stage, region: World) -> None:
    def pause() -> None:
        wide.until(lambda: wide.handled() > 20, 60)
        first.send(signal.SIGSTOP)
        time.sleep(9)  # longer than its session
        first.send(signal.SIGCONT)

    with workers(wide, 2) as (first, second):
        with meanwhile(pause):
            wide.process(region.inbox)
        wide.published()
        assert second.stop() == 0
        first.stop()
    hold_the_whole(wide, region)


def test_the_broker_is_killed(wide: Stage, region: World) -> None:
    def kill() -> None:
        wide.until(lambda: wide.handled() > 20, 60)
        wide.broker.kill()
        time.sleep(1)
        wide.broker.start()

    with workers(wide) as (worker,):
        with meanwhile(kill):
            wide.process(region.inbox)
        wide.published(60)
        worker.stop()
    hold_the_whole(wide, region)


def test_the_database_stops_at_once(wide: Stage, region: World, server: LocalPostgresql) -> None:
    def stop() -> None:
        for passed in (20, 100):
            wide.until(lambda passed=passed: wide.handled() > passed, 60)
            server.stop("immediate")
            time.sleep(1)
            server.start()

    with workers(wide) as (worker,):
        with meanwhile(stop):
            wide.process(region.inbox)
        wide.published(60)
        assert worker.stop() == 0
    assert worker.ended == [0]
    assert worker.said("not ready: database")
    hold_the_whole(wide, region)


def test_asked_to_stop_again_and_again(wide: Stage, region: World) -> None:
    def ask() -> None:
        for passed in (10, 40, 80):
            wide.until(lambda passed=passed: wide.handled() > passed, 60)
            worker.send(signal.SIGTERM)

    with workers(wide) as (worker,):
        with meanwhile(ask):
            wide.process(region.inbox)
        wide.published()
        assert worker.stop() == 0
    assert worker.ended == [0, 0, 0, 0]
    hold_the_whole(wide, region)


def test_nothing_is_taken_in_while_nothing_gets_out(
    tmp_path: Path, broker: LocalKafka, region: World, server: LocalPostgresql
) -> None:
    stage = Stage(
        tmp_path, broker, region.register, server, kafka_group_messages=5, kafka_most_unpublished=20
    )
    agent, relay = Supervisor(stage, "agent", only="agent"), Supervisor(stage, "relay", only="relay")

    def release() -> None:
        stage.until(lambda: agent.said("not ready: relay"), 60)
        assert stage.handled() < len(region.outcomes)
        relay.start()

    agent.start()
    with meanwhile(release):
        stage.process(region.inbox)
    stage.published()
    assert [agent.stop(), relay.stop()] == [0, 0]
    hold_the_whole(stage, region)
