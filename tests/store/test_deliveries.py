"""Starts and stops in the store come back as they were reported, until they are removed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select

from processors.assess_delivery import DeliveryChanges
from schemas.delivery import Delivery
from store.database import open_store, trial
from store.deliveries import known_deliveries, record_deliveries
from store.delivery_tables import delivery as delivery_table
from store.tables import basis, message, relation

BSN, OTHER = "999991012", "999991061"
START = Delivery(0, 1001, "45", "45A04", date(2026, 3, 1), date(2026, 3, 3), None, None, "1")
SECOND = Delivery(1, 1002, "45", None, None, date(2026, 3, 4), None, None, "1")
TASK = Delivery(2, None, "44", "44T01", None, date(2026, 3, 5), None, None, "1")
STOP = START._replace(end=date(2026, 4, 1), end_reason="20")


@pytest.fixture
def connection(store_url: str) -> Iterator[Connection]:
    with trial(open_store(store_url)) as connection:
        connection.execute(insert(basis).values(id=1, content="{}"))
        for key, provider in ((1, "41410001"), (2, "41410002")):
            values = {"id": key, "municipality": "0384", "provider": provider, "domain": "jw"}
            connection.execute(insert(relation).values(values))
        for key in (1, 2, 3):
            connection.execute(insert(message).values(_message(key)))
        yield connection


def _message(key: int) -> dict[str, Any]:
    return {
        "id": key, "sha256": f"{key:064x}", "relation_id": 1, "type": "JW305", "identification": f"M{key}",
        "dated_on": "2026-04-10", "received_on": "2026-04-10", "file": "x.xml", "outcome": "answered",
        "row": 9, "claimed_cents": 0, "granted_cents": 0, "lines": 0, "rejected": 0, "basis_id": 1,
        "register_version": 1, "delivered": 0,
    }  # fmt: skip


def added(*deliveries: Delivery) -> DeliveryChanges:
    return DeliveryChanges(added=deliveries, removed=())


def test_what_was_recorded_is_known(connection: Connection) -> None:
    record_deliveries(connection, 1, 1, BSN, added(START, SECOND, TASK))
    record_deliveries(connection, 2, 1, BSN, added(STOP))
    starts, stops = known_deliveries(connection, 1, BSN)
    assert [known.delivery for known in starts] == [START, SECOND, TASK]
    assert [known.delivery for known in stops] == [STOP]
    assert len({known.row for known in (*starts, *stops)}) == 4


def test_nothing_is_known_of_another_client_or_provider(connection: Connection) -> None:
    record_deliveries(connection, 1, 1, BSN, added(START))
    assert known_deliveries(connection, 1, OTHER) == ([], [])
    assert known_deliveries(connection, 2, BSN) == ([], [])


def test_a_removed_delivery_is_kept_but_not_known(connection: Connection) -> None:
    record_deliveries(connection, 1, 1, BSN, added(START, SECOND))
    starts, _ = known_deliveries(connection, 1, BSN)
    corrected = START._replace(position=1, begin=date(2026, 3, 6))
    record_deliveries(connection, 2, 1, BSN, DeliveryChanges((corrected,), (starts[0].row,)))
    starts, _ = known_deliveries(connection, 1, BSN)
    assert [known.delivery for known in starts] == [SECOND, corrected]
    removed = select(delivery_table.c.removed_by).where(delivery_table.c.removed_by.is_not(None))
    assert connection.execute(removed).scalars().all() == [2]
    assert connection.execute(select(func.count()).select_from(delivery_table)).scalar() == 3


def test_a_delivery_is_removed_once(connection: Connection) -> None:
    record_deliveries(connection, 1, 1, BSN, added(START))
    starts, _ = known_deliveries(connection, 1, BSN)
    gone = DeliveryChanges((), (starts[0].row,))
    record_deliveries(connection, 2, 1, BSN, gone)
    with pytest.raises(LookupError):
        record_deliveries(connection, 3, 1, BSN, gone)


def test_a_delivery_of_another_relation_is_not_removed(connection: Connection) -> None:
    record_deliveries(connection, 1, 1, BSN, added(START))
    starts, _ = known_deliveries(connection, 1, BSN)
    with pytest.raises(LookupError):
        record_deliveries(connection, 2, 2, BSN, DeliveryChanges((), (starts[0].row,)))
    assert known_deliveries(connection, 1, BSN)[0] == starts
