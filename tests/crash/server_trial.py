"""A trial whose database is on a PostgreSQL server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg

from tests.crash.scenario import Trial
from tests.postgresql import Databases, plain, rows


class ServerTrial(Trial):
    """A database of a server, and an output folder."""

    def __init__(self, folder: Path, databases: Databases, url: str = "") -> None:
        super().__init__(folder)
        self._databases = databases
        self._url = url or databases.empty()

    @property
    def url(self) -> str:
        """The database as an option of a command."""
        return self._url

    def another(self, folder: Path) -> ServerTrial:
        """A trial that begins as this one stands now."""
        return ServerTrial(folder, self._databases, self._databases.copied(self._url))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database answers."""
        return rows(self._url, query)

    def execute(self, statement: str) -> None:
        """Change the database behind everybody's back."""
        with psycopg.connect(plain(self._url)) as connection:
            connection.execute(statement.encode())
