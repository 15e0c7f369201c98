"""Play any number of histories: `python -m tests.simulation --histories 10000 --seed 1`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from time import monotonic

from tests.simulation.answers import Wrong
from tests.simulation.play import command, play


def main() -> int:
    """Play histories from a seed on; status 1 and a line per history that went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--histories", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0, help="of the first history; each next one is one more")
    parser.add_argument("--traces", action="store_true", help="print the trace hash of every history")
    chosen = parser.parse_args()
    codes: Counter[str] = Counter()
    events: Counter[str] = Counter()
    begun, wrong = monotonic(), 0
    for seed in range(chosen.seed, chosen.seed + chosen.histories):
        try:
            run = play(seed)
        except Wrong as error:
            wrong += 1
            print(f"WRONG {command(seed)}\n  {str(error)[:2000]}", flush=True)
            continue
        codes += run.codes
        events += run.events
        if chosen.traces:
            print(seed, run.trace)
    print(f"{chosen.histories} histories, {wrong} wrong, {monotonic() - begun:.0f} s", file=sys.stderr)
    for name, counted in (("codes", codes), ("events", events)):
        print(f"{name}: " + ", ".join(f"{k} {n}" for k, n in sorted(counted.items())), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
