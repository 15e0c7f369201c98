"""What a machine can do at most, and what processes took of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_BUSY: Final = """
import sys, time
end, turns = time.perf_counter() + float(sys.argv[1]), 0
while time.perf_counter() < end:
    for number in range(1000):
        turns += number & 1
print(turns)
"""


def cpu_seconds(*roots: int) -> float:
    """Seconds of processor that these processes, their children and those that ended took so far."""
    parents, took = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            parents[int(entry.name)] = int(fields[1])
            took[int(entry.name)] = sum(map(int, fields[11:15]))  # own and of ended children, user and system
    mine = set(roots)
    while more := {pid for pid, parent in parents.items() if parent in mine} - mine:
        mine |= more
    return sum(took.get(pid, 0) for pid in mine) / _TICKS


def two_to_one(seconds: float = 2.0, rounds: int = 3) -> float:
    """What two processes that only count reach together on this machine, as a multiple of one alone.

    Less than 2 where processors share their units, or where others are at work.
    """
    return median(_turns(2, seconds) / _turns(1, seconds) for _ in range(rounds))


def _turns(processes: int, seconds: float) -> int:
    command = [sys.executable, "-c", _BUSY, str(seconds)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(processes)]
    return sum(int(each.communicate()[0]) for each in running)
