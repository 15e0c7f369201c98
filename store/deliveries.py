"""Starts and stops of delivery in the store: what is known of a client, and what a message changes."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, Row, insert, select, update

from processors.assess_delivery import DeliveryChanges
from rules.facts import KnownDelivery
from schemas.delivery import Delivery
from store.delivery_tables import delivery as delivery_table
from store.tables import LINES_PER_MESSAGE

FIRST = "1"


def known_deliveries(
    connection: Connection, relation_id: int, bsn: str
) -> tuple[list[KnownDelivery], list[KnownDelivery]]:
    """Starts and stops of one client with one provider, in order of arrival; removed ones left out."""
    d = delivery_table.c
    query = select(delivery_table).where(d.relation_id == relation_id, d.bsn == bsn, d.removed_by.is_(None))
    known = [KnownDelivery(row.id, _read(row)) for row in connection.execute(query.order_by(d.id))]
    starts = [k for k in known if not k.delivery.is_stop]
    return starts, [k for k in known if k.delivery.is_stop]


def record_deliveries(
    connection: Connection, message_id: int, relation_id: int, bsn: str, changes: DeliveryChanges
) -> None:
    """Store what an accepted 305 or 307 changed.

    Raises LookupError when a row to remove was removed before: the facts were out of date.
    """
    if changes.removed:
        d = delivery_table.c
        removal = (
            update(delivery_table)
            .where(d.id.in_(changes.removed), d.relation_id == relation_id, d.removed_by.is_(None))
            .values(removed_by=message_id)
        )
        if connection.execute(removal).rowcount != len(changes.removed):
            raise LookupError(f"message {message_id}: a delivery to remove is not known any more")
    if changes.added:
        rows = [_write(added, message_id, relation_id, bsn) for added in changes.added]
        connection.execute(insert(delivery_table), rows)


def _write(added: Delivery, message_id: int, relation_id: int, bsn: str) -> dict[str, object]:
    return {
        "id": message_id * LINES_PER_MESSAGE + added.position,
        "message_id": message_id,
        "relation_id": relation_id,
        "bsn": bsn,
        "is_stop": added.is_stop,
        "position": added.position,
        "allocation": added.allocation,
        "category": added.category,
        "code": added.code,
        "allocation_start": _text(added.allocation_start),
        "begin_on": str(added.begin),
        "end_on": _text(added.end),
        "end_reason": added.end_reason,
    }


def _read(row: Row[tuple[object, ...]]) -> Delivery:
    return Delivery(
        position=row.position,
        allocation=row.allocation,
        category=row.category,
        code=row.code,
        allocation_start=_day(row.allocation_start),
        begin=date.fromisoformat(row.begin_on),
        end=_day(row.end_on),
        end_reason=row.end_reason,
        status=FIRST,
    )


def _text(day: date | None) -> str | None:
    return None if day is None else str(day)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
