"""What was set aside is replayed under the register of its own moment, not under one that came later."""

from __future__ import annotations

from pathlib import Path

from rules.facts import Choices
from store.database import open_store, transaction
from store.registers import import_register
from streams.embedded import Embedded
from streams.house import House
from streams.replay import replay
from streams.settings import Settings
from streams.sources import Source
from tests.crash.scenario import BSNS, DAY, OTHER_TOWN, TOWN, allocation, write_register
from tests.simulation.wire import bytes_of


def test_a_municipality_that_is_added_after_its_message(store_url: str, tmp_path: Path) -> None:
    engine = open_store(store_url)

    def agree(name: str, *towns: str) -> None:
        register = write_register(tmp_path / name, towns=dict.fromkeys(towns))
        with transaction(engine, alone=True) as connection:
            last = connection.exec_driver_sql("SELECT COALESCE(MAX(id), 0) FROM message").scalar_one()
            import_register(connection, register, recorded_at=f"2026-04-0{len(towns)}", after_message=last)

    def process(*names: str) -> list[str | None]:
        runtime = Embedded(engine, House(Choices()), Settings(), None)
        sources = [Source(name, contents[name]) for name in names]
        return [outcome.reason or outcome.outcome for outcome in runtime.process(sources, DAY)]

    contents = {
        "one": bytes_of(allocation(1, BSNS[0])),
        "strange": bytes_of(allocation(2, BSNS[1], town=OTHER_TOWN)),
    }
    agree("first", TOWN)
    assert process("one", "strange") == ["stored", "unknown-municipality"]
    agree("second", TOWN, OTHER_TOWN)
    assert replay(engine, None, lambda _: None) == (2, [])
    assert process("strange") == ["stored"]
    assert replay(engine, None, lambda _: None) == (3, [])
