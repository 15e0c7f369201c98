"""Time the whole against the floor: in turns, in one process, the median of paired ratios."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import NamedTuple

from lxml import etree

from benchmarks.worlds import World
from rules.facts import Choices
from schemas.standard import BY_NAMESPACE
from schemas.xml.parser import parser
from schemas.xml.xsd import schema_for
from store.database import open_store, transaction
from streams.embedded import Embedded, refresh
from streams.house import House
from streams.settings import Settings
from streams.sources import read_sources

_MERGES_FREED_MEMORY = 4096  # a request of this size makes glibc pay for what was freed, inside the time


class Taken(NamedTuple):
    """Seconds on the clock, and seconds of processor of this process."""

    wall: float
    cpu: float


class Round(NamedTuple):
    """The floor and the whole on the same bytes, one after the other."""

    floor: Taken
    whole: Taken


@dataclass(frozen=True)
class Result:
    """The rounds of one world; `lines` are those of all its messages, `size` is in bytes."""

    name: str
    messages: int
    lines: int
    size: int
    rounds: tuple[Round, ...]

    @property
    def ratio(self) -> float:
        """Whole ÷ floor on the clock: the median over the rounds."""
        return median(each.whole.wall / each.floor.wall for each in self.rounds)

    @property
    def cpu_ratio(self) -> float:
        """Whole ÷ floor of processor time: what is left when the disk costs nothing."""
        return median(each.whole.cpu / each.floor.cpu for each in self.rounds)

    @property
    def whole(self) -> float:
        """Seconds of the whole: the median over the rounds."""
        return median(each.whole.wall for each in self.rounds)

    @property
    def floor(self) -> float:
        """Seconds of the floor: the median over the rounds."""
        return median(each.floor.wall for each in self.rounds)

    def slower_than(self, other: Result) -> float:
        """How many times longer the whole takes than that of the other: the median over the rounds."""
        return median(
            mine.whole.wall / its.whole.wall for mine, its in zip(self.rounds, other.rounds, strict=True)
        )


class Bench:
    """Runs worlds in `folder`, each with a house of its own, as in a worker that keeps running."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._houses: dict[str, House] = {}
        self._rounds = 0

    def compare(self, worlds: Sequence[World], rounds: int) -> dict[str, Result]:
        """The worlds in turns, so that a slow moment of the machine meets them all. By name."""
        taken: dict[str, list[Round]] = {world.name: [] for world in worlds}
        lines: dict[str, int] = {}
        for number in range(rounds + 1):
            for world in worlds:
                if number % 2:
                    whole, lines[world.name] = self.whole(world)
                    floor = time_floor(world)
                else:
                    floor = time_floor(world)
                    whole, lines[world.name] = self.whole(world)
                if number:  # the first round warms up
                    taken[world.name].append(Round(floor, whole))
        return {
            w.name: Result(
                w.name, len(w.files), lines[w.name], sum(map(len, w.contents)), tuple(taken[w.name])
            )
            for w in worlds
        }

    def whole(self, world: World) -> tuple[Taken, int]:
        """Files to committed store and written answers and lists; also the lines that were decided."""
        self._rounds += 1
        place = self._folder / f"round-{self._rounds}"  # removed at the end: removing slows what comes after
        place.mkdir()
        shutil.copyfile(world.database, place / "store.db")
        engine = open_store(f"sqlite:///{place / 'store.db'}")
        house = self._houses.setdefault(world.name, House(Choices()))
        with transaction(engine) as connection:
            refresh(house, connection)
        house.use(house.register)  # forgets the prices that an earlier round looked up
        runtime = Embedded(engine, house, Settings(), place / "out")
        os.sync()
        gc.collect()
        wall, cpu = perf_counter(), process_time()
        lines = sum(o.lines for o in runtime.process(read_sources(world.files), world.received_on))
        bytearray(_MERGES_FREED_MEMORY)
        taken = Taken(perf_counter() - wall, process_time() - cpu)
        engine.dispose()
        return taken, lines


def time_floor(world: World) -> Taken:
    """Parsing and validating the same bytes, and nothing else."""
    schemas = {space: schema_for(kind) for space, kind in BY_NAMESPACE.items() if kind.number == "323"}
    contents = world.contents
    gc.collect()
    wall, cpu = perf_counter(), process_time()
    for content in contents:
        try:
            root = etree.fromstring(content, parser())
        except etree.XMLSyntaxError:
            continue
        schema = schemas.get(str(root.tag).partition("}")[0][1:])
        if schema is not None:
            schema.validate(root)
        del root
    bytearray(_MERGES_FREED_MEMORY)
    return Taken(perf_counter() - wall, process_time() - cpu)
