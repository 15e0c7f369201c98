"""A driver whose workers remember in their own memory what is used: the mistake that the guard is for.

With NAIVE_GUARD=none the store does not stand in their way either.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any
from unittest.mock import patch

from rules.facts import LiveKey
from store.allocations import Allocations, read_allocations
from store.inbox import Inbox
from store.postgresql import Postgresql
from store.sqlite import Sqlite
from streams import handle_declaration
from tests.crash import driver

_known = Allocations({}, {}, {})
_live: set[LiveKey] = set()


def allocations_from_memory(inbox: Inbox, relation_id: int, numbers: Iterable[int]) -> Allocations:
    """Allocations as this worker read them once, with what it used of them since."""
    wanted = set(numbers)
    fresh = read_allocations(inbox, relation_id, wanted - _known.values.keys())
    for mine, read in zip(_known, fresh, strict=True):
        mine.update(read)  # type: ignore[arg-type]  # three mappings with one kind of key
    rows = {
        number: row._replace(used_volume=_known.usage[number].volume, used_cents=_known.usage[number].cents)
        for number, row in _known.rows.items()
        if number in wanted
    }
    return _known._replace(rows=rows, usage={number: _known.usage[number] for number in rows})


def live_from_memory(*_: Any) -> set[LiveKey]:
    """Live debits of this worker alone."""
    return _live


_guarded: dict[type, Any] = {Sqlite: Sqlite.move_counters, Postgresql: Postgresql.move_counters}


def unguarded(dialect: Sqlite | Postgresql, cursor: Any, rows: Sequence[tuple[int, ...]]) -> int:
    """Counters that are written whatever they were."""
    if os.environ.get("NAIVE_GUARD") != "none":
        return int(_guarded[type(dialect)](dialect, cursor, rows))
    new = [(volume, cents, row) for row, _, _, _, volume, cents in rows]
    statement = "UPDATE allocation SET used_volume = ?, used_cents = ? WHERE id = ?"
    cursor.executemany(dialect.statement(statement), new)
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
