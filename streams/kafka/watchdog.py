"""A thread that ends a worker which is alive without working.

Faust never asks the coordinator of its consumer whether something went wrong, so a worker may lose its
partitions for ever without anybody noticing. `os._exit` is meant: nothing may be acknowledged on the way.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any, Final

log = logging.getLogger("declastroom.worker")

ZOMBIE: Final = 76
STANDS_STILL: Final = 77
_PATIENCE: Final = 3.0  # seconds that a coordinator may take to recover by itself


class Watchdog(threading.Thread):
    """Looks once a second. `coordinator` gives the coordinator of the consumer, none before there is one.

    `stuck` says why the worker does not get on although it should, or nothing.
    """

    def __init__(
        self, coordinator: Callable[[], Any], stuck: Callable[[], str | None],
        leave: Callable[[int], object] = os._exit, every: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(name="watchdog", daemon=True)
        self._coordinator = coordinator
        self._stuck = stuck
        self._leave = leave
        self._every = every
        self._ended = threading.Event()

    def end(self) -> None:
        """Look no more: the worker is leaving by itself."""
        self._ended.set()

    def run(self) -> None:
        """Look until told otherwise."""
        since: float | None = None
        while not self._ended.wait(self._every):
            trouble = trouble_of(self._coordinator())
            since = (since or time.monotonic()) if trouble else None
            if trouble and since is not None and time.monotonic() - since >= _PATIENCE:
                log.error("the coordinator is gone: %s", trouble)
                self._leave(ZOMBIE)
                return
            stuck = self._stuck()
            if stuck is not None:
                log.error("the worker does not get on: %s", stuck)
                self._leave(STANDS_STILL)
                return


def trouble_of(coordinator: Any) -> str | None:
    """What is wrong with a coordinator, in the words of its own `check_errors`; nothing when all is well."""
    if coordinator is None:
        return None
    pending = getattr(coordinator, "_pending_exception", None)
    task = getattr(coordinator, "_coordination_task", None)
    if pending is None and (task is None or not task.done()):
        return None
    if task is not None and task.done() and task.cancelled():
        return "its task was cancelled"
    try:
        coordinator.check_errors()
    except Exception as error:  # whatever it is, it is what we want to know
        coordinator._pending_exception = pending  # the next look sees it too
        return type(error).__name__
    return "its task ended"
