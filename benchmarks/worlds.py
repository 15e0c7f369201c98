"""What is measured: 323s as files beside a database that already knows their register and 301s."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from benchmarks.history import add_history
from contracts.tables import Row
from desk.synthetic.region import make_region, months_from
from desk.synthetic.register import register_rows
from desk.synthetic.single import one_declaration
from desk.synthetic.traffic import messages_of
from rules.facts import Choices
from schemas.xml.gate import LARGEST_MESSAGE
from store.database import open_store, transaction
from store.registers import save
from streams.embedded import Embedded
from streams.house import House
from streams.settings import Settings
from streams.sources import Source


@dataclass(frozen=True)
class World:
    """323s in `files`, and in `database` everything that came before them."""

    name: str
    files: tuple[Path, ...]
    database: Path
    received_on: date

    @property
    def contents(self) -> list[bytes]:
        """The bytes of the messages, in order."""
        return [path.read_bytes() for path in self.files]


def message_world(folder: Path, lines: int, *, usual: bool = True, allocated: bool = True) -> World:
    """One message of exactly `lines` valid lines: indented, or flat when that is too large to be sent.

    One that is not `usual` has a blank in one tag: it is not recognized, but parsed and validated. When
    nothing is `allocated`, every line is rejected.
    """
    name = f"{lines:,} lines"
    made = one_declaration(lines, seed=lines, indented=True)
    if len(made.declaration) >= LARGEST_MESSAGE:
        name += ", flat"
        made = one_declaration(lines, seed=lines)
    declaration = made.declaration
    if not usual:
        name += ", not usual"
        declaration = declaration.replace(b"<Clienten>", b"<Clienten >")
    earlier = made.allocations
    if not allocated:
        name += ", all rejected"
        earlier = []
    where = folder / name.replace(" ", "-")
    return _world(where, name, made.register, earlier, [declaration], made.received_on)


def month_world(folder: Path, lines: int) -> World:
    """A month of a region: many small messages and a few large ones, one line in twenty with a fault."""
    rng = Random(1)
    region = make_region(rng, municipalities=4, lines=lines, months=months_from(date(2026, 3, 1), 1))
    earlier: list[bytes] = []
    claims: list[bytes] = []
    for message in messages_of(rng, region, fault_share=0.05, faults={}):
        (earlier if message.name.startswith("0001-") else claims).append(message.content)
    return _world(folder / "month", "mixed month", register_rows(region), earlier, claims, region.received_on)


def old_world(folder: Path, world: World, lines: int) -> World:
    """The same messages beside a database that also holds about `lines` lines of earlier months."""
    database = folder / f"old-{lines}.db"
    shutil.copyfile(world.database, database)
    add_history(database, lines)
    return World(f"{world.name} on {lines:,}", world.files, database, world.received_on)


def _world(
    folder: Path,
    name: str,
    register: Mapping[str, tuple[Row, ...]],
    earlier: Iterable[bytes],
    claims: Iterable[bytes],
    received_on: date,
) -> World:
    folder.mkdir(parents=True)
    database = folder / "store.db"
    engine = open_store(f"sqlite:///{database}")
    with transaction(engine) as connection:
        save(connection, register, recorded_at="2026-01-01T00:00:00", after_message=0)
    before = folder / "before"  # removed with the rest at the end: removing slows what comes after
    runtime = Embedded(engine, House(Choices()), Settings(group_messages=1000), before)
    for outcome in runtime.process((Source("earlier", content) for content in earlier), received_on):
        if outcome.outcome not in {"stored", "answered"}:
            raise AssertionError(f"what comes before must be taken in: {outcome.reason}")
    engine.dispose()  # the last connection to leave empties the write-ahead log into the database
    files = []
    for number, content in enumerate(claims):
        path = folder / f"{number:06d}.xml"
        path.write_bytes(content)
        files.append(path)
    return World(name, tuple(files), database, received_on)
