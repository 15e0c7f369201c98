"""Measure the pipeline: `python -m benchmarks [kafka] [--json] [--quick]`. The exit status is always 0."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.costs import LIMIT_SECONDS, YEAR_LINES, measure_costs
from benchmarks.kafka import run_kafka
from benchmarks.measure import Bench
from benchmarks.memory import peak_mib
from benchmarks.report import Figure, Report
from benchmarks.worlds import World, message_world, month_world, old_world
from desk.screen import print_json, say

# Memory that was freed is kept for what comes next, as in a worker that keeps running. Without it the
# floor pays the kernel for its pages again on every message, and every ratio would look better.
STRICT = {"MALLOC_TRIM_THRESHOLD_": "2000000000", "MALLOC_MMAP_THRESHOLD_": "33554432"}
SMALL, MEDIUM, LARGE = 10, 1_000, 25_000
LARGEST = 30_500  # lines, indented: 24.7 MiB
HISTORY = 1_000_000


def main() -> None:
    """Measure and tell."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    asked.add_argument("what", nargs="?", choices=("pipeline", "kafka"), default="pipeline")
    asked.add_argument("--json", action="store_true", help="one JSON document on stdout")
    asked.add_argument("--quick", action="store_true", help="fewer rounds, a smaller month, no large store")
    options = asked.parse_args()
    if options.what == "kafka":
        run_kafka(quick=options.quick, as_json=options.json)
        return
    if any(os.environ.get(name) != value for name, value in STRICT.items()):
        # read by the C library when a process starts, so it has to be started again
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks", *sys.argv[1:]], os.environ | STRICT)
    with TemporaryDirectory(prefix="benchmarks-") as folder:
        report = measure(Path(folder), quick=options.quick)
    if options.json:
        print_json(report.as_json())
    else:
        report.show()


def measure(folder: Path, *, quick: bool) -> Report:
    """All figures; `folder` holds what is needed for them."""
    bench = Bench(folder)
    say("preparing stores")
    messages = [message_world(folder, lines) for lines in (SMALL, MEDIUM, LARGE)]
    small, medium, large = messages
    other = message_world(folder, MEDIUM, usual=False)
    month = month_world(folder, 2_000 if quick else 16_000)
    say("timing")
    results = bench.compare([small, medium, large, other, month], rounds=3 if quick else 15)
    worlds = [
        (results[small.name], None),
        (results[medium.name], 3.0),
        (results[large.name], 3.0),
        (results[other.name], 3.0),
        (results[month.name], 5.0),
    ]
    figures = [
        Figure(
            f"time of {large.name} ÷ {medium.name}",
            results[large.name].slower_than(results[medium.name]),
            "times",
            27.0,
        ),
        *(_peak(world, folder) for world in _largest(folder)),
    ]
    say("preparing a year of a region")
    figures += _of_a_year(folder, 20_000 if quick else YEAR_LINES)
    about = f"{medium.name} on a store of {HISTORY:,} lines ÷ on an empty one"
    if quick:
        return Report(worlds, figures, [about])
    say("preparing a large store")
    old = old_world(folder, medium, HISTORY)
    pair = bench.compare([medium, old], rounds=15)
    figures.append(Figure(about, pair[old.name].slower_than(pair[medium.name]), "times", 1.3))
    return Report(worlds, figures, [])


def _largest(folder: Path) -> Iterator[World]:
    """Messages of nearly 25 MiB: what is not usual or not right in them takes memory."""
    yield message_world(folder, LARGEST)
    yield message_world(folder, LARGEST, usual=False)
    yield message_world(folder, LARGEST, allocated=False)
    yield message_world(folder, LARGEST, usual=False, allocated=False)


def _peak(world: World, folder: Path) -> Figure:
    about = f"peak memory, fresh process, {world.name}"
    return Figure(about, peak_mib(world.database, world.files[0], world.received_on, folder), "MiB", 300.0)


def _of_a_year(folder: Path, lines: int) -> list[Figure]:
    year = measure_costs(folder, lines)
    about = f"settling and reporting a year of {year.lines:,} lines"
    limit = LIMIT_SECONDS if lines == YEAR_LINES else None
    return [
        Figure(about, year.whole, "seconds", limit),
        Figure(f"{about} ÷ processing it", year.ratio, "times", None),
    ]


if __name__ == "__main__":
    main()
