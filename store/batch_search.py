"""Which batches are about a provider."""

from __future__ import annotations

from sqlalchemy import Connection, select

from store.batch_tables import batch, payment


def paying(connection: Connection, provider: str) -> frozenset[str]:
    """Numbers of the batches in which this provider is paid."""
    query = select(batch.c.number).join(payment, payment.c.batch_id == batch.c.id)
    return frozenset(connection.execute(query.where(payment.c.provider == provider)).scalars())
