"""Databases of a PostgreSQL server that lives as long as the tests of one process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from store.database import open_store
from tools.local_postgresql import LocalPostgresql, local_postgresql

_QUICK = {"fsync": "off", "full_page_writes": "off", "max_connections": "60"}  # nobody cuts our power


class Databases:
    """Gives out databases of one server, each of them new."""

    def __init__(self, server: LocalPostgresql) -> None:
        self.server = server
        self._numbers = count(1)
        self._template = ""

    def empty(self) -> str:
        """The URL of a database without tables."""
        return self._made("template0")

    def fresh(self) -> str:
        """The URL of a migrated database without rows."""
        if not self._template:
            url = self.empty()
            open_store(url).dispose()
            self._template = url.rsplit("/", 1)[1]
        return self._made(self._template)

    def copied(self, url: str) -> str:
        """The URL of a database that holds what another holds; nobody may be using that one."""
        return self._made(url.rsplit("/", 1)[1])

    def _made(self, template: str) -> str:
        name = f"store_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.server.url(name)

    def execute(self, statement: str) -> None:
        """Run a statement on the server, outside every store."""
        with psycopg.connect(plain(self.server.url()), autocommit=True) as connection:
            connection.execute(statement.encode())


def plain(url: str) -> str:
    """A URL of SQLAlchemy as the driver reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    """What a database answers."""
    with psycopg.connect(plain(url)) as connection:
        return connection.execute(query.encode()).fetchall()


@contextmanager
def serving() -> Iterator[Databases]:
    """A server of these tests alone."""
    with local_postgresql(_QUICK) as server:
        yield Databases(server)
