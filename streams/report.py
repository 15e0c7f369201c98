"""Reports: read what the database added up, and make the tables of a report of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from contracts.register import Register
from processors.notify import Pseudonym
from processors.realisation import realisation_table
from processors.rejection_report import rates_table, reasons_table
from processors.reports import growth_table, market_tables, named, without_turnover_table
from processors.tables import Cell, Table
from processors.wording import Lang
from rules.facts import CREDIT, CREDITED, LIVE, REJECTED
from schemas.batch import ConservationError
from schemas.notice import Rejection
from store.inbox import Inbox
from store.outbox import all_rejections
from store.reports import (
    Reach,
    allocation_uses,
    last_months,
    lines_of,
    production,
    reconciliation,
    submitted_lines,
    turnover,
)

_PRODUCTION: Final = (
    "year", "municipality", "provider", "name", "domain", "category", "product", "unit", "lines", "volume",
    "claimed_cents", "granted_cents", "in_batches_cents", "open_cents",
)  # fmt: skip
_RECONCILIATION: Final = (
    "municipality", "granted_cents", "open_cents", "in_batches_cents", "lump_sum_cents", "paid_cents",
    "balance_cents",
)  # fmt: skip
_LINES: Final = (
    "municipality", "provider", "name", "domain", "declaration", "reference", "previous", "allocation",
    "client", "category", "product", "begin_on", "end_on", "volume", "unit", "tariff_cents", "decision",
    "claimed_cents", "granted_cents", "batch",
)  # fmt: skip
_DECISIONS: Final = {REJECTED: "rejected", LIVE: "granted", CREDITED: "granted, credited", CREDIT: "credit"}


class Source(NamedTuple):
    """What a report is made from: the store, the register, and how clients and texts are shown."""

    connection: Connection
    register: Register
    lang: Lang = "nl"
    pseudonym: Callable[[str], Pseudonym] | None = None

    @property
    def names(self) -> dict[str, str]:
        """Names of providers by AGB code."""
        return {agb: row.name for agb, row in self.register.providers().items()}


def production_report(source: Source, reach: Reach) -> tuple[Table, ...]:
    """Production per provider, municipality, law, product and service year, and how it is in the batches.

    Raises ConservationError when all production together is not what the books say was granted and is due.
    """
    rows = [(*row, int(str(row[-2])) - int(str(row[-1]))) for row in production(source.connection, reach)]
    books = reconciliation(source.connection, reach.municipality)
    if reach._replace(municipality=None) == Reach():
        produced = sum(int(str(row[-3])) for row in rows)
        told = sum(int(str(row[1])) + int(str(row[3])) for row in books)
        if produced != told:
            raise ConservationError(f"production of {produced} cents, but {told} cents in the books")
    return (
        Table("production", _PRODUCTION, tuple(named(rows, source.names, 2))),
        Table("reconciliation", _RECONCILIATION, tuple(_balanced(books))),
    )


def _balanced(books: list[tuple[Cell, ...]]) -> Iterator[tuple[Cell, ...]]:
    """In batches (declarations and lump sums) = paid + balance: what is held less what is carried."""
    for municipality, *cents in books:
        granted, covered, lump_sums, paid = (int(str(value)) for value in cents)
        balance = covered + lump_sums - paid
        yield (municipality, granted, granted - covered, covered, lump_sums, paid, balance)


def growth_report(source: Source, reach: Reach) -> tuple[Table, ...]:
    """Turnover of the year beside that of the year before."""
    year = _year(reach)
    before = turnover(source.connection, reach._replace(year=year - 1))
    return (growth_table(before, turnover(source.connection, reach), source.names),)


def market_report(source: Source, reach: Reach) -> tuple[Table, ...]:
    """Market shares and concentration."""
    return market_tables(turnover(source.connection, reach), source.names)


def turnover_report(source: Source, reach: Reach) -> tuple[Table, ...]:
    """Providers without turnover in the year."""
    months = last_months(source.connection, reach)
    found = turnover(source.connection, reach)
    return (without_turnover_table(source.register, _year(reach), found, months),)


def realisation_report(source: Source, reach: Reach) -> tuple[Table, ...]:
    """Claimed of allocated."""
    return (realisation_table(allocation_uses(source.connection, reach), source.names),)


def rejections_report(source: Source, reach: Reach) -> tuple[Table, ...]:
    """Reasons of rejection, and the share of lines rejected, of what was received in the year."""
    found = _rejections(source.connection, reach)
    rates = rates_table(submitted_lines(source.connection, reach), source.names)
    return (reasons_table(found, source.names, source.lang), rates)


def lines_report(source: Source, reach: Reach) -> tuple[Table, ...]:
    """The lines behind a figure; a client by pseudonym where there is a key, else not at all."""
    rows = (_line(source, row) for row in lines_of(source.connection, reach))
    return (Table("lines", _LINES, tuple(named(rows, source.names, 1))),)


def _line(source: Source, row: tuple[Any, ...]) -> tuple[Cell, ...]:
    bsn, state, signed_cents, granted_cents, batch = row[7], row[15], *row[16:]
    hide = source.pseudonym
    client = None if bsn is None or hide is None else hide(row[0])(0, bsn)
    decision = _DECISIONS[state]
    return (*row[:7], client, *row[8:15], decision, signed_cents, granted_cents, batch)


def _rejections(connection: Connection, reach: Reach) -> Iterator[Rejection]:
    since = "" if reach.year is None else f"{reach.year}-01-01"
    for each in all_rejections(Inbox(connection), since):
        in_year = reach.year is None or each.received_on[:4] == f"{reach.year}"
        if in_year and reach.municipality in {None, each.municipality}:
            yield each


def _year(reach: Reach) -> int:
    if reach.year is None:
        raise ValueError("this report is about one year")
    return reach.year
