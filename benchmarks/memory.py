"""Peak memory of a fresh process that handles one message.

Run by itself it is that process: `python -m benchmarks.memory DATABASE FILE DATE OUT`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

from rules.facts import Choices
from store.database import open_store
from streams.embedded import Embedded
from streams.house import House
from streams.settings import Settings
from streams.sources import read_sources


def peak_mib(database: Path, file: Path, received_on: date, folder: Path) -> float:
    """MiB at the peak, with the memory settings of an ordinary run."""
    place = folder / "peak"
    place.mkdir()
    own = shutil.copyfile(database, place / "store.db")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    command = [sys.executable, "-m", __name__, *map(str, (own, file, received_on, place / "out"))]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    shutil.rmtree(place)
    return int(done.stdout) / 1024


def _peak_kib() -> int:
    """The peak of this program.

    getrusage begins at the peak of the process that started this one, so Linux is asked first for
    what belongs to this program alone.
    """
    try:
        rows = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return next(int(row.split()[1]) for row in rows if row.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return getrusage(RUSAGE_SELF).ru_maxrss


def _process(database: str, file: str, received_on: str, out: str) -> None:
    runtime = Embedded(open_store(f"sqlite:///{database}"), House(Choices()), Settings(), Path(out))
    for outcome in runtime.process(read_sources([Path(file)]), date.fromisoformat(received_on)):
        if outcome.outcome != "answered":
            raise AssertionError(outcome.reason)
    print(_peak_kib())


if __name__ == "__main__":
    _process(*sys.argv[1:])
