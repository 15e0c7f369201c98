"""What was declared, as contract management looks at it: when last, and how much under exceptions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from contracts.agreements import CLIENT_BOUND
from contracts.tables import AgreementRow, TariffRow
from rules.facts import LIVE
from store.tables import declaration, line, relation


def last_received(connection: Connection) -> dict[tuple[str, str, str], dict[str, date]]:
    """Per municipality, provider and domain: the day on which each product code was last declared."""
    r, n, d = relation.c, line.c, declaration.c
    query = (
        select(r.municipality, r.provider, r.domain, n.code, func.max(d.received_on))
        .join(relation, r.id == n.relation_id)
        .join(declaration, d.message_id == n.message_id)
        .group_by(r.municipality, r.provider, r.domain, n.code)
    )
    found: defaultdict[tuple[str, str, str], dict[str, date]] = defaultdict(dict)
    for municipality, provider, domain, code, received_on in connection.execute(query):
        found[municipality, provider, domain][code] = date.fromisoformat(received_on)
    return found


def exception_cents(
    connection: Connection, agreements: Iterable[AgreementRow], tariffs: Iterable[TariffRow]
) -> dict[tuple[str, str], int]:
    """Granted cents of the URCs and CSAs per provider and domain, over all municipalities and years.

    A line counts once, when one of them names its client or allocation, covers its first day and has a
    tariff for its product; a URC or CSA without tariffs covers every product.
    """
    codes: defaultdict[str, set[str]] = defaultdict(set)
    for tariff in tariffs:
        if tariff.agreement is not None:
            codes[tariff.agreement].add(tariff.code)
    covered: defaultdict[tuple[str, str], list[ColumnElement[bool]]] = defaultdict(list)
    for row in agreements:
        if row.kind in CLIENT_BOUND:
            covered[row.agb, row.domain].append(_covers(row, codes[row.agreement]))
    cents: dict[tuple[str, str], int] = {}
    for (agb, domain), conditions in covered.items():
        query = (
            select(func.coalesce(func.sum(line.c.amount_cents), 0))
            .join(relation, relation.c.id == line.c.relation_id)
            .where(relation.c.provider == agb, relation.c.domain == domain, line.c.state == LIVE)
            .where(or_(*conditions))
        )
        cents[agb, domain] = int(connection.execute(query).scalar_one())
    return cents


def _covers(row: AgreementRow, codes: set[str]) -> ColumnElement[bool]:
    named = [line.c.allocation_number == row.allocation] if row.allocation is not None else []
    if row.bsn is not None:
        named.append(line.c.bsn == row.bsn)
    conditions: list[ColumnElement[bool]] = [or_(*named), line.c.begin_on >= str(row.valid_from)]
    if row.valid_until is not None:
        conditions.append(line.c.begin_on <= str(row.valid_until))
    if row.municipality is not None:
        conditions.append(relation.c.municipality == row.municipality)
    elif row.municipalities:
        conditions.append(relation.c.municipality.in_(row.municipalities))
    if codes:
        conditions.append(line.c.code.in_(codes))
    return and_(*conditions)
