"""Several relays on one database: one publishes, the others stand by for next to nothing and take over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from store.database import transaction
from store.dispatch import SHARDS, dispatch_body
from streams.kafka.condition import Condition
from streams.kafka.relay import Relay
from streams.topology import NOTICES
from tests.chaos.stage import Stage
from tests.kafka.test_bad_records import OAK_KEY

STANDING_BY = 2.0


def waits(stage: Stage) -> int:
    return stage.number("SELECT COUNT(*) FROM dispatch")


def owners(stage: Stage) -> set[str]:
    return {row[0] for row in stage.rows("SELECT owner FROM lease")}


def put(stage: Stage, body: bytes) -> None:
    with transaction(stage.engine) as connection:
        dispatch_body(connection, NOTICES.name, "0" * 64, OAK_KEY, body)


async def until(holds: Callable[[], bool]) -> float:
    """Wait until something holds; how long it took."""
    began = time.monotonic()
    while not await asyncio.to_thread(holds):
        assert time.monotonic() - began < 20
        await asyncio.sleep(0.02)
    return time.monotonic() - began


def test_one_publishes_and_another_stands_by_and_takes_over(stage: Stage) -> None:
    asked: list[str] = []

    def count(_: Any, __: Any, statement: str, *___: Any) -> None:
        if "UPDATE lease" in statement:
            asked.append(statement)

    async def play() -> None:
        first, second = (
            Relay(stage.engine, stage.settings, Condition(time.monotonic), name) for name in ("a", "b")
        )
        publishing = asyncio.ensure_future(first.run())
        put(stage, b"one")
        await until(lambda: waits(stage) == 0)
        standing_by = asyncio.ensure_future(second.run())
        event.listen(stage.engine, "before_cursor_execute", count)
        began = time.monotonic()
        await asyncio.sleep(STANDING_BY)
        assert 0 < len(asked) <= SHARDS * (time.monotonic() - began + 1)
        first.stopping.set()
        await publishing
        put(stage, b"two")
        assert await until(lambda: waits(stage) == 0 and owners(stage) == {"b"}) < 5
        second.stopping.set()
        await standing_by

    asyncio.run(play())
    event.remove(stage.engine, "before_cursor_execute", count)
