"""A flood from one provider does not keep another waiting: partitions take turns."""

from __future__ import annotations

from tests.chaos.stage import Stage, workers
from tests.crash.scenario import BSNS, ELM, allocation
from tests.kafka.conftest import World
from tests.kafka.test_bad_records import ELM_KEY, OAK_KEY, Sent, handled, send
from tests.simulation.wire import bytes_of

FLOOD = 900  # takes several times as long as the broker may hold a question


def test_one_message_overtakes_a_flood_that_was_there_before(on_sqlite: Stage, world: World) -> None:
    flood: list[Sent] = [
        (bytes_of(allocation(n, BSNS[0])), OAK_KEY.encode(), []) for n in range(1, FLOOD + 1)
    ]
    one: Sent = (bytes_of(allocation(9999, BSNS[2], ELM)), ELM_KEY.encode(), [])
    send(on_sqlite, [*flood, one])
    with workers(on_sqlite) as (worker,):
        handled(on_sqlite, FLOOD + 1, 60)
        assert worker.stop() == 0
    partitions = on_sqlite.number("SELECT COUNT(DISTINCT partition) FROM arrival")
    assert partitions == 2
    place = on_sqlite.number(
        "SELECT m.id FROM message m JOIN relation r ON r.id = m.relation_id WHERE r.provider = '41410002'"
    )
    assert place <= FLOOD // 3
