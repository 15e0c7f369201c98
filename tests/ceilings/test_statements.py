"""What watching costs the database: nothing where no ceiling is near, and not one statement per line."""

from __future__ import annotations

from datetime import date
from typing import Any

from store.database import transaction
from store.inbox import Inbox
from streams.embedded import refresh
from streams.handle import handle
from tests.ceilings.world import BSNS, OAK, OTHER_TOWN, World, ceiling
from tests.simulation.wire import bytes_of

FEBRUARY, MARCH = date(2026, 2, 5), date(2026, 3, 5)
STRANGERS = [ceiling(f"C{number}", 100, agb=(f"4141{number}",)) for number in range(1000, 1100)]


def _statements(world: World, message: dict[str, Any], received_on: date) -> list[str]:
    """Every statement that SQLite runs for one message, each row of a set of rows for itself."""
    said: list[str] = []
    with transaction(world.engine) as connection:
        refresh(world.house, connection)
        inbox = Inbox(connection)
        driver: Any = connection.connection.driver_connection
        driver.set_trace_callback(said.append)
        outcome = handle(bytes_of(message), "m.xml", received_on, inbox, world.house)
        driver.set_trace_callback(None)
    assert (outcome.outcome, outcome.rejected) == ("answered", 0)
    return said


def test_a_message_far_from_every_ceiling_asks_nothing() -> None:
    """The ceilings of others, one of Oak elsewhere, and one of another year: as if there were none."""
    elsewhere = ceiling("D", 1, municipalities=(OTHER_TOWN,))
    last_year = ceiling("E", 1, valid_from=date(2025, 1, 1), valid_until=date(2025, 12, 31))
    counts = []
    for rows in ([], [*STRANGERS, elsewhere, last_year]):
        world = World(rows)
        world.allocate(1)
        said = _statements(world, world.message([world.line(500, 1)], received_on=FEBRUARY), FEBRUARY)
        assert not any("ceiling" in statement for statement in said)
        counts.append(len(said))
    assert counts[0] == counts[1]


def test_cases_and_clients_are_taken_together() -> None:
    """192 lines of new clients above a ceiling, during a stop: dozens of rows a statement."""
    stop = {"stop": "S", "agb": OAK, "ground": "CEILING", "valid_from": date(2026, 1, 1)}
    world = World([ceiling("P", 1)], [stop])
    lines = []
    for number in range(1, 193):
        bsn = BSNS[number % len(BSNS)]
        world.allocate(number, bsn=bsn, start=date(2026, 1, 5))
        lines.append(world.line(5, 1, allocation=number, bsn=bsn, first=5))
    said = _statements(world, world.message(lines, received_on=MARCH), MARCH)
    assert sum("INTO ceiling_review" in statement for statement in said) == 3  # three times 64 rows
    assert sum("FROM allocation" in statement and "bsn" in statement for statement in said) < 10
    assert sum("ceiling" in statement for statement in said) < 20
