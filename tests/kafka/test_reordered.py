"""The same month in other orders, with duplicates among them and offsets that go back half-way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine, text

from desk.commands.generate import make
from store.database import open_store, transaction
from store.registers import import_register
from streams.embedded import Embedded
from streams.house import House
from streams.outcome import Outcome
from streams.settings import Settings
from streams.sources import files_below, read_sources
from tests.chaos.offsets import move_group
from tests.chaos.stage import Stage, workers
from tests.crash.scenario import DAY
from tests.kafka.conftest import World
from tests.kafka.test_disturbances import without_signals
from tools.local_kafka import LocalKafka
from tools.local_postgresql import LocalPostgresql

SEEDS = (1, 2, 3)
DUPLICATES = 0.2
SEALED = {"refused", "quarantined"}
BOOKS = (
    "SELECT m.sha256, m.outcome, m.claimed_cents, m.granted_cents, m.lines, m.rejected FROM message m",
    "SELECT m.sha256, l.reference, l.state, l.amount_cents, l.used_volume FROM line l"
    " JOIN message m ON m.id = l.message_id",
    "SELECT municipality, domain, number, used_volume, used_cents FROM allocation"
    " LEFT JOIN allocation_use ON allocation_id = id",
    "SELECT sha256, outcome, reason FROM fault",
)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The register and the messages of a month: 301s, then 323s with credits among them."""
    folder = tmp_path_factory.mktemp("month")
    make(folder, 11, 3, 300, 1, date(2026, 3, 1), 0.1, {}, False)
    return folder


class Reordered:
    """One order of a month in two halves: 301s as given, 323s shuffled, some of all sent again later."""

    def __init__(self, seed: int, month: Path, folder: Path) -> None:
        rng = Random(seed)
        files = files_below([month / "messages"])
        declarations = [path for path in files if path.parts[-3] == "0002-323"]
        first = [path for path in files if path not in declarations]
        rng.shuffle(declarations)
        order = first + declarations
        for path in rng.sample(order, int(len(order) * DUPLICATES)):
            order.insert(rng.randint(order.index(path) + 1, len(order)), path)
        half = len(first) + (len(order) - len(first)) // 2
        self.sent = len(order)
        self.whole = folder / "messages"
        self.halves = (self.whole / "1", self.whole / "2")
        for number, path in enumerate(order):
            into = self.halves[number >= half]
            into.mkdir(parents=True, exist_ok=True)
            (into / f"{number:04d}.xml").write_bytes(path.read_bytes())
        self.back_to = rng


def books(engine: Engine) -> list[list[str]]:
    """Messages, lines, allocations and faults, as one can compare them between databases."""
    with engine.connect() as connection:
        return [sorted(str(tuple(row)) for row in connection.execute(text(query))) for query in BOOKS]


def told(outcomes: Iterable[Outcome]) -> list[Outcome]:
    return [outcome._replace(message_id=None) for outcome in outcomes]


def through_kafka(stage: Stage, order: Reordered) -> list[Outcome]:
    """Two workers; between the halves every partition goes back to an offset that was handled."""
    with workers(stage, 2) as both:
        outcomes = stage.process(order.halves[0])
        assert [each.stop() for each in both] == [0, 0]
    ends = dict(stage.rows("SELECT partition, next_offset FROM progress"))
    move_group(stage, {partition: order.back_to.randrange(end) for partition, end in ends.items()})
    with workers(stage, 2) as both:
        outcomes += stage.process(order.halves[1])
        stage.published()
        assert [each.stop() for each in both] == [0, 0]
    return outcomes


def one_by_one(order: Reordered, month: Path, folder: Path) -> tuple[World, list[list[str]]]:
    """The same order in one process: its files, outcomes and books."""
    folder.mkdir(parents=True, exist_ok=True)
    engine, settings = open_store(f"sqlite:///{folder / 'd.db'}"), Settings()
    with transaction(engine, alone=True) as connection:
        import_register(
            connection, month / "register", recorded_at="2026-01-01T00:00:00+01:00", after_message=0
        )
    embedded = Embedded(engine, House(settings.choices(), None), settings, folder / "out")
    outcomes = [
        outcome
        for half in order.halves
        for outcome in embedded.process(read_sources(files_below([half])), DAY)
    ]
    return World(order.whole, month / "register", folder / "out", outcomes), books(engine)


@pytest.mark.parametrize("seed", SEEDS)
def test_any_order_with_duplicates_is_the_order_of_its_keys(
    seed: int, month: Path, tmp_path: Path, broker: LocalKafka, server: LocalPostgresql
) -> None:
    order = Reordered(seed, month, tmp_path)
    stage = Stage(tmp_path / "stage", broker, month / "register", server, kafka_group_messages=5)
    outcomes = through_kafka(stage, order)
    world, expected = one_by_one(order, month, tmp_path)
    assert told(outcomes) == told(world.outcomes)
    assert books(stage.engine) == expected
    assert without_signals(stage.files()) == without_signals(world.files())
    assert stage.hold().received == order.sent
    decided = Counter(each.sha256 for each in outcomes if each.outcome not in {"duplicate", *SEALED})
    sealed = {each.sha256 for each in outcomes if each.outcome in SEALED}
    assert set(decided.values()) == {1}
    assert set(decided).isdisjoint(sealed)
    assert len(decided) + len(sealed) == len({each.sha256 for each in outcomes})
    assert len([each for each in outcomes if each.outcome == "duplicate"]) > 0.1 * order.sent


def test_control_the_orders_do_not_come_to_the_same(month: Path, tmp_path: Path) -> None:
    """If they did, the test above could not tell an order that was kept from one that was not."""
    found = []
    for seed in SEEDS:
        folder = tmp_path / str(seed)
        found.append(one_by_one(Reordered(seed, month, folder), month, folder)[1])
    lines = [each[1] for each in found]
    assert lines[0] != lines[1] != lines[2] != lines[0]
    assert all(any(", 2, " in row for row in each) for each in lines), "there must be credits that count"
