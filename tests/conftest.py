"""What holds for every test, and stores and commands for those that need them.

A store is in SQLite, or in a PostgreSQL server that is started when the first test asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.crash.driving import Driver, driving
from tests.postgresql import Databases, serving

# A time limit for one example fails on a busy machine and finds nothing; slow tests show in the whole run.
settings.register_profile("declastroom", deadline=None)
settings.load_profile("declastroom")


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """Databases of a server. Without PostgreSQL a test that needs them fails and says what to install."""
    with serving() as databases:
        yield databases


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store, once in each kind of database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty-store.db'}"
    databases: Databases = request.getfixturevalue("databases")
    return databases.fresh()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    """Run a command in a forked child; returns its exit status, -9 when it was killed."""
    with driving(tmp_path_factory.mktemp("told")) as driver:
        yield driver
