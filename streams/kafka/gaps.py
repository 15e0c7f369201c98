"""A broker that is ahead of the database: go back to where the database is.

That happens when offsets were committed for what was never handled, when somebody moved the group, or
when the database was restored to an earlier moment. Going back costs time and loses nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple, Protocol

from sqlalchemy import Engine

from store.database import transaction, trial
from store.progress import Place, lock_progress, read_progress, record_gap, save_progress

log = logging.getLogger("declastroom.worker")

PATIENCE: Final = 2.0  # seconds for the record we went back to
_REWINDS: Final = 5


class Consumer(Protocol):
    """What is asked of the consumer of a worker."""

    async def seek(self, place: Place, offset: int) -> None:
        """Read this partition from here on."""

    async def ends(self, places: Iterable[Place]) -> dict[Place, int]:
        """The offset after the last of each of these partitions that is assigned to this worker."""

    async def earliest(self, place: Place) -> int:
        """The first offset that the broker still has."""


class _Rewind(NamedTuple):
    expected: int
    until: float
    rewinds: int


class Gaps:
    """Remembers where the worker went back, so that what was read ahead is only dropped."""

    def __init__(self, engine: Engine, consumer: Callable[[], Consumer]) -> None:
        self._engine = engine
        self._consumer = consumer
        self._rewinds: dict[Place, _Rewind] = {}
        self._waiting: dict[Place, int] = {}

    async def met(self, place: Place, expected: int, found: int) -> None:
        """A record came that is ahead: go back, unless we just did and it was read before that."""
        before = self._rewinds.get(place)
        now = time.monotonic()
        again = before is not None and before.expected == expected
        if before is not None and again and now < before.until:
            return
        count = before.rewinds + 1 if before is not None and again else 1
        earliest = await self._consumer().earliest(place)
        if earliest > expected:
            self._accept(place, expected, earliest)
            expected = earliest
        elif count > _REWINDS:
            self._accept(place, expected, found)
            expected = found
        elif count == 1:
            with transaction(self._engine) as connection:
                record_gap(connection, place, expected, found, "rewound")
        log.warning("%s/%s: back from %s to %s", *place, found, expected)
        self._rewinds[place] = _Rewind(expected, now + PATIENCE, count)
        await self._consumer().seek(place, expected)

    async def look_behind(self, places: Iterable[Place]) -> None:
        """Nothing comes: is there something that should? Then the broker believes it was handled.

        What was only just written is on its way; so it must be seen twice.
        """
        ends = await self._consumer().ends(places)
        with trial(self._engine) as connection:
            progress = read_progress(connection)
        expected = {place: progress.get(place, 0) for place in ends}
        waiting = {place: offset for place, offset in expected.items() if offset < ends[place]}
        for place, offset in waiting.items():
            if self._waiting.get(place) == offset:
                await self.met(place, offset, ends[place])
        self._waiting = waiting

    def _accept(self, place: Place, expected: int, found: int) -> None:
        """The broker does not have these records any more: go on behind them, and say so loudly."""
        log.error("%s/%s: records %s to %s are gone from the broker", *place, expected, found - 1)
        with transaction(self._engine) as connection:
            if lock_progress(connection, [place])[place] == expected:
                save_progress(connection, {place: found})
                record_gap(connection, place, expected, found, "accepted")
