"""Versions of the register in the store: every one stays readable, and none is rewritten."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateIndex

from contracts.register_difference import RegisterDifference
from contracts.tables import TABLES, Row, TariffRow
from store import registers
from store.database import open_store, trial
from store.metadata import metadata
from store.register_tables import register_import, register_row
from tests.contracts.test_tables import VALID
from tests.store.test_registers import counts, stored


@pytest.fixture
def connection(store_url: str) -> Iterator[Connection]:
    with trial(open_store(store_url)) as connection:
        yield connection


def row(table: str, **cells: str) -> Row:
    return TABLES[table].model_validate(VALID[table] | cells)


def save(connection: Connection, after_message: int = 0, **tables: list[Row]) -> RegisterDifference:
    return registers.save(connection, tables, "2025-01-01T00:00:00+01:00", after_message)


def test_every_version_stays_readable(connection: Connection) -> None:
    first, dearer = row("tariffs"), row("tariffs", cents="9700")
    other = row("tariffs", code="45A05")
    provider = row("providers")
    versions = [
        save(connection, tariffs=[first, other], providers=[provider]),
        save(connection, tariffs=[dearer]),
        save(connection, tariffs=[dearer, other]),
        save(connection, providers=[]),
    ]
    assert [counts(version) for version in versions] == [
        {"tariffs": (2, 0, 0), "providers": (1, 0, 0)},
        {"tariffs": (0, 1, 1)},
        {"tariffs": (1, 0, 0)},
        {"providers": (0, 1, 0)},
    ]
    assert [version.version for version in versions] == [1, 2, 3, 4]
    kept = [registers.load(connection, version) for version in range(5)]
    assert [set(register.tables["tariffs"]) for register in kept] == [
        set(),
        {first, other},
        {dearer},
        {dearer, other},
        {dearer, other},
    ]
    assert [register.tables["providers"] for register in kept] == [(), *[(provider,)] * 3, ()]
    assert [register.version for register in kept] == [0, 1, 2, 3, 4]
    assert registers.load(connection) == kept[4]


def test_a_row_is_never_rewritten(connection: Connection) -> None:
    save(connection, tariffs=[row("tariffs")])
    before = stored(connection)
    save(connection, tariffs=[row("tariffs", cents="9700")])
    save(connection, tariffs=[])
    after = stored(connection)
    assert [found[:-1] for found in after[:1]] == [found[:-1] for found in before]
    assert [found[-1] for found in after] == [2, 3]


def test_the_version_in_force_when_a_message_was_decided(connection: Connection) -> None:
    assert registers.version_after(connection, 1) == registers.current_version(connection) == 0
    save(connection, after_message=0, providers=[row("providers")])
    save(connection, after_message=7, providers=[])
    save(connection, after_message=7, providers=[row("providers")])
    found = {message: registers.version_after(connection, message) for message in (0, 1, 7, 8, 99)}
    assert found == {0: 0, 1: 1, 7: 1, 8: 3, 99: 3}


def test_an_import_tells_when_and_what(connection: Connection) -> None:
    tariffs = [row("tariffs"), row("tariffs", code="45A05")]
    save(connection, after_message=7, tariffs=tariffs)
    save(connection, tariffs=[])
    save(connection, tariffs=tariffs[::-1])
    first, empty, again = connection.execute(select(register_import).order_by(register_import.c.id)).all()
    assert (first.recorded_at, first.after_message) == ("2025-01-01T00:00:00+01:00", 7)
    assert first.content_sha256 == again.content_sha256 != empty.content_sha256


def test_the_database_keeps_one_current_version_of_a_row(connection: Connection) -> None:
    save(connection, tariffs=[row("tariffs")])
    with pytest.raises(ValueError, match="twice"):
        save(connection, tariffs=[row("tariffs", cents="1"), row("tariffs", cents="2")])
    current = connection.execute(select(register_row)).mappings().one()
    with pytest.raises(IntegrityError):
        connection.execute(register_row.insert().values({**current, "id": 2}))
    indexes = {index.name: index for index in register_row.indexes}
    created = CreateIndex(indexes["uq_register_row_current"])
    assert str(created.compile(dialect=postgresql.dialect())).endswith("WHERE ended_by IS NULL")


rows = st.builds(
    lambda code, cents, until, name: row(
        "tariffs", code=code, cents=str(cents), source=name, **({"valid_until": until} if until else {})
    ),
    st.sampled_from(["45A04", "45A05", "45A06"]),
    st.integers(0, 10**12 - 1),
    st.sampled_from(["", "2025-06-30"]),
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=9),
)


@given(st.lists(st.lists(rows, unique_by=lambda row: row.identity()), max_size=5))
def test_whatever_was_saved_is_loaded(states: list[list[Row]]) -> None:
    engine = create_engine("sqlite://")
    metadata.create_all(engine, tables=[register_import, register_row])
    with engine.begin() as connection:
        kept = [(save(connection, tariffs=state).version, set(state)) for state in states]
        for version, state in kept:
            loaded = registers.load(connection, version).rows("tariffs", TariffRow)
            assert set(loaded) == state
            assert len(loaded) == len(state)
