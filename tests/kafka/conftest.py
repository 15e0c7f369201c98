"""A real broker and a real PostgreSQL for the tests of this folder, and one embedded run to compare with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from streams.outcome import Outcome
from tests.chaos.stage import Stage, embedded_files
from tests.crash.scenario import write_messages, write_register
from tools.local_kafka import LocalKafka, local_kafka
from tools.local_postgresql import LocalPostgresql, local_postgresql


class World(NamedTuple):
    """Messages, a register, and what the embedded runtime makes of them."""

    inbox: Path
    register: Path
    out: Path
    outcomes: list[Outcome]

    def files(self) -> dict[str, bytes]:
        """Every output file of the embedded run."""
        return {str(p.relative_to(self.out)): p.read_bytes() for p in self.out.rglob("*") if p.is_file()}


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalKafka]:
    with local_kafka(tmp_path_factory.mktemp("kafka")) as running:
        yield running


@pytest.fixture(scope="session")
def server() -> Iterator[LocalPostgresql]:
    with local_postgresql() as running:
        yield running


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("world")
    inbox, register = write_messages(folder / "inbox"), write_register(folder / "register")
    outcomes = embedded_files(inbox, register, folder / "whole", folder / "out")
    return World(inbox, register, folder / "out", outcomes)


@pytest.fixture
def on_sqlite(tmp_path: Path, broker: LocalKafka, world: World) -> Stage:
    return Stage(tmp_path, broker, world.register)


@pytest.fixture
def on_postgresql(tmp_path: Path, broker: LocalKafka, world: World, server: LocalPostgresql) -> Stage:
    return Stage(tmp_path, broker, world.register, server)


@pytest.fixture(params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, stage_on: Callable[[str], Stage]) -> Stage:
    return stage_on(request.param)


@pytest.fixture
def stage_on(request: pytest.FixtureRequest) -> Callable[[str], Stage]:
    def made(kind: str) -> Stage:
        found: Stage = request.getfixturevalue(f"on_{kind}")
        return found

    return made
