"""Indexation of tariffs: what a year adds, and the tariff table it makes (contracts.md 2.1, TR-09 to TR-13).

The index of a year is the forecast for it plus what the forecast of the year before turned out to be
wrong, per component and weighted. Over the first year of a contract nothing is corrected. The
percentage is rounded half up to the decimals of the method before it is used, and every row that is
made tells which percentage that was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple

from contracts.index_tables import IndexationRow, IndexComponentRow
from contracts.register import Register
from contracts.tables import AgreementRow, ProductRow, TariffRow
from contracts.tariffs import FOLLOWED
from contracts.validity import valid_on
from schemas.money import half_up

_MADE: Final = "index "
_ORIGIN: Final = ("domain", "code", "unit", "agreement", "agb", "cao", "micro", "municipality")


class CannotIndexError(ValueError):
    """A figure that is needed is not in the register; the message says which."""


class Index(NamedTuple):
    """The index of one year: `percent` is used, `exact` is what it was rounded from.

    `correction` is the part over the year before: None in the year after the first, and as long as the
    definitive figures are not there (`provisional`).
    """

    year: int
    percent: Decimal
    exact: Decimal
    forecast: Decimal
    correction: Decimal | None
    provisional: bool

    def __str__(self) -> str:
        rounded = "" if self.percent == self.exact else f" (rounded from {plain(self.exact)} %)"
        return f"{_MADE}{self.year} {self.percent} %{rounded}{', provisional' if self.provisional else ''}"


def index_of(
    method: IndexationRow, components: Iterable[IndexComponentRow], year: int, *, provisional: bool = False
) -> Index:
    """The index by which the tariffs of the year before become those of `year`.

    With `provisional` a definitive figure that is not there yet is passed over. Raises CannotIndexError.
    """
    if year <= method.start_year:
        begins = f"{method.indexation} begins in {method.start_year}"
        raise CannotIndexError(f"{begins}: found {year}, expected {method.start_year + 1} or later")
    own = [row for row in components if row.indexation == method.indexation]
    forecast = _weighed(method, own, year, "forecast")
    correction: Decimal | None = None
    missing = False
    if year > method.start_year + 1:
        before = [row for row in own if row.year == year - 1]
        missing = provisional and any(row.definitive is None for row in before)
        if not missing:
            definitive = _weighed(method, own, year - 1, "definitive")
            correction = definitive - _weighed(method, own, year - 1, "forecast")
    exact = forecast + (correction or 0)
    percent = exact.quantize(Decimal(1).scaleb(-method.decimals), ROUND_HALF_UP)
    return Index(year, percent, exact, forecast, correction, missing)


def indexed(cents: int, percent: Decimal) -> int:
    """Cents raised (or lowered) by a percentage of at most three decimals, half up."""
    thousandths = int(percent * 1000)
    return half_up(cents * (100_000 + thousandths), 100_000)


def indexed_tariffs(register: Register, method: IndexationRow, index: Index) -> list[TariffRow]:
    """The whole tariff table with the rows of `index.year` in it.

    A row that is valid on the last day of the year before ends that day and gets a successor for the
    year, addenda included. National tariffs and those of another region follow their own tables; a
    tariff that was agreed for the year already stays, one that an index made is made again.
    """
    last, first = date(index.year - 1, 12, 31), date(index.year, 1, 1)
    rows = register.rows("tariffs", TariffRow)
    codes = _codes(register, method)
    ended = _ended(register.rows("agreements", AgreementRow), first)

    def meant(row: TariffRow) -> bool:
        return (
            row.domain == method.domain
            and (codes is None or row.code in codes)
            and row.source not in FOLLOWED
            and row.agreement not in ended
        )

    made_before = {_origin(row): row for row in rows if meant(row) and row.valid_from == first and _made(row)}
    kept = [row for row in rows if made_before.get(_origin(row)) is not row]
    agreed = {_origin(row) for row in kept if row.valid_from == first}
    table: list[TariffRow] = []
    for row in kept:
        if not (meant(row) and valid_on(row, last)) or _origin(row) in agreed:
            table.append(row)
            continue
        table.append(row.model_copy(update={"valid_until": last}))
        end = made_before.get(_origin(row), row).valid_until
        table.append(_successor(row, end, method, index))
    return table


def _weighed(
    method: IndexationRow, components: Sequence[IndexComponentRow], year: int, figure: str
) -> Decimal:
    """The weighted sum of one figure of one year."""
    of_year = [row for row in components if row.year == year]
    figures = [(row.weight, getattr(row, figure)) for row in of_year]
    if not figures or any(value is None for _, value in figures):
        raise CannotIndexError(f"index_components of {method.indexation}: no {figure} figures for {year}")
    return sum((weight * value for weight, value in figures), Decimal(0)) * Decimal("0.01")


def _codes(register: Register, method: IndexationRow) -> AbstractSet[str] | None:
    """The products of the method; None for all of its domain."""
    if not method.segments and not method.codes:
        return None
    products = register.rows("products", ProductRow)
    in_segments = {p.code for p in products if p.domain == method.domain and p.segment in method.segments}
    return in_segments | set(method.codes)


def _ended(agreements: Iterable[AgreementRow], first: date) -> AbstractSet[str]:
    """Agreements that are over when the year begins."""
    running: dict[str, bool] = {}
    for row in agreements:
        goes_on = row.valid_until is None or row.valid_until >= first
        running[row.agreement] = running.get(row.agreement, False) or goes_on
    return {name for name, goes_on in running.items() if not goes_on}


def _successor(row: TariffRow, until: date | None, method: IndexationRow, index: Index) -> TariffRow:
    """The row of the year; one that was to end within it, ends there."""
    first, end = date(index.year, 1, 1), date(index.year, 12, 31)
    if until is not None and until >= first:
        end = min(until, end)
    return row.model_copy(
        update={
            "cents": indexed(row.cents, index.percent),
            "valid_from": first,
            "valid_until": end,
            "source": str(index),
            "document": method.document or row.document,
        }
    )


def _made(row: TariffRow) -> bool:
    return row.source is not None and row.source.startswith(_MADE)


def _origin(row: TariffRow) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in _ORIGIN)


def plain(value: Decimal) -> str:
    """A percentage as people write it, without zeros at its end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def methods(register: Register, name: str) -> Iterator[IndexationRow]:
    """The methods of one name, one per domain."""
    yield from (row for row in register.rows("indexations", IndexationRow) if row.indexation == name)
