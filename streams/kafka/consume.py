"""The sequential loop of a worker: gather a group, decide it, acknowledge it, in that order and no other.

No exception leaves the loop: one that did would make faust acknowledge what was never handled.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Final, NamedTuple, Protocol, TypeVar

from aiokafka.errors import KafkaError
from sqlalchemy import Engine

from store.database import StoreUnavailable, transaction
from store.dispatch import backlog
from store.progress import Place
from streams.crash import point
from streams.house import House
from streams.kafka.account import account_for
from streams.kafka.condition import Condition
from streams.kafka.decide import decide_records
from streams.kafka.gaps import Gaps
from streams.kafka.poison import TRIES, Circuit, begin_with, remember_failure, survives, waits
from streams.kafka.records import Decided, Failed, Record
from streams.settings import Settings

log = logging.getLogger("declastroom.worker")
T = TypeVar("T")

_MOMENT: Final = 0.002  # seconds that a group waits for company; it gathers while another is decided
_IDLE: Final = 2.0
_BACKLOG_EVERY: Final = 1.0
_LONGEST_GROUP: Final = 900.0
_UNKNOWN: Final = -1
_ENDS_WORKERS: Final = "ends the process that decides it"


class Acknowledge(Protocol):
    """Tells the broker's side that a record is done."""

    def __call__(self) -> Awaitable[object]: ...


class Offered(NamedTuple):
    """A record with the way to acknowledge it."""

    record: Record
    acknowledge: Acknowledge


class Stopping(Exception):
    """The worker was asked to stop; nothing of the group in hand was kept."""


class Consumption:
    """Takes records one group at a time from `offer` until it is asked to stop."""

    def __init__(
        self, engine: Engine, house: House, settings: Settings, condition: Condition,
        today: Callable[[], date], gaps: Gaps,
    ) -> None:  # fmt: skip
        self._engine = engine
        self._house = house
        self._settings = settings
        self._condition = condition
        self._today = today
        self._gaps = gaps
        self._queue: asyncio.Queue[Offered] = asyncio.Queue(settings.kafka_group_messages)
        self._thread = ThreadPoolExecutor(1, "decide")
        self._circuit = Circuit()
        self._suspects: dict[Place, int] = {}
        self._backlog_read = 0.0
        self._busy_since: float | None = None
        self.stopping = asyncio.Event()

    async def offer(self, record: Record, acknowledge: Acknowledge) -> None:
        """Hand over the next record; waits while enough are in hand. A worker that stops takes none."""
        if not self.stopping.is_set():
            await self._queue.put(Offered(record, acknowledge))

    def assigned(self, places: Sequence[Place]) -> None:
        """New partitions: whether a worker ended of what lies first in them, the first group finds out."""
        self._suspects.update(dict.fromkeys(places, _UNKNOWN))
        self._condition.have("assignment")

    def stuck(self) -> str | None:
        """Why the worker should be started again: it had all it needs and did not get a group done."""
        since = self._busy_since
        if since is None or self._condition.lacks or time.monotonic() - since < _LONGEST_GROUP:
            return None
        return f"one group takes longer than {_LONGEST_GROUP:.0f} s"

    async def run(self) -> None:
        """Until it is asked to stop: then the group in hand is finished, or was never begun."""
        try:
            while not self.stopping.is_set():
                await self._hold_back()
                group = await self._gather()
                if group:
                    self._busy_since = time.monotonic()
                    await self._settle(group)
                    self._busy_since = None
                elif not self.stopping.is_set():
                    await self._met(self._gaps.look_behind, list(self._suspects))
        except Stopping:
            pass
        while not self._queue.empty():
            self._queue.get_nowait()  # not acknowledged: it comes again

    async def _gather(self) -> list[Offered]:
        first = await self._first()
        if first is None:
            return []
        group, size = [first], len(first.record.value or b"")
        waited = False
        while len(group) < self._settings.kafka_group_messages and size < self._settings.kafka_group_bytes:
            if self._queue.empty():
                if waited:
                    break
                waited = True
                await asyncio.sleep(_MOMENT)
                continue
            group.append(self._queue.get_nowait())
            size += len(group[-1].record.value or b"")
        return group

    async def _first(self) -> Offered | None:
        """The next record; none when it is time to stop, or when nothing came for a while."""
        getting = asyncio.ensure_future(self._queue.get())
        ending = asyncio.ensure_future(self.stopping.wait())
        try:
            await asyncio.wait({getting, ending}, timeout=_IDLE, return_when=asyncio.FIRST_COMPLETED)
            return getting.result() if getting.done() else None
        finally:
            getting.cancel()
            ending.cancel()

    async def _settle(self, group: list[Offered]) -> None:
        decided = await self._decide([offered.record for offered in group])
        done = {(record.place, record.offset) for each in decided for record in each.done}
        point("decided-group")
        for offered in group:
            if (offered.record.place, offered.record.offset) in done:
                await offered.acknowledge()
        point("acknowledged")
        self._condition.went_on(len(done))
        for place, (expected, found) in {p: gap for each in decided for p, gap in each.gaps.items()}.items():
            await self._met(self._gaps.met, place, expected, found)

    async def _decide(self, records: list[Record]) -> list[Decided]:
        firsts = {r.place: r for r in reversed(records) if self._suspects.get(r.place) == _UNKNOWN}
        for place, first in firsts.items():
            begun = await self._begin(first)
            self._suspects[place] = self._settings.kafka_group_messages if begun >= TRIES else 0
        suspect = any(self._suspects.get(record.place, 0) > 0 for record in records)
        if len(records) > 1 and not suspect:
            try:
                return [await self._attempt(records, {})]
            except Failed:
                pass  # again one by one, so that only the guilty one waits
        return [await self._decide_one(record) for record in records]

    async def _decide_one(self, record: Record) -> Decided:
        last_try: dict[tuple[Place, int], str | None] = {}
        if self._suspects.get(record.place, 0) > 0:
            self._suspects[record.place] -= 1
            begun = await self._begin(record)
            if begun >= TRIES and not await self._in_thread(survives, self._engine, record):
                last_try = {(record.place, record.offset): _ENDS_WORKERS}
        tries, pauses = 0, waits(0.1, 60)
        while True:
            try:
                decided = await self._attempt([record], last_try)
            except Failed as failed:
                tries += 1
                self._condition.meters.failures.inc()
                log.error("a record failed: %s/%s at %s: %s", *record.place, record.offset, failed.where)
                await self._met(self._remember, record, failed.where)
                if self._circuit.is_open:
                    self._condition.lack("circuit", "one record after the other fails; nothing is set aside")
                elif tries >= TRIES - 1:
                    last_try = {(record.place, record.offset): None}
                await self._pause(next(pauses))
            else:
                self._circuit.count(decided.poisoned, len(decided.done) - decided.poisoned - decided.parked)
                self._condition.quarantined += decided.poisoned
                if not self._circuit.is_open:
                    self._condition.have("circuit")
                return decided

    async def _remember(self, record: Record, where: str) -> None:
        await self._in_thread(remember_failure, self._engine, record.place, record.offset, where)

    async def _begin(self, record: Record) -> int:
        """How many workers began with this record and did not get it done."""
        pauses = waits(0.05, 5)
        while True:
            try:
                return await self._in_thread(begin_with, self._engine, record)
            except StoreUnavailable as unavailable:
                self._condition.lack("database", str(unavailable))
                await self._pause(next(pauses))

    async def _attempt(
        self, records: list[Record], last_try: Mapping[tuple[Place, int], str | None]
    ) -> Decided:
        """Decide; as long as the store is not there, wait for it."""
        pauses = waits(0.05, 5)
        while True:
            began = time.perf_counter()
            try:
                decided = await self._in_thread(
                    decide_records, self._engine, self._house, records, self._today, last_try
                )
            except StoreUnavailable as unavailable:
                self._condition.lack("database", str(unavailable))
                self._condition.meters.retries.inc()
                await self._pause(next(pauses))
            else:
                self._condition.have("database")
                account_for(decided, time.perf_counter() - began, self._condition.meters)
                return decided

    async def _hold_back(self) -> None:
        """Take nothing in while what was decided does not get out."""
        if time.monotonic() - self._backlog_read < _BACKLOG_EVERY:
            return
        while not self.stopping.is_set():
            try:
                waiting = await self._in_thread(self._backlog)
            except StoreUnavailable:
                return  # the next group meets it, and waits for the store
            self._backlog_read = time.monotonic()
            if waiting < self._settings.kafka_most_unpublished:
                self._condition.have("relay")
                return
            self._condition.lack("relay", f"{waiting} records wait to be published")
            await self._pause(_BACKLOG_EVERY)

    def _backlog(self) -> int:
        with transaction(self._engine) as connection:
            return backlog(connection)

    async def _met(self, step: Callable[..., Awaitable[None]], *values: object) -> None:
        try:
            await step(*values)
        except StoreUnavailable:
            log.warning("the database is away; the gap is met again")
        except (KafkaError, TimeoutError):
            log.warning("the broker is away; the gap is met again")

    async def _in_thread(self, step: Callable[..., T], *values: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, step, *values)

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds * random.uniform(0.8, 1.2))
        except TimeoutError:
            return
        raise Stopping
