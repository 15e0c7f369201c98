"""A stage for one run through Kafka: topics and a database of its own, workers that are started again."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from store.database import open_store, transaction
from store.registers import import_register
from streams.embedded import Embedded
from streams.house import House
from streams.kafka.client import process_via_kafka
from streams.kafka.topics import create_topics
from streams.outcome import Outcome
from streams.settings import Settings
from streams.sources import files_below, read_sources
from tests.chaos.verifier import Verdict, verify
from tests.crash.scenario import DAY
from tools.local_kafka import LocalKafka
from tools.local_postgresql import LocalPostgresql

_NUMBERS = count(1)
KILLED = -signal.SIGKILL
WORKER = [sys.executable, "-c", "from desk.cli import main; main()", "worker"]


class Stage:
    """Topics, database and output folder of one run."""

    def __init__(
        self, folder: Path, broker: LocalKafka, register: Path, server: LocalPostgresql | None = None,
        partitions: int = 4, **settings: object,
    ) -> None:  # fmt: skip
        name = f"t{os.getpid()}n{next(_NUMBERS)}"
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.out, self.broker = folder, folder / "out", broker
        url = f"sqlite:///{folder / 'd.db'}" if server is None else _new_database(server, name)
        self.settings = Settings(
            database_url=url, kafka_bootstrap=broker.bootstrap, kafka_prefix=name, kafka_group=name,
            kafka_partitions=partitions, kafka_session_seconds=6.0, **settings,  # type: ignore[arg-type]
        )  # fmt: skip
        self.engine = open_store(url)
        self._handled = 0
        with transaction(self.engine, alone=True) as connection:
            import_register(connection, register, recorded_at="2026-01-01T00:00:00+01:00", after_message=0)
        asyncio.run(create_topics(self.settings))

    def process(self, inbox: Path, patience: float = 60) -> list[Outcome]:
        """Publish the messages of a folder and wait for their outcomes and files."""
        house = House(self.settings.choices(), None)
        sources = read_sources(files_below([inbox]))
        return process_via_kafka(
            self.engine, house, self.settings, self.out, "nl", sources, DAY, patience, lambda _: None
        )

    def environment(self, instance: str, **more: str) -> dict[str, str]:
        """The settings of this run as variables."""
        values = self.settings.model_dump(exclude_none=True) | {"kafka_instance": instance}
        chosen = {k: str(v) for k, v in values.items() if k.startswith(("kafka_", "database_", "group_"))}
        return os.environ | {f"DECLASTROOM_{k.upper()}": v for k, v in chosen.items()} | more

    def files(self) -> dict[str, bytes]:
        """Every output file with its content."""
        below = (path for path in self.out.rglob("*") if path.is_file() and not path.name.startswith("."))
        return {str(path.relative_to(self.out)): path.read_bytes() for path in below}

    def handled(self) -> int:
        """How many records were handled; as many as before while the database is away."""
        with suppress(DBAPIError):
            self._handled = self.number("SELECT COUNT(*) FROM arrival")
        return self._handled

    def number(self, query: str) -> int:
        """What the database counts."""
        with self.engine.connect() as connection:
            return int(connection.execute(text(query)).scalar_one())

    def rows(self, query: str) -> list[Any]:
        """What the database answers."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def execute(self, statement: str) -> None:
        """Change the database behind everybody's back."""
        with self.engine.begin() as connection:
            connection.execute(text(statement))

    def hold(self) -> Verdict:
        """Nothing was lost, doubled or mis-paid, and everything was published."""
        self.published()
        verdict = self.verdict()
        assert verdict.holds, verdict
        return verdict

    def verdict(self) -> Verdict:
        """What somebody sees who looks from outside."""
        partitions = self.settings.kafka_partitions or 0
        return verify(self.engine, self.broker.bootstrap, self.settings.kafka_prefix, partitions)

    def published(self, seconds: float = 60) -> None:
        """Wait until nothing waits to be published."""
        self.until(lambda: self.number("SELECT COUNT(*) FROM dispatch") == 0, seconds)

    def until(self, holds: object, seconds: float = 60) -> None:
        """Wait until something holds."""
        assert callable(holds)
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"not within {seconds} s; see {self.folder}"
            time.sleep(0.05)


class Supervisor:
    """Keeps one worker running, as a service manager would; counts how it ended."""

    def __init__(self, stage: Stage, instance: str = "w1", only: str | None = None) -> None:
        self._stage, self._instance = stage, instance
        self._command = [*WORKER, *(("--only", only) if only else ())]
        self._process: subprocess.Popen[bytes] | None = None
        self._leaving = False
        self._paused = threading.Event()
        self._thread: threading.Thread | None = None
        self.ended: list[int] = []
        self.log = stage.folder / f"{instance}.log"

    def start(self, crashes: Iterable[str] = (), more: Mapping[str, str] | None = None) -> None:
        """Run a worker; each entry of `crashes` kills the next one at that point."""
        self._thread = threading.Thread(target=self._keep, args=(list(crashes), more or {}), daemon=True)
        self._thread.start()

    def _keep(self, crashes: list[str], more: Mapping[str, str]) -> None:
        while not self._leaving:
            if self._paused.is_set():
                time.sleep(0.05)
                continue
            crash = crashes.pop(0) if crashes else ""
            environment = self._stage.environment(self._instance, DECLASTROOM_CRASH=crash, **more)
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(self._command, env=environment, stdout=log, stderr=log)
            self.ended.append(self._process.wait())
            if self._leaving or self.ended[-1] == 78:
                return

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the worker that runs now."""
        if self._process is not None:
            self._process.send_signal(number)

    def pause(self) -> None:
        """Stop the worker, and start no other until `resume`."""
        self._paused.set()
        before = len(self.ended)
        self.send(signal.SIGTERM)
        deadline = time.monotonic() + 30
        while len(self.ended) == before and time.monotonic() < deadline:
            time.sleep(0.05)

    def resume(self) -> None:
        """Start workers again."""
        self._paused.clear()

    def said(self, what: str) -> bool:
        """Whether the worker wrote this to its log."""
        return self.log.exists() and what in self.log.read_text()

    def stop(self, how: signal.Signals = signal.SIGTERM, seconds: float = 45) -> int:
        """End it for good; its exit status."""
        self._leaving = True
        assert self._thread is not None
        deadline = time.monotonic() + seconds
        told = None
        while self._thread.is_alive():
            if time.monotonic() > deadline:
                self.send(signal.SIGKILL)
            elif self._process is not told:  # one that was just being started is told too
                told = self._process
                self.send(how)
            self._thread.join(0.1)
        return self.ended[-1]


@contextmanager
def workers(
    stage: Stage, number: int = 1, crashes: Iterable[str] = (), more: Mapping[str, str] | None = None
) -> Iterator[list[Supervisor]]:
    """So many workers for as long as they are needed; the first is killed at these points."""
    running = [Supervisor(stage, f"w{each + 1}") for each in range(number)]
    for first, each in enumerate(running):
        each.start(() if first else crashes, more or {})
    try:
        yield running
    finally:
        for each in running:
            if each._thread is not None and each._thread.is_alive():
                each.stop(signal.SIGKILL)


def _new_database(server: LocalPostgresql, name: str) -> str:
    engine: Engine = create_engine(server.url())
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.url(name)


def embedded_files(inbox: Path, register: Path, folder: Path, out: Path) -> list[Outcome]:
    """What the embedded runtime makes of messages: their outcomes, and files below `out`."""
    folder.mkdir(parents=True, exist_ok=True)
    engine, settings = open_store(f"sqlite:///{folder / 'd.db'}"), Settings()
    with transaction(engine, alone=True) as connection:
        import_register(connection, register, recorded_at="2026-01-01T00:00:00+01:00", after_message=0)
    embedded = Embedded(engine, House(settings.choices(), None), settings, out)
    return list(embedded.process(read_sources(files_below([inbox])), DAY))
