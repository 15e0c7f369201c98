"""The process of a worker: start, watch, and leave in good order or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import traceback
from typing import Any, Final, Literal

import faust
from sqlalchemy import Engine

from store.database import StoreUnavailable, trial
from store.progress import Place, read_progress
from streams.group import warm_up
from streams.house import House
from streams.kafka.app import create_app, ends_of
from streams.kafka.condition import Condition
from streams.kafka.consume import Consumption
from streams.kafka.lookout import Lookout
from streams.kafka.poison import waits
from streams.kafka.records import LogReplaced
from streams.kafka.relay import Relay
from streams.kafka.topics import BrokerUnavailable, behind, end_offsets, received_topic
from streams.kafka.watchdog import Watchdog
from streams.settings import Settings
from streams.today import today

log = logging.getLogger("declastroom.worker")

DEFECT: Final = 70
REPLACED: Final = 78
_LEAVE_SECONDS: Final = 5.0
Role = Literal["agent", "relay"]
ROLES: Final[tuple[Role, ...]] = ("agent", "relay")


def run_worker(
    settings: Settings, engine: Engine, house: House, condition: Condition, roles: tuple[Role, ...] = ROLES
) -> int:
    """Work until SIGTERM or SIGINT; the exit status.

    0: left in good order. 70: a defect. 76: lost its partitions. 77: does not get on. 78: the topic is
    not the one whose records were handled; nothing is skipped until an operator has looked.
    """
    return asyncio.run(_Worker(settings, engine, house, condition, roles).run())


class _Worker:
    def __init__(
        self, settings: Settings, engine: Engine, house: House, condition: Condition, roles: tuple[Role, ...]
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._house = house
        self._roles = roles
        self._condition = condition
        self._app: faust.App | None = None
        self._stopping = asyncio.Event()

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        looking = asyncio.ensure_future(
            Lookout(self._engine, self._settings, self._condition, self._ends).run()
        )
        steps = []
        if "agent" in self._roles:
            steps.append(asyncio.ensure_future(self._consume()))
        if "relay" in self._roles:
            steps.append(asyncio.ensure_future(self._relay()))
        if "agent" not in self._roles:
            self._condition.have("assignment")
        ended, _ = await asyncio.wait(steps, return_when=asyncio.FIRST_COMPLETED)
        first = next(iter(ended))
        if not self._stopping.is_set() or first.exception() is not None:
            status = first.result() if first.exception() is None else self._defect(first.exception())
            os._exit(status)  # no finaliser may acknowledge anything
        await asyncio.wait(steps)
        looking.cancel()
        logging.shutdown()
        os._exit(max(int(step.result()) for step in steps))  # threads of faust may not want to end

    def _stop(self) -> None:
        self._condition.lack("stopping", "the worker was asked to stop")
        self._stopping.set()

    async def _ends(self) -> dict[Place, int]:
        return {} if self._app is None or not self._app.started else await ends_of(self._app)

    async def _relay(self) -> int:
        owner = self._settings.kafka_instance or f"{socket.gethostname()}-{os.getpid()}"
        relay = Relay(self._engine, self._settings, self._condition, owner[:64])
        running = asyncio.ensure_future(relay.run())
        await _first(running, self._stopping)
        relay.stopping.set()
        await running
        return 0

    async def _consume(self) -> int:
        if await self._topic_was_replaced():
            return REPLACED
        if self._stopping.is_set():
            return 0
        with contextlib.suppress(StoreUnavailable):  # the first group meets it, and waits for the store
            await asyncio.to_thread(self._warm_up)
        app, consumption = create_app(self._settings, self._engine, self._house, self._condition)
        self._app = app
        watchdog = Watchdog(lambda: _coordinator(app), consumption.stuck)
        deciding = asyncio.ensure_future(consumption.run())
        watchdog.start()
        await app.start()
        ending = asyncio.ensure_future(app.wait_until_stopped())
        await asyncio.wait(
            {deciding, ending, asyncio.ensure_future(self._stopping.wait())},
            return_when=asyncio.FIRST_COMPLETED,
        )
        if deciding.done() and isinstance(deciding.exception(), LogReplaced):
            log.error("the topic holds other records than those that were handled: %s", deciding.exception())
            return REPLACED
        if not self._stopping.is_set():
            return self._defect(deciding.exception() if deciding.done() else app.crash_reason)
        watchdog.end()
        self._app = None
        await self._leave(app, consumption, deciding)
        return 0

    def _warm_up(self) -> None:
        with trial(self._engine) as connection:
            warm_up(self._house, connection, today())

    async def _leave(self, app: faust.App, consumption: Consumption, deciding: asyncio.Future[None]) -> None:
        """Finish the group in hand or give it up whole, commit what was acknowledged, go."""
        consumption.stopping.set()
        _, unfinished = await asyncio.wait({deciding}, timeout=self._settings.kafka_stop_seconds)
        if unfinished:
            log.warning("a group took too long to finish: it is given up, and comes again")
            os._exit(0)  # the database rolls back what was not committed
        with contextlib.suppress(Exception):  # an offset that is not committed comes again, and is known
            await asyncio.wait_for(app.consumer.commit(), _LEAVE_SECONDS)
        with contextlib.suppress(Exception):
            await asyncio.wait_for(app.stop(), _LEAVE_SECONDS)

    async def _topic_was_replaced(self) -> bool:
        """Whether the broker has less than was handled. Waits for a broker and a database that are away."""
        topic, pauses = received_topic(self._settings), waits(0.2, 5)
        while not self._stopping.is_set():
            try:
                ends = await end_offsets(self._settings, topic)
                with trial(self._engine) as connection:
                    progress = read_progress(connection)
            except BrokerUnavailable as unavailable:
                self._condition.lack("broker", str(unavailable))
            except StoreUnavailable as unavailable:
                self._condition.lack("database", str(unavailable))
            else:
                if ends:
                    self._condition.have("broker")
                    return self._refuse(behind(progress, ends))
                self._condition.lack("broker", f"there is no topic {topic}")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), next(pauses))
        return False

    def _refuse(self, places: list[Place]) -> bool:
        for place in places:
            log.error(
                "%s/%s ends before what was handled of it: the topic was made anew."
                " Look why, then run: declastroom topics adopt",
                *place,
            )
        return bool(places)

    def _defect(self, error: BaseException | None) -> int:
        trace = "".join(traceback.format_tb(error.__traceback__)) if error else ""
        log.error("the worker ends of a defect: %s\n%s", type(error).__name__, trace)  # no values: no BSN
        return DEFECT


async def _first(running: asyncio.Future[Any], stopping: asyncio.Event) -> None:
    waiting = asyncio.ensure_future(stopping.wait())
    await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


def _coordinator(app: faust.App) -> Any:
    """The coordinator inside the consumer inside the thread of faust, once it is there."""
    if not app._consumer:
        return None
    consumer = getattr(getattr(app.consumer, "_thread", None), "_consumer", None)
    return getattr(consumer, "_coordinator", None)
