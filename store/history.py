"""What was received and decided, read back in pieces: for work that decides it again elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, RowMapping, select

from store.allocations import day
from store.database import trial
from store.packing import unpack
from store.parts import parts
from store.tables import (
    LINES_PER_MESSAGE,
    allocation_version,
    basis,
    declaration,
    line,
    message,
    message_body,
    relation,
)

_CHUNK = 200


class Kept(NamedTuple):
    """A message as it was taken in: enough to take it in again."""

    id: int
    sha256: str
    type: str
    body: bytes
    file: str
    received_on: date
    answered_on: date | None
    basis: str
    register_version: int


def declared_messages(connection: Connection, months: Sequence[date]) -> set[int]:
    """The processed declarations of these months (first days)."""
    of_months = declaration.c.period_begin.in_([str(month) for month in months])
    return set(connection.execute(select(declaration.c.message_id).where(of_months)).scalars())


def messages_until(engine: Engine, last: int, types: Sequence[str]) -> Iterator[list[Kept]]:
    """Messages of some types up to and including the last, in groups, each read in a moment of its own.

    Nobody who takes messages in waits for what is done between two groups.
    """
    m = message.c
    columns = (m.id, m.sha256, m.type, message_body.c.body, m.file, m.received_on, m.answered_on)
    query = (
        select(*columns, basis.c.content, m.register_version)
        .join(message_body, message_body.c.message_id == m.id)
        .join(basis, basis.c.id == m.basis_id)
        .where(m.type.in_(types))
        .order_by(m.id)
        .limit(_CHUNK)
    )
    after = 0
    while True:
        with trial(engine) as connection:
            rows = connection.execute(query.where(m.id > after, m.id <= last)).all()
        if not rows:
            return
        yield [_kept(tuple(row)) for row in rows]
        after = rows[-1][0]


def decided_lines(connection: Connection, message_ids: Sequence[int]) -> Iterator[RowMapping]:
    """The lines of these messages with what their price depends on, in order."""
    n, r = line.c, relation.c
    query = (
        select(
            message.c.sha256, (n.id % LINES_PER_MESSAGE).label("position"), r.municipality, r.provider,
            r.domain, n.bsn, n.allocation_number, n.code, n.unit, n.volume, n.begin_on, n.side,
            n.amount_cents, n.state, allocation_version.c.start_on,
        )
        .join(message, message.c.id == n.message_id)
        .join(relation, r.id == n.relation_id)
        .outerjoin(allocation_version, allocation_version.c.id == n.version_id)
    )  # fmt: skip
    for some in parts(message_ids, _CHUNK):
        yield from connection.execute(query.where(n.message_id.in_(some)).order_by(n.id)).mappings()


def _kept(row: tuple[Any, ...]) -> Kept:
    number, sha256, kind, body, file, received_on, answered_on, *decided_by = row
    answered = None if answered_on is None else day(answered_on)
    return Kept(number, sha256, kind, unpack(body), file, day(received_on), answered, *decided_by)
