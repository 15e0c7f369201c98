"""Records that a worker cannot decide: how often it tries, and when it stops setting them aside."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from typing import Final

from sqlalchemy import Engine

from store.database import transaction
from store.progress import Place, clear_attempts, count_attempt
from streams.kafka.records import Record

TRIES: Final = 3
CIRCUIT: Final = 10  # so many keys in a row set aside: the fault is ours, not theirs
_TRIAL_SECONDS: Final = 300
_TRIAL_BYTES: Final = 4 * 2**30


class Circuit:
    """Opens when record after record fails; then nothing is set aside until one succeeds."""

    def __init__(self, most: int = CIRCUIT) -> None:
        self._most = most
        self._in_a_row = 0

    @property
    def is_open(self) -> bool:
        """Whether so many failed in a row that setting more aside would only hide it."""
        return self._in_a_row >= self._most

    def count(self, poisoned: int, good: int) -> None:
        """So many were set aside, so many were decided."""
        self._in_a_row = self._in_a_row + poisoned if not good else 0


def waits(first: float, longest: float) -> Iterator[float]:
    """Seconds to wait before each next try: doubling, up to the longest, for ever."""
    wait = first
    while True:
        yield wait
        wait = min(wait * 2, longest)


def begin_with(engine: Engine, record: Record) -> int:
    """Remember that a worker is busy with this record; says how many began with it before."""
    with transaction(engine) as connection:
        clear_attempts(connection, {record.place: record.offset})
        return count_attempt(connection, record.place, record.offset, "busy") - 1


def remember_failure(engine: Engine, place: Place, offset: int, where: str) -> None:
    """Keep where in the program a record failed."""
    with transaction(engine) as connection:
        count_attempt(connection, place, offset, where)


def survives(engine: Engine, record: Record) -> bool:
    """Whether a process lives through this record. A child tries, so that no worker ends of it again."""
    url = engine.url.render_as_string(hide_password=False)
    environment = os.environ | {"DECLASTROOM_CRASH": "", "DECLASTROOM_DATABASE_URL": url}
    command = [sys.executable, "-m", "streams.kafka.trial"]
    try:
        tried = subprocess.run(
            command, input=record.value or b"", timeout=_TRIAL_SECONDS, check=False,
            preexec_fn=_limit, env=environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False
    return tried.returncode == 0


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_TRIAL_BYTES, _TRIAL_BYTES))
