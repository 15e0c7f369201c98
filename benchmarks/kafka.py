"""The pipeline on Kafka beside the pipeline in one process: a broker and a PostgreSQL of this run alone."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from random import Random
from statistics import median, quantiles
from time import monotonic, perf_counter, sleep
from typing import Final, NamedTuple
from urllib.request import urlopen

from sqlalchemy import create_engine, text

from benchmarks.kafka_floor import carry_by_aiokafka, carry_by_faust, latencies
from benchmarks.machine import cpu_seconds, two_to_one
from desk.screen import print_json, print_table, say
from desk.synthetic.region import make_region, months_from
from desk.synthetic.register import register_rows
from desk.synthetic.traffic import messages_of
from rules.facts import Choices
from store.database import open_store, transaction
from store.registers import save
from streams.embedded import Embedded
from streams.house import House
from streams.kafka.client import process_via_kafka
from streams.kafka.topics import create_topics
from streams.settings import Settings
from streams.sources import Source
from tools.local_kafka import LocalKafka, local_kafka
from tools.local_postgresql import LocalPostgresql
from tools.ports import free_ports

_WORKER: Final = [sys.executable, "-c", "from desk.cli import main; main()", "worker"]
_FEW_LINES: Final = 20
_NOOP_RECORDS: Final = 4_000


class Turn(NamedTuple):
    """Seconds of a turn, and the seconds of processor that everybody took in it."""

    seconds: float
    workers: float
    client: float
    server: float
    broker: float

    @property
    def busy(self) -> float:
        """How many processors were busy with it."""
        return sum(self[1:]) / self.seconds


class KafkaBench:
    """A base database with a register and its 301s, and copies of it for every turn."""

    def __init__(self, folder: Path, broker: LocalKafka, server: LocalPostgresql, lines: int) -> None:
        self._folder, self._broker, self._server = folder, broker, server
        self._turns = self.lines = 0
        rng = Random(1)
        region = make_region(rng, municipalities=4, lines=lines, months=months_from(date(2026, 3, 1), 1))
        made = list(messages_of(rng, region, fault_share=0.05, faults={}))
        self.received_on = region.received_on
        self.claims = [Source(m.name, m.content) for m in made if not m.name.startswith("0001-")]
        earlier = [Source(m.name, m.content) for m in made if m.name.startswith("0001-")]
        engine = open_store(self._create("base", "template1"))
        with transaction(engine, alone=True) as connection:
            save(connection, register_rows(region), recorded_at="2026-01-01T00:00:00", after_message=0)
        for _ in Embedded(engine, House(Choices()), Settings(), folder / "before").process(
            earlier, region.received_on
        ):
            pass
        engine.dispose()

    def embedded(self) -> Turn:
        """Process all claims in one process."""
        settings = self._turn()
        engine = open_store(settings.database_url)
        runtime = Embedded(engine, House(Choices()), settings, self._out())
        with self._timed([]) as told:
            self.lines = sum(o.lines for o in runtime.process(self.claims, self.received_on))
        engine.dispose()
        return told[0]

    def through_kafka(self, workers: int) -> Turn:
        """From the first record that is published to the last outcome and its files."""
        settings = self._turn()
        engine = open_store(settings.database_url)
        with _workers(settings, workers) as pids, self._timed(pids) as told:
            process_via_kafka(
                engine, House(Choices()), settings, self._out(), "nl", self.claims, self.received_on, 120,
                lambda _: None,
            )  # fmt: skip
        engine.dispose()
        return told[0]

    @contextmanager
    def _timed(self, workers: Sequence[int]) -> Iterator[list[Turn]]:
        """The turn that the block is, once it has ended."""

        def took() -> list[float]:
            groups = (workers, [os.getpid()], [self._server.pid], [self._broker.pid])
            own = cpu_seconds(*workers, self._broker.pid)
            counted = [cpu_seconds(*group) if group else 0.0 for group in groups]
            counted[1] -= own  # they are children of this process
            return counted

        told: list[Turn] = []
        before, began = took(), perf_counter()
        yield told
        seconds = perf_counter() - began
        told.append(Turn(seconds, *(b - a for a, b in zip(before, took(), strict=True))))

    def light_load(self, number: int) -> list[float]:
        """Seconds from received to answer of single messages of about 20 lines, one after the other."""
        settings = self._turn()
        size = b"<Prestatie>"
        near = sorted(self.claims, key=lambda s: abs(_count(s.content, size) - _FEW_LINES))[: number + 5]
        with _workers(settings, 1):
            return asyncio.run(latencies(settings, near, self.received_on))[5:]

    def floors(self) -> tuple[float, float]:
        """Records a second of a plain loop of aiokafka and of our faust agent that does nothing."""
        settings = self._turn()
        records = [self.claims[n % len(self.claims)].content for n in range(_NOOP_RECORDS)]
        engine = open_store(settings.database_url)
        plain = asyncio.run(carry_by_aiokafka(settings, records))
        faust = asyncio.run(carry_by_faust(settings, engine, House(Choices()), len(records)))
        engine.dispose()
        return len(records) / plain, len(records) / faust

    def _turn(self) -> Settings:
        self._turns += 1
        name = f"turn{self._turns}"
        settings = Settings(
            database_url=self._create(name, "base"), kafka_bootstrap=self._broker.bootstrap,
            kafka_prefix=name, kafka_group=name, kafka_partitions=8,
        )  # fmt: skip
        asyncio.run(create_topics(settings))
        return settings

    def _create(self, name: str, template: str) -> str:
        engine = create_engine(self._server.url(), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        engine.dispose()
        return self._server.url(name)

    def _out(self) -> Path:
        return self._folder / f"out{self._turns}"


def run_kafka(*, quick: bool, as_json: bool) -> None:
    """Measure and tell; the rounds go in turns, so that a slow moment meets all."""
    folder = Path(tempfile.mkdtemp(prefix="benchmarks-"))
    folder.chmod(0o755)  # PostgreSQL runs under an account of its own
    server = LocalPostgresql(folder / "postgresql")
    try:
        server.start()
        with local_kafka(folder / "kafka") as broker:
            say("preparing")
            bench = KafkaBench(folder, broker, server, 1_000 if quick else 3_000)
            rows = _measure(bench, rounds=1 if quick else 3)
    finally:
        server.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)
    if as_json:
        print_json({name: value for name, value, _ in rows})
        return
    shown = ((name, f"{value:,.2f}", target) for name, value, target in rows)
    print_table("On Kafka", ("figure", ">value", ">target"), shown)


def _measure(bench: KafkaBench, rounds: int) -> list[tuple[str, float, str]]:
    turns = []
    for number in range(rounds):
        say(f"round {number + 1}")
        turns.append((bench.embedded(), bench.through_kafka(1), bench.through_kafka(2)))
    say("light load")
    waits = bench.light_load(40 if rounds == 1 else 100)
    say("floors")
    plain, faust = bench.floors()
    say("the machine")
    ceiling = two_to_one()
    one = median(len(bench.claims) / one.seconds for _, one, _ in turns)
    return [
        ("messages", len(bench.claims), "-"),
        ("lines", bench.lines, "-"),
        ("in one process, seconds", median(t[0].seconds for t in turns), "-"),
        ("one worker, seconds", median(t[1].seconds for t in turns), "-"),
        ("two workers, seconds", median(t[2].seconds for t in turns), "-"),
        ("speed of one worker ÷ one process", median(t[0].seconds / t[1].seconds for t in turns), "≥ 0.6"),
        ("speed of two workers ÷ one worker", median(t[1].seconds / t[2].seconds for t in turns), "≥ 1.6"),
        ("two processes that only count ÷ one of them", ceiling, "-"),
        *_processors(turns, bench.lines),
        ("received to answer, p50, ms", 1000 * median(waits), "≤ 150"),
        ("received to answer, p99, ms", 1000 * quantiles(waits, n=100)[98], "≤ 1000"),
        ("records/s of a plain loop of aiokafka", plain, "-"),
        ("records/s of a faust agent that does nothing", faust, "-"),
        ("records/s of one worker", one, "-"),
    ]


def _processors(turns: Sequence[tuple[Turn, Turn, Turn]], lines: int) -> Iterator[tuple[str, float, str]]:
    """What bounds the ratios: who took how much processor, and how much of it there was."""
    for number, name in enumerate(("in one process", "one worker", "two workers")):
        chosen = [turn[number] for turn in turns]
        for who in ("workers", "client", "server", "broker"):
            took = median(getattr(turn, who) for turn in chosen)
            if number or who in {"client", "server"}:
                label = {"workers": "its workers", "server": "PostgreSQL"}.get(who, f"the {who}")
                label = "the process" if number == 0 and who == "client" else label
                yield f"{name}, CPU seconds of {label} per 1,000 lines", 1000 * took / lines, "-"
        yield f"{name}, processors busy", median(turn.busy for turn in chosen), f"≤ {os.cpu_count()}"


@contextmanager
def _workers(settings: Settings, number: int) -> Iterator[list[int]]:
    """So many workers, from the moment that all are ready; their processes."""
    ports = free_ports(number)
    names = ("database_url", "kafka_bootstrap", "kafka_prefix", "kafka_group")
    shared = {f"DECLASTROOM_{name.upper()}": str(getattr(settings, name)) for name in names}
    shared["DECLASTROOM_LOG_LEVEL"] = "error"
    running: list[subprocess.Popen[bytes]] = []
    try:
        for port in ports:
            own = {"DECLASTROOM_HEALTH_PORT": str(port)}
            running.append(subprocess.Popen(_WORKER, env=os.environ | shared | own))
        _until_shared(ports, settings.kafka_partitions or 0)
        yield [each.pid for each in running]
    finally:
        for each in running:
            each.send_signal(signal.SIGTERM)
        for each in running:
            each.wait(60)


def _until_shared(ports: Sequence[int], partitions: int) -> None:
    """Wait until every partition has a worker and every worker has some."""
    deadline = monotonic() + 90
    while monotonic() < deadline:
        shares = [_partitions_of(port) for port in ports]
        if all(shares) and sum(shares) == partitions:
            return
        sleep(0.3)
    raise TimeoutError("the workers did not share the partitions")


def _partitions_of(port: int) -> int:
    try:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as reply:
            return _count(reply.read(), b"declastroom_consumer_lag{")
    except OSError:
        return 0


def _count(content: bytes, what: bytes) -> int:
    return content.count(what)
