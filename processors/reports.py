"""Figures of a year for controllers, made from sums that the database has added up. No client is named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from contracts.register import Register
from contracts.tables import AgreementRow
from processors.tables import Cell, Table
from schemas.money import half_up


class Turnover(NamedTuple):
    """What one provider was granted by one municipality under one law, in signed cents."""

    municipality: str
    provider: str
    domain: str
    cents: int


def percent(part: int, whole: int) -> Decimal | None:
    """Part of whole as a percentage with two decimals, half up; None of nothing."""
    if whole <= 0:
        return None
    hundredths = half_up(10_000 * abs(part), whole)
    return Decimal(-hundredths if part < 0 else hundredths).scaleb(-2)


def growth_table(before: Iterable[Turnover], now: Iterable[Turnover], names: Mapping[str, str]) -> Table:
    """Turnover of a year beside that of the year before, the largest growth in euros first (KP-01)."""
    old = {turnover[:3]: turnover.cents for turnover in before}
    new = {turnover[:3]: turnover.cents for turnover in now}
    rows = []
    for key in old.keys() | new.keys():
        was, becomes = old.get(key, 0), new.get(key, 0)
        municipality, provider, domain = key
        change = (was, becomes, becomes - was, percent(becomes - was, was))
        rows.append((municipality, provider, names.get(provider, ""), domain, *change))
    rows.sort(key=lambda row: (-row[6], row[:4]))
    columns = (
        "municipality", "provider", "name", "domain", "before_cents", "now_cents", "difference_cents",
        "growth_percent",
    )  # fmt: skip
    return Table("growth", columns, tuple(rows))


def market_tables(turnover: Iterable[Turnover], names: Mapping[str, str]) -> tuple[Table, Table]:
    """Shares of providers per law, and how concentrated they are (KP-05).

    The concentration index adds the squares of the percentages: 10,000 is one provider alone.
    """
    totals: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for _, provider, domain, cents in turnover:
        totals[domain][provider] += cents
    shares: list[tuple[Cell, ...]] = []
    concentration: list[tuple[Cell, ...]] = []
    for domain in sorted(totals):
        ranked = sorted((-cents, provider) for provider, cents in totals[domain].items() if cents > 0)
        whole, reached, half, most = -sum(cents for cents, _ in ranked), 0, 0, 0
        for rank, (negative, provider) in enumerate(ranked, 1):
            half += 2 * reached < whole
            most += 5 * reached < 4 * whole
            reached -= negative
            share = (-negative, percent(-negative, whole), percent(reached, whole))
            shares.append((domain, rank, provider, names.get(provider, ""), *share))
        if ranked:
            index = half_up(10_000 * sum(cents * cents for cents, _ in ranked), whole * whole)
            largest = percent(-ranked[0][0], whole)
            concentration.append((domain, len(ranked), whole, largest, half, most, index))
    return (
        Table(
            "market",
            ("domain", "rank", "provider", "name", "granted_cents", "share_percent", "cumulative_percent"),
            tuple(shares),
        ),
        Table(
            "concentration",
            ("domain", "providers", "granted_cents", "largest_percent", "providers_to_half",
             "providers_to_four_fifths", "concentration_index"),
            tuple(concentration),
        ),
    )  # fmt: skip


def without_turnover_table(
    register: Register, year: int, turnover: Iterable[Turnover], last_months: Mapping[tuple[str, str], int]
) -> Table:
    """Providers with an agreement in a year who were granted nothing in it (CT-05, KP-07).

    `last_months` maps provider and domain to the last month of service ever granted. The months without
    count up to the end of the year.
    """
    begin, end = date(year, 1, 1), date(year, 12, 31)
    busy = {(t.provider, t.domain) for t in turnover if t.cents > 0}
    names = {agb: row.name for agb, row in register.providers().items()}
    idle: defaultdict[tuple[str, str], list[AgreementRow]] = defaultdict(list)
    for row in register.rows("agreements", AgreementRow):
        in_year = row.valid_from <= end and (row.valid_until is None or row.valid_until >= begin)
        if in_year and (row.agb, row.domain) not in busy:
            idle[row.agb, row.domain].append(row)
    rows: list[tuple[Cell, ...]] = []
    for (agb, domain), agreements in sorted(idle.items()):
        month = last_months.get((agb, domain))
        ended = max((row.valid_until or date.max for row in agreements), default=date.max)
        rows.append((
            agb, names.get(agb, ""), domain,
            " ".join(sorted({row.agreement for row in agreements})),
            " ".join(sorted({row.kind for row in agreements})),
            None if ended == date.max else str(ended),
            None if month is None else f"{month // 12}-{month % 12 + 1:02d}",
            None if month is None else max(0, year * 12 + 11 - month),
        ))  # fmt: skip
    columns = (
        "provider", "name", "domain", "agreements", "kinds", "agreed_until", "last_month", "months_without",
    )  # fmt: skip
    return Table("turnover", columns, tuple(rows))


def named(
    rows: Iterable[tuple[Cell, ...]], names: Mapping[str, str], place: int
) -> Iterator[tuple[Cell, ...]]:
    """Rows with the name of the provider right after its code, which stands at `place`."""
    for row in rows:
        yield (*row[: place + 1], names.get(str(row[place]), ""), *row[place + 1 :])
