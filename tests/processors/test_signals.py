"""What one is told of a declaration as a whole, though nothing in it is rejected."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rules.facts import Choices
from schemas.notice import signals_from_json
from store.database import open_store, transaction
from store.inbox import Inbox
from store.registers import import_register
from streams.embedded import Embedded
from streams.house import House
from streams.settings import Settings
from streams.sources import Source
from tests.crash.scenario import BSNS, DAY, allocation, declaration, line, write_register
from tests.simulation.wire import bytes_of

_MARCH = "2026-03-31"


@pytest.mark.parametrize(
    ("signed_on", "dated_on", "expected"),
    [
        (date(2026, 3, 31), date(2026, 4, 30), None),
        (date(2026, 3, 30), date(2026, 4, 7), f"{_MARCH} .. 2026-04-07"),
        (date(2026, 4, 7), date(2026, 4, 7), None),
        (date(2026, 4, 8), date(2026, 4, 7), f"{_MARCH} .. 2026-04-07"),
        (date(2026, 4, 8), date(2026, 5, 8), None),
        (date(2026, 4, 7), date(2026, 5, 8), "2026-04-08 .. 2026-05-08"),
        (date(2026, 4, 30), date(2026, 5, 31), None),
        (date(2026, 4, 29), date(2026, 5, 31), "2026-04-30 .. 2026-05-31"),
    ],
)
def test_a_declaration_signed_long_before_it_is_sent(
    tmp_path: Path, signed_on: date, dated_on: date, expected: str | None
) -> None:
    """Not after Dagtekening nor before the period ends (OC-03), nor more than a month earlier (ERR-36)."""
    engine = open_store("sqlite://")
    with transaction(engine, alone=True) as connection:
        register = write_register(tmp_path / "register")
        import_register(connection, register, recorded_at="2026-01-01", after_message=0)
    claim = declaration("D1", line("R1", 1, BSNS[0]), signed_on=signed_on, dated_on=dated_on)
    sources = [Source("301", bytes_of(allocation(1, BSNS[0]))), Source("323", bytes_of(claim))]
    day = max(DAY, dated_on)
    outcomes = list(Embedded(engine, House(Choices()), Settings(), None).process(sources, day))
    assert [outcome.rejected for outcome in outcomes] == [0, 0]
    with transaction(engine) as connection:
        bodies = Inbox(connection).execute("SELECT body FROM outbox WHERE topic = 'signals'").fetchall()
    told = [signal for (body,) in bodies for signal in signals_from_json(body)]
    assert [(each.kind, each.found, each.expected) for each in told] == (
        [("signed_oddly", str(signed_on), expected)] if expected else []
    )
