"""A worker that is alive without working is ended."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import GroupAuthorizationFailedError

from streams.kafka import watchdog
from streams.kafka.condition import Condition
from streams.kafka.watchdog import STANDS_STILL, ZOMBIE, Watchdog, trouble_of
from tools.local_kafka import LocalKafka


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "_PATIENCE", 0.05)


def coordinator_of(broker: LocalKafka, error: Exception | None) -> tuple[str | None, str | None]:
    """What is said of a real coordinator, before and after an error that nobody asks for."""

    async def look() -> tuple[str | None, str | None]:
        consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, group_id="watched")
        await consumer.start()
        consumer.subscribe(["nothing"])
        coordinator: Any = consumer._coordinator
        before = trouble_of(coordinator)
        coordinator._pending_exception = error
        after = trouble_of(coordinator), trouble_of(coordinator)
        coordinator._pending_exception = None
        await consumer.stop()
        assert after[0] == after[1]
        return before, after[0]

    return asyncio.run(look())


def test_an_error_that_faust_never_asks_for_is_seen(broker: LocalKafka) -> None:
    error = GroupAuthorizationFailedError("secret")
    assert coordinator_of(broker, error) == (None, "GroupAuthorizationFailedError")


def test_a_coordinator_that_is_well_is_left_alone(broker: LocalKafka) -> None:
    assert coordinator_of(broker, None) == (None, None)


class _Dead:
    _pending_exception = RuntimeError("gone")
    _coordination_task = None

    def check_errors(self) -> None:
        raise self._pending_exception


def test_a_worker_without_a_coordinator_ends() -> None:
    left: list[int] = []
    end(Watchdog(_Dead, lambda: None, left.append, every=0.01))
    assert left == [ZOMBIE]


def test_a_worker_that_stands_still_ends() -> None:
    left: list[int] = []
    end(Watchdog(lambda: None, lambda: "records wait", left.append, every=0.01))
    assert left == [STANDS_STILL]


def end(dog: Watchdog) -> None:
    dog.start()
    dog.join(5)


def test_a_condition_says_what_is_missing() -> None:
    now = [0.0]
    condition = Condition(lambda: now[0])
    assert condition.lacks
    condition.have("assignment")
    condition.lack("database", "gone")
    assert condition.lacks == {"database": "gone"}
    condition.have("database")
    assert condition.ready
    now[0] = 5.0
    assert condition.stands_still() == 5.0
    condition.went_on(3)
    assert (condition.handled, condition.stands_still()) == (3, 0.0)
