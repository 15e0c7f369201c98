"""A driver whose workers remember that nothing was used yet: the mistake that the guard is for.

With NAIVE_GUARD=none the store does not stand in their way either.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from unittest.mock import patch

from rules.facts import LiveKey
from store.allocations import Allocations, read_allocations
from store.counters import Counter
from store.inbox import Inbox
from store.postgresql import Postgresql
from store.sqlite import Sqlite
from streams import handle_declaration
from tests.crash import driver


def allocations_from_memory(inbox: Inbox, asked: Mapping[int, Iterable[int]]) -> dict[int, Allocations]:
    """Allocations as they were before anything was used."""
    return {relation: _unused(read) for relation, read in read_allocations(inbox, asked).items()}


def _unused(read: Allocations) -> Allocations:
    rows = {number: row._replace(used_volume=None, used_cents=None) for number, row in read.rows.items()}
    return read._replace(rows=rows, used_volume=dict.fromkeys(rows, 0), used_cents=dict.fromkeys(rows, 0))


def live_from_memory(_: Inbox, allocations: Mapping[int, Allocations], __: Any) -> dict[int, set[LiveKey]]:
    """No live debits."""
    return {relation: set() for relation in allocations}


_guarded: dict[type, Any] = {Sqlite: Sqlite.move_counters, Postgresql: Postgresql.move_counters}


def unguarded(
    dialect: Sqlite | Postgresql, cursor: Any, fresh: Sequence[Counter], known: Sequence[Counter]
) -> int:
    """Counters that are written whatever they were."""
    if os.environ.get("NAIVE_GUARD") != "none":
        return int(_guarded[type(dialect)](dialect, cursor, fresh, known))
    statement = (
        "INSERT INTO allocation_use VALUES (?, ?, ?) ON CONFLICT (allocation_id)"
        " DO UPDATE SET used_volume = excluded.used_volume, used_cents = excluded.used_cents"
    )
    rows = [(row[0], row[3], row[4]) for row in (*fresh, *known)]
    cursor.executemany(dialect.statement(statement), rows)
    return len(rows)


if __name__ == "__main__":
    with (
        patch.object(handle_declaration, "read_allocations", allocations_from_memory),
        patch.object(handle_declaration, "live_keys", live_from_memory),
        patch.object(Sqlite, "move_counters", unguarded),
        patch.object(Postgresql, "move_counters", unguarded),
        patch.object(Postgresql, "and_hold", ""),
    ):
        driver.main()
