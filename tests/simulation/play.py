"""Play many histories, and say how to see one of them again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache

from tests.simulation.answers import Wrong
from tests.simulation.history import History, Run, play_again
from tests.simulation.machine import Machine

REPLAYED = 10  # every tenth history is played again without faults, in an empty store


@cache
def machine() -> Machine:
    """One store in memory for all histories of this process; each begins by emptying it."""
    return Machine()


def play(seed: int) -> Run:
    """One history. Raises Wrong, with the command that shows it again."""
    try:
        run = History(machine(), seed).run()
        if seed % REPLAYED == 0:
            after = machine().state()
            if play_again(machine(), run.log) != after:
                raise Wrong("A7 the same messages without faults give another store")
            run.events["replayed"] += 1
    except Exception as error:
        raise Wrong(f"seed {seed}: {error}\nplay it again: {command(seed)}") from error
    return run


def play_all(seeds: Iterable[int]) -> tuple[Counter[str], Counter[str]]:
    """Many histories: the return codes given, and the things that happened."""
    codes: Counter[str] = Counter()
    events: Counter[str] = Counter()
    for seed in seeds:
        run = play(seed)
        codes += run.codes
        events += run.events
    return codes, events


def command(seed: int) -> str:
    """The command line that plays one history again."""
    return f"python -m tests.simulation --histories 1 --seed {seed}"
