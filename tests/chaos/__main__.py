"""Kill everything, many times, while regions are processed; then look from outside what went wrong.

`python -m tests.chaos [--kills 300] [--rebalances 50] [--brokers 30] [--databases 30] [--rewinds 10]`
prints figures and ends with 1 if anything was lost, doubled or mis-paid. The whole region is sent again and
again until all blows were dealt, so nearly everything comes as a duplicate too.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import date
from pathlib import Path

from desk.commands.generate import make
from streams.crash import STREAM_POINTS
from tests.chaos.offsets import move_group
from tests.chaos.stage import Stage, Supervisor, embedded_files
from tools.local_kafka import local_kafka
from tools.local_postgresql import LocalPostgresql

WORKERS = 3
KINDS = ("kills", "rebalances", "brokers", "databases", "rewinds")
POINT_SHARE = 0.5


class Storm:
    """What is still to be done, and who it is done to."""

    def __init__(self, stage: Stage, server: LocalPostgresql, left: Counter[str], seed: int) -> None:
        self.stage, self.server, self.left = stage, server, left
        self.done: Counter[str] = Counter()
        self.rng = random.Random(seed)
        self.workers = [self._worker(number) for number in range(WORKERS)]
        self.guests = 0

    def _worker(self, number: int) -> Supervisor:
        crashes = [
            f"{self.rng.choice(STREAM_POINTS)}:{self.rng.randint(1, 4)}"
            if self.rng.random() < POINT_SHARE else ""
            for _ in range(1000)
        ]  # fmt: skip
        made = Supervisor(self.stage, f"w{number}")
        made.start(crashes)
        return made

    def strike(self) -> None:
        """One blow, drawn among those that are left."""
        kind = self.rng.choices(KINDS, [self.left[k] for k in KINDS])[0]
        getattr(self, f"_{kind}")()
        if kind != "kills":
            self.left[kind] -= 1
            self.done[kind] += 1

    def count_kills(self) -> None:
        """Kills are counted by how workers ended: some at a point, some at any moment."""
        killed = sum(worker.ended.count(-signal.SIGKILL) for worker in self.workers)
        self.left["kills"] = max(0, self.left["kills"] - (killed - self.done["kills"]))
        self.done["kills"] = killed

    def _kills(self) -> None:
        self.rng.choice(self.workers).send(signal.SIGKILL)

    def _rebalances(self) -> None:
        self.guests += 1
        guest = Supervisor(self.stage, f"guest{self.guests}")
        guest.start()
        time.sleep(self.rng.uniform(3, 6))
        guest.stop()

    def _brokers(self) -> None:
        self.stage.broker.kill()
        time.sleep(self.rng.uniform(0, 1))
        self.stage.broker.start()

    def _databases(self) -> None:
        self.server.stop("immediate")
        time.sleep(self.rng.uniform(0, 1))
        self.server.start()

    def _rewinds(self) -> None:
        for worker in self.workers:
            worker.pause()
        move_group(self.stage, dict.fromkeys(range(self.stage.settings.kafka_partitions or 0), 0), 90)
        for worker in self.workers:
            worker.resume()

    def end(self) -> Counter[int]:
        """Stop all workers in good order; how workers ended, and how often."""
        self.count_kills()
        for worker in self.workers:
            worker.stop()
        return Counter(status for worker in self.workers for status in worker.ended)


def main() -> int:
    """Run the storm; 0 when nothing was lost, doubled or mis-paid."""
    parser = argparse.ArgumentParser(description=__doc__)
    for kind, number in zip(KINDS, (300, 50, 30, 30, 10), strict=True):
        parser.add_argument(f"--{kind}", type=int, default=number)
    parser.add_argument("--lines", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    left = Counter({kind: getattr(chosen, kind) for kind in KINDS})
    folder = Path(tempfile.mkdtemp(prefix="declastroom-chaos-"))
    folder.chmod(0o755)
    server = LocalPostgresql(folder / "server")
    server.start()
    try:
        with local_kafka(folder / "kafka") as broker:
            make(folder / "region", chosen.seed, 4, chosen.lines, 1, date(2026, 3, 1), 0.1, {}, False)
            inbox, register = folder / "region" / "messages", folder / "region" / "register"
            embedded_files(inbox, register, folder / "whole", folder / "whole-out")
            stage = Stage(folder / "run", broker, register, server, partitions=8, kafka_group_messages=5)
            ok = _storm(stage, server, left, chosen.seed, inbox, folder / "whole-out")
    finally:
        server.stop("immediate")
    if ok:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"kept: {folder}; again with --seed {chosen.seed}")
    return 0 if ok else 1


def _storm(
    stage: Stage, server: LocalPostgresql, left: Counter[str], seed: int, inbox: Path, whole: Path
) -> bool:
    begin = time.monotonic()
    storm = Storm(stage, server, left, seed)
    runs = 0
    while runs == 0 or sum(left.values()) > 0:
        client = threading.Thread(target=_process, args=(stage, inbox))
        client.start()
        while client.is_alive():
            if sum(left.values()) > 0:
                time.sleep(storm.rng.uniform(0.1, 1.0))
                storm.strike()
            storm.count_kills()
            client.join(0.2)
        runs += 1
        print(f"{time.monotonic() - begin:6.0f} s  run {runs}  done {dict(storm.done)}", flush=True)
    stage.published(300)
    ended = storm.end()
    verdict = stage.verdict()
    same = _without_signals(stage.out) == _without_signals(whole)
    print(f"\nblows: {dict(storm.done)} in {time.monotonic() - begin:.0f} s")
    print(f"workers ended with: {dict(ended)}")
    for name, value in verdict._asdict().items():
        print(f"{name:>12}: {value}")
    print(f"output folder: {'as in one process' if same else 'DIFFERENT'}")
    return verdict.holds and same


def _without_signals(folder: Path) -> dict[str, bytes]:
    """Output files but the signals: who reaches a ceiling first depends on who comes first."""
    found = (p for p in folder.rglob("*") if p.is_file() and p.name != "signals.jsonl" and p.name[0] != ".")
    return {str(p.relative_to(folder)): p.read_bytes() for p in found}


def _process(stage: Stage, inbox: Path) -> None:
    """Publish everything and wait; a client that falls over is started again, as a sender would."""
    while True:
        try:
            stage.process(inbox, 300)
        except Exception as error:
            print(f"         a client starts again after {type(error).__name__}", flush=True)
            time.sleep(1)
        else:
            return


if __name__ == "__main__":
    sys.exit(main())
