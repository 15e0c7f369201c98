"""Earlier months in bulk: what a store holds after years of work, without having done the work."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, Final

from schemas.period import first_day, last_day, minus_months, month_number
from store.allocations import allocation_id

_NEIGHBOURS: Final = 9  # other providers, which together have half of the lines
_LINES_PER_MESSAGE: Final = 10_000
_FIRST_NUMBER: Final = 500_000_000  # allocations; beyond what a synthetic world gives out
_MONTHS: Final = tuple(first_day(minus_months(date(2026, 3, 1), ago)) for ago in range(1, 6))
_LINE: Final = (
    "id, message_id, relation_id, reference, previous, bsn, allocation_number, allocation_id, version_id,"
    " category, code, month, begin_on, end_on, volume, unit, tariff_cents, amount_cents, side, state,"
    " used_volume, price_row"
)
_DATED_ON: Final = "2026-02-03"
_DECIDED_AT: Final = "2025-09-01T12:00:00.000000"


def add_history(database: Path, lines: int) -> None:
    """Add `lines` granted lines: one in each of five earlier months on every allocation, old and new."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        relations = _relations(connection)
        message = 1 + _one(connection, "SELECT MAX(id) FROM message")
        messages = -(-lines // _LINES_PER_MESSAGE)
        _insert(connection, "message", _messages(message, messages, relations, connection))
        _insert(connection, "declaration", _declarations(message, messages, relations))
        present = _one(connection, "SELECT COUNT(*) FROM allocation")
        first = 1 + _one(connection, "SELECT MAX(id) FROM allocation_version")
        new = range(first, first + max(0, -(-lines // len(_MONTHS)) - present))
        _insert(connection, "allocation", (_allocation(n, relations) for n in new))
        _insert(connection, "allocation_use", ((_allocation(n, relations)[0], 6000, 0) for n in new))
        _insert(
            connection,
            "allocation_version",
            ((n, a[0], message, *a[4:17]) for n in new for a in (_allocation(n, relations),)),
        )
        _insert(connection, "line", _lines(connection, message, lines), _LINE)
        connection.commit()


def _one(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(query).fetchone()[0] or 0)


def _insert(
    connection: sqlite3.Connection, table: str, rows: Iterator[tuple[Any, ...]], columns: str = ""
) -> None:
    count = len(
        columns.split(",") if columns else connection.execute(f"PRAGMA table_info({table})").fetchall()
    )
    named = f"({columns})" if columns else ""
    connection.executemany(f"INSERT INTO {table} {named} VALUES ({', '.join('?' * count)})", rows)


def _relations(connection: sqlite3.Connection) -> list[tuple[int, str, str, str]]:
    """Turn and turn about: the relation that is there, and its neighbours."""
    own = connection.execute("SELECT id, municipality, provider, domain FROM relation LIMIT 1").fetchone()
    last = _one(connection, "SELECT MAX(id) FROM relation")
    others = [(last + n, own[1], f"{41_499_000 + n}", own[3]) for n in range(1, _NEIGHBOURS + 1)]
    _insert(connection, "relation", iter(others))
    return [each for other in others for each in (own, other)]


def _messages(
    first: int, count: int, relations: list[tuple[int, str, str, str]], connection: sqlite3.Connection
) -> Iterator[tuple[Any, ...]]:
    basis = _one(connection, "SELECT MIN(id) FROM basis")
    for n in range(first, first + count):
        relation, _, _, domain = relations[n % len(relations)]
        kind = domain.upper()
        yield (
            n, f"{n:064d}", relation, f"{kind}323", f"H{n}", _DATED_ON, _DATED_ON, "earlier.xml", "answered",
            5, 0, 0, _LINES_PER_MESSAGE, 0, f"{kind}325", f"H{n}", _DATED_ON, None, basis, 1, 1,
        )  # fmt: skip


def _declarations(
    first: int, count: int, relations: list[tuple[int, str, str, str]]
) -> Iterator[tuple[Any, ...]]:
    for n in range(first, first + count):
        month = str(_MONTHS[n % len(_MONTHS)])
        yield (n, *relations[n % len(relations)], f"H{n}", month, _DATED_ON, _DATED_ON, 0, 0)


def _allocation(n: int, relations: list[tuple[int, str, str, str]]) -> tuple[Any, ...]:
    relation, municipality, _, domain = relations[n % len(relations)]
    number = _FIRST_NUMBER + n
    return (
        allocation_id(relation, number), relation, municipality, domain, number, f"{800_000_000 + n // 2}",
        "45", "45A04", 300, "01", "2", None, "2025-09-01", "2026-12-31", None, _DECIDED_AT, None,
        n, "2026-12-31",
    )  # fmt: skip


def _lines(connection: sqlite3.Connection, message: int, lines: int) -> Iterator[tuple[Any, ...]]:
    allocations = connection.execute(
        "SELECT relation_id, bsn, number, id, version_id, COALESCE(category, '45'), COALESCE(code, '45A04')"
        " FROM allocation ORDER BY id"
    ).fetchall()
    months = [(month_number(month), str(month), str(last_day(month))) for month in reversed(_MONTHS)]
    every = ((month, each) for month in months for each in allocations)
    for n, (month, (relation, *allocation)) in zip(range(lines), every, strict=False):
        at, position = divmod(n, _LINES_PER_MESSAGE)
        yield (
            (message + at) * 100_000 + position, message + at, relation, f"H{n:012d}", None, *allocation,
            *month, 1200, "01", 125, 150_000, "D", 1, 1200, "",
        )  # fmt: skip
