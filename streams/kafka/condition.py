"""How a worker is: whether it can do its work, and since when it did not get on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from streams.kafka.meters import Meters

log = logging.getLogger("declastroom.worker")


class Condition:
    """What a worker lacks at this moment. It is ready when it lacks nothing.

    `clock` gives seconds that only go up. Written by the worker, read by whoever wants to know.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.lacks: dict[str, str] = {"assignment": "not started yet"}
        self.meters = Meters()
        self._beat: float | None = None
        self.decided = asyncio.Event()
        self.handled = 0
        self.quarantined = 0
        self.last_progress = clock()

    @property
    def ready(self) -> bool:
        """Whether records are being handled, or would be if there were any."""
        return not self.lacks

    def lack(self, what: str, why: str) -> None:
        """Something is missing; said once in the log."""
        if what not in self.lacks:
            log.warning("not ready: %s: %s", what, why)
        self.lacks[what] = why

    def have(self, what: str) -> None:
        """It is there (again)."""
        if self.lacks.pop(what, None) is not None:
            log.warning("there again: %s", what)

    def beat(self) -> None:
        """The event loop turns."""
        self._beat = self._clock()

    def silence(self) -> float:
        """Seconds since the event loop turned; none before it began."""
        return 0.0 if self._beat is None else self._clock() - self._beat

    def went_on(self, handled: int) -> None:
        """So many records were handled just now; whoever publishes may look at once."""
        self.handled += handled
        self.decided.set()
        self.last_progress = self._clock()

    def stands_still(self) -> float:
        """Seconds since the last record was handled."""
        return self._clock() - self.last_progress
