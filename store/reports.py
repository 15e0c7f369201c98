"""Figures for reports, added up in the database: a fixed number of queries whatever the number of lines."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, Integer, Select, case, func, literal, literal_column, select

from processors.realisation import AllocationUse
from processors.reports import Turnover
from processors.tables import Cell
from rules.facts import REJECTED
from store.allocations import allocation_of
from store.batch_tables import batch, batch_instalment, batch_message, payment
from store.costs import SIGNED_CENTS, in_year
from store.tables import allocation, allocation_use, declaration, line, message, relation

S = TypeVar("S", bound=Select[Any])

LUMP_SUM = "lump_sum"
_D, _N, _I = declaration.c, line.c, batch_instalment.c
_GRANTED: ColumnElement[int] = case((_N.state != REJECTED, SIGNED_CENTS), else_=0)
_VOLUME: ColumnElement[int] = case((_N.state == REJECTED, 0), (_N.side == "C", -_N.volume), else_=_N.volume)


class Reach(NamedTuple):
    """What a report is about; None is no limit. `provider` and `product` open a figure."""

    year: int | None = None
    municipality: str | None = None
    domain: str | None = None
    provider: str | None = None
    product: str | None = None


def production(connection: Connection, reach: Reach) -> list[tuple[Cell, ...]]:
    """Per year of service, municipality, provider, law, category, product and unit: lines granted, volume
    granted, cents claimed, granted, and covered by batches; then the lump sums, by schedule (PC-09)."""
    year = _N.month // literal_column("12", Integer)  # a parameter would not group
    keys = (year, _D.municipality, _D.provider, _D.domain, _N.category, _N.code, _N.unit)
    covered = case((batch_message.c.batch_id.is_not(None), _GRANTED), else_=0)
    lines = func.sum(case((_N.state == REJECTED, 0), else_=1))
    query = select(
        *keys, lines, func.sum(_VOLUME), func.sum(SIGNED_CENTS), func.sum(_GRANTED), func.sum(covered)
    )
    query = _of_lines(query, reach).outerjoin(batch_message, batch_message.c.message_id == _N.message_id)
    rows = _whole(connection, query.group_by(*keys), len(keys))
    names = (_I.year, _I.municipality, _I.provider, _I.schedule)
    sums = select(*names, func.count(), func.sum(_I.amount_cents)).group_by(*names)
    instalments = [tuple(row) for row in connection.execute(_of_instalments(sums, reach))]
    for *about, schedule, count, cents in sorted(instalments):
        amount = int(cents)
        rows.append((*about, LUMP_SUM, "", schedule, "", count, count, amount, amount, amount))
    return rows


def reconciliation(connection: Connection, municipality: str | None) -> list[tuple[Cell, ...]]:
    """Per municipality: granted, of which open; covered by batches, with lump sums; paid by batches."""
    covered = case((batch_message.c.batch_id.is_not(None), _D.granted_cents), else_=0)
    granted = select(_D.municipality, func.sum(_D.granted_cents), func.sum(covered)).outerjoin(
        batch_message, batch_message.c.message_id == _D.message_id
    )
    scheduled = select(_I.municipality, func.sum(_I.amount_cents)).group_by(_I.municipality)
    paid = (
        select(batch.c.municipality, func.sum(payment.c.amount_cents))
        .join(batch, batch.c.id == payment.c.batch_id)
        .group_by(batch.c.municipality)
    )
    lumps = {code: int(cents) for code, cents in connection.execute(scheduled)}
    payments = {code: int(cents) for code, cents in connection.execute(paid)}
    sums = {c: (int(g), int(v)) for c, g, v in connection.execute(granted.group_by(_D.municipality))}
    codes = sorted(sums.keys() | lumps.keys() | payments.keys())
    return [
        (code, *sums.get(code, (0, 0)), lumps.get(code, 0), payments.get(code, 0))
        for code in codes
        if municipality in {None, code}
    ]


def turnover(connection: Connection, reach: Reach) -> list[Turnover]:
    """Granted cents per municipality, provider and law."""
    keys = (_D.municipality, _D.provider, _D.domain)
    query = _of_lines(select(*keys, func.sum(_GRANTED)), reach).group_by(*keys)
    return [Turnover._make((*key, int(cents))) for *key, cents in connection.execute(query)]


def last_months(connection: Connection, reach: Reach) -> dict[tuple[str, str], int]:
    """Per provider and law the last month of service with a granted line up to and in the year."""
    query = select(_D.provider, _D.domain, func.max(_N.month)).where(_N.state != REJECTED)
    if reach.year is not None:
        query = query.where(_N.month < (reach.year + 1) * 12)
    found = _of_lines(query, reach._replace(year=None)).group_by(_D.provider, _D.domain)
    return {(provider, domain): int(month) for provider, domain, month in connection.execute(found)}


def allocation_uses(connection: Connection, reach: Reach) -> list[AllocationUse]:
    """The allocations that run in the year, as they are now, withdrawn ones left out. No client is read."""
    a, r, u = allocation.c, relation.c, allocation_use.c
    query = select(
        a.number, literal(""), a.category, a.code, a.volume, a.unit, a.frequency, a.budget_cents, a.start_on,
        a.end_on, a.change_reason, literal(""), literal(""), r.municipality, r.provider, r.domain,
        func.coalesce(u.used_volume, 0), func.coalesce(u.used_cents, 0),
    ).join(relation, r.id == a.relation_id).outerjoin(allocation_use, u.allocation_id == a.id)  # fmt: skip
    query = _limited(query, (r.municipality, reach.municipality), (r.provider, reach.provider))
    if reach.year is not None:
        runs = a.end_on.is_(None) | (a.end_on >= f"{reach.year}-01-01")
        query = query.where(runs, a.start_on <= f"{reach.year}-12-31")
    uses = (
        AllocationUse(row[13], row[14], row[15], allocation_of(tuple(row)), int(row[16]), int(row[17]))
        for row in connection.execute(query)
    )
    return [use for use in uses if not use.allocation.deleted]


def submitted_lines(connection: Connection, reach: Reach) -> list[tuple[str, str, str, int, int]]:
    """Per municipality, provider and law the submitted and rejected lines of 323s received in the year."""
    m, r = message.c, relation.c
    keys = (r.municipality, r.provider, r.domain)
    query = (
        select(*keys, func.sum(m.lines), func.sum(m.rejected))
        .join(relation, r.id == m.relation_id)
        .where(m.type.like("%323"))
        .group_by(*keys)
        .order_by(*keys)
    )
    query = _limited(query, (r.municipality, reach.municipality))
    if reach.year is not None:
        query = query.where(m.received_on.between(f"{reach.year}-01-01", f"{reach.year}-12-31"))
    found = connection.execute(query)
    return [(code, agb, law, int(lines), int(rejected)) for code, agb, law, lines, rejected in found]


def lines_of(connection: Connection, reach: Reach) -> list[tuple[Any, ...]]:
    """The lines behind a figure in order of message, rejected ones included, with the client's number as
    column 7 for the caller to hide; then the instalments of lump sums."""
    query = select(
        _D.municipality, _D.provider, _D.domain, _D.number, _N.reference, _N.previous, _N.allocation_number,
        _N.bsn, _N.category, _N.code, _N.begin_on, _N.end_on, _N.volume, _N.unit, _N.tariff_cents, _N.state,
        SIGNED_CENTS, _GRANTED, batch.c.number,
    )  # fmt: skip
    joined = (
        _of_lines(query, reach)
        .outerjoin(batch_message, (batch_message.c.message_id == _N.message_id) & (_N.state != REJECTED))
        .outerjoin(batch, batch.c.id == batch_message.c.batch_id)
    )
    rows = [tuple(row) for row in connection.execute(joined.order_by(_N.id))]
    nothing = literal(None)
    sums = select(
        _I.municipality, _I.provider, literal(LUMP_SUM), literal(""), _I.number, nothing, nothing, nothing,
        literal(""), _I.schedule, _I.due_on, _I.due_on, literal(1), literal(""), nothing, literal(1),
        _I.amount_cents, _I.amount_cents, batch.c.number,
    ).join(batch, batch.c.id == _I.batch_id)  # fmt: skip
    ordered = sums.order_by(_I.batch_id, _I.provider, _I.year, _I.number)
    found = [tuple(row) for row in connection.execute(_of_instalments(ordered, reach))]
    return rows + sorted(found, key=lambda row: (row[0], row[1], row[9], row[10]))


def _of_lines(query: Select[Any], reach: Reach) -> Select[Any]:
    query = _limited(
        query.join_from(line, declaration, _D.message_id == _N.message_id),
        (_D.municipality, reach.municipality), (_D.domain, reach.domain), (_D.provider, reach.provider),
        (_N.code, reach.product),
    )  # fmt: skip
    return query if reach.year is None else query.where(in_year(reach.year))


def _of_instalments(query: Select[Any], reach: Reach) -> Select[Any]:
    query = _limited(
        query, (_I.municipality, reach.municipality), (_I.provider, reach.provider),
        (_I.schedule, reach.product), (_I.year, reach.year),
    )  # fmt: skip
    return query if reach.domain in {None, LUMP_SUM} else query.where(literal(False))


def _limited(query: S, *limits: tuple[ColumnElement[Any], object]) -> S:
    """Only rows that have these values; a value of None is no limit."""
    return query.where(*(column == value for column, value in limits if value is not None))


def _whole(connection: Connection, query: Select[Any], keys: int) -> list[tuple[Cell, ...]]:
    """Rows in order of their keys, with sums that are whole numbers, whatever the database makes of both."""
    return sorted((*row[:keys], *(int(value) for value in row[keys:])) for row in connection.execute(query))
