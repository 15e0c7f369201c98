"""Totals of ceilings in SQL: two workers who begin to count on one at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from store.ceilings import Use, add, hold
from store.database import open_store, transaction
from store.declarations import GuardRefused
from store.inbox import Inbox

_NEW = Use(0, "JEUGD-2026", 2026, 1, "fingerprint", date(2026, 4, 8), 100_000, 0, (), False, None)


def test_of_two_who_begin_to_count_one_decides_again(store_url: str) -> None:
    engine = open_store(store_url)
    with ThreadPoolExecutor(1) as other:
        with transaction(engine) as connection:
            first = add(Inbox(connection), _NEW)
            second = other.submit(_begin, store_url)
        assert second.result(timeout=60) == first.id
    engine.dispose()


def _begin(url: str) -> int:
    """The id of the ceiling on which another began to count, after this one was refused it."""
    engine = open_store(url)
    with transaction(engine) as connection:
        inbox = Inbox(connection)
        with pytest.raises(GuardRefused):
            add(inbox, _NEW)
        found = hold(inbox, (_NEW.ceiling, _NEW.year))
    engine.dispose()
    assert found is not None
    return found.id
