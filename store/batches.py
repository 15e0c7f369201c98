"""Payment batches in the store: what is open, what every provider is still owed, what was closed.

Callers hold one transaction around reading, closing and saving. Two closings at once cannot both succeed:
the second meets a unique batch number or an already covered declaration and raises IntegrityError.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, update

from processors.batch_json import sha256
from processors.lump_sums import ScheduleKey
from rules.facts import REJECTED
from schemas.batch import Batch, GrantedLine, OpenDeclaration
from store.batch_tables import batch as batch_table
from store.batch_tables import batch_instalment, batch_message, payment
from store.tables import LINES_PER_MESSAGE, declaration, line


class StoredBatch(NamedTuple):
    """A closed batch as listed, without its files."""

    number: str
    municipality: str
    cut_off: date
    due: date
    total_cents: int
    payments: int
    sha256: str | None
    after_message: int


class BatchFiles(NamedTuple):
    """The three files of a batch as they were made; `pain` is None when nothing is paid."""

    body: bytes
    pain: bytes | None
    specification: bytes


def open_declarations(connection: Connection, municipality: str, cut_off: date) -> list[OpenDeclaration]:
    """Declarations received up to and including the cut-off that no batch covers, in order of arrival."""
    d = declaration.c
    columns = (d.message_id, d.provider, d.domain, d.number, d.received_on, d.dated_on, d.granted_cents)
    query = select(*columns).where(_open(municipality, cut_off)).order_by(d.message_id)
    return [
        OpenDeclaration(
            row.message_id,
            row.provider,
            row.domain,
            row.number,
            date.fromisoformat(row.received_on),
            date.fromisoformat(row.dated_on),
            row.granted_cents,
        )
        for row in connection.execute(query)
    ]


def granted_lines(connection: Connection, municipality: str, cut_off: date) -> list[GrantedLine]:
    """The granted lines of the open declarations, in document order. Read them before saving the batch."""
    n = line.c
    columns = (n.message_id, n.reference, n.allocation_number, n.begin_on, n.end_on, n.amount_cents, n.side)
    first = declaration.c.message_id * LINES_PER_MESSAGE  # by their ids: no index knows the message of a line
    query = (
        select(*columns)
        .join(declaration, n.id.between(first, first + LINES_PER_MESSAGE - 1))
        .where(_open(municipality, cut_off), n.state != REJECTED)
        .order_by(n.id)
    )
    return [
        GrantedLine(
            row.message_id,
            row.reference,
            row.allocation_number,
            date.fromisoformat(row.begin_on),
            date.fromisoformat(row.end_on),
            row.amount_cents,
            row.side,
        )
        for row in connection.execute(query)
    ]


def balances(connection: Connection, municipality: str) -> dict[str, int]:
    """Per provider what all batches so far covered minus what they paid, in signed cents; zeros left out.

    Negative: the provider owes. Positive: held. This is `carried_in` of the next batch.
    """
    d = declaration.c
    granted = (
        select(d.provider, func.sum(d.granted_cents))
        .join(batch_message, batch_message.c.message_id == d.message_id)
        .where(d.municipality == municipality)
        .group_by(d.provider)
    )
    paid = (
        select(payment.c.provider, func.sum(payment.c.amount_cents))
        .join(batch_table, batch_table.c.id == payment.c.batch_id)
        .where(batch_table.c.municipality == municipality)
        .group_by(payment.c.provider)
    )
    i = batch_instalment.c
    scheduled = select(i.provider, func.sum(i.amount_cents)).where(i.municipality == municipality)
    balance_cents = {provider: int(cents) for provider, cents in connection.execute(granted)}
    for provider, cents in connection.execute(scheduled.group_by(i.provider)):
        balance_cents[provider] = balance_cents.get(provider, 0) + int(cents)
    for provider, cents in connection.execute(paid):
        balance_cents[provider] = balance_cents.get(provider, 0) - int(cents)
    return {provider: cents for provider, cents in sorted(balance_cents.items()) if cents}


def paid_instalments(connection: Connection, municipality: str) -> dict[ScheduleKey, dict[int, int]]:
    """Per lump sum the signed cents of every instalment that a batch of this municipality covers."""
    i = batch_instalment.c
    query = select(i.schedule, i.provider, i.year, i.number, i.amount_cents)
    found: defaultdict[ScheduleKey, dict[int, int]] = defaultdict(dict)
    for schedule, provider, year, number, cents in connection.execute(
        query.where(i.municipality == municipality)
    ):
        found[schedule, provider, year][number] = cents
    return dict(found)


def next_sequence(connection: Connection, municipality: str, year: int) -> int:
    """The sequence of the next batch of a municipality with a cut-off in `year`, from 1."""
    b = batch_table.c
    query = select(func.max(b.sequence)).where(b.municipality == municipality, b.year == year)
    return (connection.scalar(query) or 0) + 1


def save_batch(connection: Connection, batch: Batch, files: BatchFiles, after_message: int) -> None:
    """Store a closed batch, its payments and the declarations and instalments it covers.

    `after_message` is the last message taken in before it closed, so that a replay closes it at the same
    moment. Raises IntegrityError when the number exists or what it covers is covered already.
    """
    values = {
        "municipality": batch.municipality,
        "year": batch.cut_off.year,
        "sequence": batch.sequence,
        "number": batch.number,
        "cut_off": batch.cut_off.isoformat(),
        "due": batch.due.isoformat(),
        "total_cents": batch.total_cents,
        "sha256": sha256(files.pain),
        "after_message": after_message,
        **files._asdict(),
    }
    batch_id = connection.scalar(insert(batch_table).values(values).returning(batch_table.c.id))
    payments = [
        {
            "batch_id": batch_id,
            "provider": t.provider,
            "end_to_end_id": t.end_to_end_id,
            "amount_cents": t.amount_cents,
        }
        for t in batch.transactions
    ]
    covered = [{"message_id": d.message_id, "batch_id": batch_id} for d in batch.declarations]
    instalments = [
        {
            "municipality": batch.municipality,
            "provider": i.provider,
            "schedule": i.schedule,
            "year": i.year,
            "number": i.number,
            "batch_id": batch_id,
            "due_on": i.due_on.isoformat(),
            "amount_cents": i.amount_cents,
        }
        for i in batch.lump_sums
    ]
    for table, rows in ((payment, payments), (batch_message, covered), (batch_instalment, instalments)):
        if rows:
            connection.execute(insert(table), rows)


def batches(connection: Connection, municipality: str | None = None) -> list[StoredBatch]:
    """Closed batches in order of closing, of one municipality or of all."""
    b = batch_table.c
    payments = select(func.count()).where(payment.c.batch_id == b.id).scalar_subquery()
    query = select(
        b.number, b.municipality, b.cut_off, b.due, b.total_cents, payments, b.sha256, b.after_message
    ).order_by(b.id)
    if municipality is not None:
        query = query.where(b.municipality == municipality)
    return [
        StoredBatch(number, owner, date.fromisoformat(cut_off), date.fromisoformat(due), *rest)
        for number, owner, cut_off, due, *rest in connection.execute(query)
    ]


def undelivered_batches(
    connection: Connection, municipality: str, closed: str | None = None
) -> dict[str, BatchFiles]:
    """Batches of a municipality whose files may not stand in an output folder yet, oldest first.

    The batch with number `closed` is among them in any case.
    """
    b = batch_table.c
    query = (
        select(b.number, b.body, b.pain, b.specification)
        .where(b.municipality == municipality, or_(b.delivered == 0, b.number == closed))
        .order_by(b.id)
    )
    return {number: BatchFiles(*files) for number, *files in connection.execute(query)}


def mark_batches_delivered(connection: Connection, numbers: Collection[str]) -> None:
    """Remember that the files of these batches stand whole in an output folder."""
    connection.execute(update(batch_table).where(batch_table.c.number.in_(numbers)).values(delivered=1))


def _open(municipality: str, cut_off: date) -> ColumnElement[bool]:
    d = declaration.c
    covered = select(batch_message.c.message_id).where(batch_message.c.message_id == d.message_id).exists()
    return (d.municipality == municipality) & (d.received_on <= cut_off.isoformat()) & ~covered
