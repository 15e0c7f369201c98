"""Everything again from the topics into an empty database: the same decisions, the same bytes."""

from __future__ import annotations

from store.database import open_store, transaction
from store.registers import import_register
from tests.chaos.stage import Stage, workers
from tests.kafka.conftest import World

_DECIDED = {
    "messages": "SELECT sha256, outcome, claimed_cents, granted_cents, lines, rejected, answer_identification"
    " FROM message ORDER BY sha256",
    "lines": "SELECT m.sha256, n.reference, n.state, n.amount_cents, n.used_volume, n.price_row FROM line n"
    " JOIN message m ON m.id = n.message_id ORDER BY m.sha256, n.id",
    "counters": "SELECT municipality, domain, number, used_volume, used_cents FROM allocation"
    " LEFT JOIN allocation_use ON allocation_id = id"
    " ORDER BY 1, 2, 3",
    "outbox": "SELECT m.sha256, o.topic, o.name, o.body FROM outbox o JOIN message m ON m.id = o.message_id"
    " ORDER BY 1, 2, 3",
    "faults": "SELECT sha256, outcome, reason, body FROM fault ORDER BY sha256",
}


def test_an_empty_database_is_filled_from_the_topics(on_sqlite: Stage, world: World) -> None:
    """The database is lost with all its copies; the files of the new one are asked for again."""
    stage = on_sqlite
    with workers(stage) as (worker,):
        stage.process(world.inbox)
        stage.published()
        assert worker.stop() == 0
    decided = {name: stage.rows(query) for name, query in _DECIDED.items()}
    assert all(decided.values())
    stage.engine.dispose()
    for path in stage.folder.glob("d.db*"):
        path.unlink()
    stage.engine = open_store(stage.settings.database_url)
    with transaction(stage.engine, alone=True) as connection:
        import_register(connection, world.register, recorded_at="2026-01-01T00:00:00+01:00", after_message=0)
    stage.out = stage.folder / "again"
    with workers(stage) as (worker,):
        stage.until(lambda: stage.number("SELECT COUNT(*) FROM arrival") >= len(world.outcomes))
        assert {name: stage.rows(query) for name, query in _DECIDED.items()} == decided
        stage.process(world.inbox)
        stage.published()
        assert worker.stop() == 0
    assert stage.files() == world.files()
    stage.hold()
