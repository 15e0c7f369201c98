"""The costs of a year, aggregated in the database in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, Connection, case, func, select

from rules.facts import REJECTED
from schemas.costs import BorneLine, Cost
from store.batch_tables import batch_instalment
from store.parts import parts
from store.tables import declaration, line

SIGNED_CENTS: ColumnElement[int] = case((line.c.side == "C", -line.c.amount_cents), else_=line.c.amount_cents)


def granted_costs(connection: Connection, year: int) -> list[Cost]:
    """What was granted on lines that begin in a year, per municipality, domain, product and month."""
    d, n = declaration.c, line.c
    columns = (d.municipality, d.domain, n.code, n.month)
    query = (
        select(*columns, func.sum(SIGNED_CENTS))
        .join(declaration, d.message_id == n.message_id)
        .where(n.state != REJECTED, in_year(year))
        .group_by(*columns)
        .order_by(*columns)
    )
    return [Cost._make((*key, int(cents))) for *key, cents in connection.execute(query)]


def borne_lines(
    connection: Connection, year: int, allocations: Collection[tuple[str, str, int]]
) -> list[BorneLine]:
    """Granted lines that begin in a year, on allocations named by municipality, domain and number."""
    d, n = declaration.c, line.c
    wanted = set(allocations)
    numbers = sorted({number for _, _, number in wanted})
    query = (
        select(
            d.municipality, d.domain, d.provider, n.allocation_number, n.reference, n.code, n.begin_on,
            SIGNED_CENTS,
        )
        .join(declaration, d.message_id == n.message_id)
        .where(n.state != REJECTED, in_year(year))
    )  # fmt: skip
    found = []
    for some_numbers in parts(numbers):
        some = query.where(n.allocation_number.in_(some_numbers))
        found += [
            BorneLine._make((*key, date.fromisoformat(begin_on), int(cents)))
            for *key, begin_on, cents in connection.execute(some)
            if (key[0], key[1], key[3]) in wanted
        ]
    return found


def scheduled_costs(connection: Connection, year: int) -> list[tuple[str, int]]:
    """Per municipality what batches paid on the lump sums of a year."""
    i = batch_instalment.c
    query = select(i.municipality, func.sum(i.amount_cents)).where(i.year == year).group_by(i.municipality)
    return [(municipality, int(cents)) for municipality, cents in connection.execute(query)]


def in_year(year: int) -> ColumnElement[bool]:
    """Lines that begin in a year: the service year."""
    return line.c.month.between(year * 12, year * 12 + 11)
