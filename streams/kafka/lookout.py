"""Looks every few seconds how the database, the outbox and the partitions are, also when nothing comes."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from aiokafka.errors import KafkaError
from sqlalchemy import Engine

from store.database import StoreUnavailable, trial
from store.dispatch import Backlog, read_backlog
from store.parking import count_blocked
from store.progress import Place, read_progress
from streams.kafka.condition import Condition
from streams.settings import Settings

EVERY: Final = 2.0
_BEAT: Final = 0.5
_PATIENCE: Final = 10.0


class Seen(NamedTuple):
    """What the database says."""

    backlog: Backlog
    blocked: int
    progress: dict[Place, int]


class OutboxAge:
    """Since when the oldest record waits, told from what earlier looks saw: rows carry no time."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque()

    def see(self, now: float, backlog: Backlog) -> float:
        """Seconds that the oldest waits at least. Ids only go up."""
        if backlog.oldest is None or backlog.newest is None:
            self._marks.clear()
            return 0.0
        while self._marks and self._marks[0][1] < backlog.oldest:
            self._marks.popleft()
        if not self._marks or self._marks[-1][1] < backlog.newest:
            self._marks.append((now, backlog.newest))
        return now - self._marks[0][0]


class Lookout:
    """Keeps a condition up to date. `ends` gives where the partitions of this worker end."""

    def __init__(
        self, engine: Engine, settings: Settings, condition: Condition,
        ends: Callable[[], Awaitable[dict[Place, int]]],
    ) -> None:  # fmt: skip
        self._engine = engine
        self._settings = settings
        self._condition = condition
        self._ends = ends
        self._age = OutboxAge()
        self._seen_partitions: set[int] = set()

    async def run(self) -> None:
        """Look until cancelled."""
        beating = asyncio.ensure_future(self._beat())
        try:
            while True:
                try:
                    await self._look()
                except Exception as error:  # looking must not end what is looked at
                    self._condition.lack("lookout", f"it fails: {type(error).__name__}")
                else:
                    self._condition.have("lookout")
                await asyncio.sleep(EVERY)
        finally:
            beating.cancel()

    async def _beat(self) -> None:
        while True:
            self._condition.beat()
            await asyncio.sleep(_BEAT)

    async def _look(self) -> None:
        looking = asyncio.ensure_future(asyncio.to_thread(self._read))
        done, _ = await asyncio.wait({looking}, timeout=_PATIENCE)
        if not done:
            self._condition.lack("database", "does not answer")
            await asyncio.wait({looking})  # one question at a time
        try:
            seen = looking.result()
        except StoreUnavailable as unavailable:
            self._condition.lack("database", str(unavailable))
            return
        self._condition.have("database")
        self._tell_outbox(seen)
        try:
            ends = await asyncio.wait_for(self._ends(), _PATIENCE)
        except (KafkaError, TimeoutError, OSError) as error:
            self._condition.lack("topic", f"the broker does not tell its end: {type(error).__name__}")
        else:
            self._condition.have("topic")
            self._tell_lag(ends, seen.progress)

    def _read(self) -> Seen:
        with trial(self._engine) as connection:
            return Seen(read_backlog(connection), count_blocked(connection), read_progress(connection))

    def _tell_outbox(self, seen: Seen) -> None:
        meters, age = self._condition.meters, self._age.see(time.monotonic(), seen.backlog)
        meters.unpublished.set(seen.backlog.records)
        meters.unpublished_age.set(age)
        meters.refused.set(seen.backlog.refused)
        meters.blocked.set(seen.blocked)
        if age > self._settings.kafka_longest_unpublished_seconds:
            self._condition.lack("outbox", f"a record waits for {age:.0f} s to be published")
        else:
            self._condition.have("outbox")

    def _tell_lag(self, ends: dict[Place, int], progress: dict[Place, int]) -> None:
        lag = self._condition.meters.lag
        for place, end in ends.items():
            lag.labels(str(place.partition)).set(max(0, end - progress.get(place, 0)))
        mine = {place.partition for place in ends}
        for gone in self._seen_partitions - mine:
            lag.remove(str(gone))
        self._seen_partitions = mine
