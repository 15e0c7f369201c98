"""Fresh attempts where the work of others, or a server that went away, was in the way of a transaction."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Final, TypeVar

from store.database import TryAgain

Result = TypeVar("Result")
_FIRST_PAUSE: Final = 0.02
_LONGEST_PAUSE: Final = 1.0


def persist(step: Callable[[], Result], seconds: float) -> Result:
    """The result of a step that is its own transaction and may be tried again.

    Two workers that met wait for different times, so that they do not meet again. Raises TryAgain,
    which is a StoreUnavailable, when it goes on for so many seconds.
    """
    until, pause = time.monotonic() + seconds, _FIRST_PAUSE
    while True:
        try:
            return step()
        except TryAgain:
            if time.monotonic() > until:
                raise
        time.sleep(pause * random.uniform(0.5, 1.5))  # a pause is no part of an outcome
        pause = min(2 * pause, _LONGEST_PAUSE)
