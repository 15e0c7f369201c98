"""What lines and allocations say about ceilings, for whoever looks: read once for all ceilings together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, and_, case, exists, func, literal, select

from contracts.ceilings import Claim
from rules.facts import LIVE, REJECTED
from schemas.allocation import Allocation
from store.allocations import allocation_of
from store.allocations import day as stored_day
from store.batch_tables import batch, batch_message, payment
from store.ceiling_reviews import RECOVER
from store.ceiling_tables import ceiling_above, ceiling_review
from store.costs import SIGNED_CENTS
from store.tables import allocation, line, relation


class Sum(NamedTuple):
    """Signed cents of the lines of one product, day and allocation: submitted, granted, paid."""

    claim: Claim
    allocation: tuple[str, str, int]
    claimed_cents: int
    granted_cents: int
    paid_cents: int


class Allocated(NamedTuple):
    """An allocation with who gave it to whom."""

    municipality: str
    provider: str
    domain: str
    value: Allocation


def line_sums(connection: Connection, providers: list[str], begin: str, end: str) -> Iterator[Sum]:
    """The lines of these providers of which the product period begins between two days.

    Paid is what a batch covers of which, then or later, the provider was paid.
    """
    n, r = line.c, relation.c
    later = batch.alias()
    paid = exists(
        select(literal(1))
        .select_from(batch_message)
        .join(payment, payment.c.batch_id >= batch_message.c.batch_id)
        .join(later, and_(later.c.id == payment.c.batch_id, later.c.municipality == r.municipality))
        .where(batch_message.c.message_id == n.message_id, payment.c.provider == r.provider)
    )
    granted = case((n.state == REJECTED, 0), else_=SIGNED_CENTS)
    query = (
        select(r.provider, r.municipality, r.domain, n.code, n.begin_on, n.allocation_number)
        .add_columns(func.sum(SIGNED_CENTS), func.sum(granted), func.sum(case((paid, granted), else_=0)))
        .join(relation, r.id == n.relation_id)
        .where(r.provider.in_(providers), n.begin_on.between(begin, end))
        .group_by(r.provider, r.municipality, r.domain, n.code, n.begin_on, n.allocation_number)
        .order_by(r.provider, r.municipality, r.domain, n.code, n.begin_on, n.allocation_number)
    )
    for row in connection.execute(query).all():
        claim = Claim(row[0], row[1], row[2], row[3], stored_day(row[4]))
        yield Sum(claim, (row[1], row[2], row[5]), *(int(value) for value in row[6:]))


def allocated(connection: Connection, providers: list[str], begin: str, end: str) -> Iterator[Allocated]:
    """The allocations of these providers that are valid on any day of a period."""
    a, r = allocation.c, relation.c
    columns = (
        a.number, a.bsn, a.category, a.code, a.volume, a.unit, a.frequency, a.budget_cents, a.start_on,
        a.end_on, a.change_reason, a.decided_at, a.provider_reference,
    )  # fmt: skip
    query = (
        select(*columns, r.municipality, r.provider, r.domain)
        .join(relation, r.id == a.relation_id)
        .where(r.provider.in_(providers), a.start_on <= end, a.end_on.is_(None) | (a.end_on >= begin))
    )
    for row in connection.execute(query).all():
        yield Allocated(row[13], row[14], row[15], allocation_of(tuple(row)))


def held_cents(connection: Connection) -> dict[int, int]:
    """Per ceiling what is not paid of lines above it, though a batch covers them."""
    v = ceiling_review.c
    query = (
        select(v.use_id, func.sum(v.held_cents))
        .join(line, line.c.id == v.line_id)
        .join(batch_message, batch_message.c.message_id == v.message_id)
        .where(line.c.state == LIVE, v.decision.is_(None) | (v.decision == RECOVER))
        .group_by(v.use_id)
    )
    return {use_id: int(cents) for use_id, cents in connection.execute(query).all()}


def above_cents(connection: Connection) -> dict[int, dict[str, int]]:
    """Per ceiling what was claimed above it, by ground."""
    c = ceiling_above.c
    query = (
        select(c.use_id, c.ground, func.sum(c.cents))
        .group_by(c.use_id, c.ground)
        .order_by(c.use_id, c.ground)
    )
    found: dict[int, dict[str, int]] = {}
    for use_id, ground, cents in connection.execute(query).all():
        found.setdefault(use_id, {})[ground] = int(cents)
    return found
