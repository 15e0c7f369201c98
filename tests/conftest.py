"""What holds for every test, and stores for those that need one.

A store is in SQLite, or in a PostgreSQL server that is started when the first test asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

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
