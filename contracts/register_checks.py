"""Checks over the rows of a whole register: keys, references and what tables say about each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from contracts.contract_checks import contract_faults
from contracts.cost_checks import cost_faults
from contracts.register import Register
from contracts.register_faults import Numbered, NumberedRow, RegisterFault, typed
from contracts.span_checks import span_faults
from contracts.tables import (
    AgreementRow,
    CostKeyRow,
    CostRegimeRow,
    ProductRow,
    TariffRow,
    TransitionRow,
)
from contracts.tariff_checks import tariff_faults

# The product categories of each domain (code lists WJ001 categories of iJw and iWmo 3.2).
_CATEGORIES = {"jw": ((31, 38), (40, 55)), "wmo": ((1, 18),)}


class Reference(NamedTuple):
    """`table.column` names a row of `target` by its column `key`."""

    table: str
    column: str
    target: str
    key: str


REFERENCES = (
    Reference("agreements", "agb", "providers", "agb"),
    Reference("agreements", "municipalities", "municipalities", "code"),
    Reference("agreements", "municipality", "municipalities", "code"),
    Reference("tariffs", "agreement", "agreements", "agreement"),
    Reference("tariffs", "agb", "providers", "agb"),
    Reference("tariffs", "municipality", "municipalities", "code"),
    Reference("sanctions", "agreement", "agreements", "agreement"),
    Reference("transitions", "agb", "providers", "agb"),
    Reference("transitions", "from_agreement", "agreements", "agreement"),
    Reference("ceilings", "agb", "providers", "agb"),
    Reference("ceilings", "municipalities", "municipalities", "code"),
    Reference("client_stops", "agb", "providers", "agb"),
    Reference("lump_sums", "agb", "providers", "agb"),
    Reference("lump_sums", "municipality", "municipalities", "code"),
    Reference("lump_sums", "cost_key", "cost_keys", "key"),
    Reference("cost_keys", "municipality", "municipalities", "code"),
    Reference("cost_regimes", "key", "cost_keys", "key"),
    Reference("cost_bearers", "municipality", "municipalities", "code"),
    Reference("cost_bearers", "bearer", "municipalities", "code"),
    Reference("payment_blocks", "agb", "providers", "agb"),
    Reference("payment_blocks", "municipality", "municipalities", "code"),
    Reference("contracts", "municipalities", "municipalities", "code"),
    Reference("contract_terms", "contract", "contracts", "contract"),
    Reference("agreements", "contract", "contracts", "contract"),
    Reference("non_renewals", "contract", "contracts", "contract"),
    Reference("non_renewals", "agb", "providers", "agb"),
    Reference("subcontractors", "agreement", "agreements", "agreement"),
    Reference("subcontractors", "agb", "providers", "agb"),
    Reference("index_components", "indexation", "indexations", "indexation"),
    Reference("growth_paths", "agb", "providers", "agb"),
)


ALWAYS_KEPT = frozenset({"agreements", "cost_keys"})
"""Only the register knows these: a price or a payment that names a row of them is nothing without it."""


def register_faults(tables: Numbered, stored: Register) -> Iterator[RegisterFault]:
    """Faults between rows and between tables of the register as it would be after the import.

    `tables` are the tables of the import, each the complete new state of that table; `stored` says
    what the other tables hold. A table that is in neither is not missed. One that is empty is not
    missed either, unless it is ALWAYS_KEPT.
    """
    for table, rows in tables.items():
        yield from _duplicate_keys(table, rows)
    state = {name: [NumberedRow(0, row) for row in rows] for name, rows in stored.tables.items()} | dict(
        tables
    )
    for reference in REFERENCES:
        yield from _broken_references(reference, state, imported=tables.keys())
    yield from _unknown_categories(tables.get("products", ()))
    yield from _long_transitions(tables, state)
    yield from _foreign_tariffs(tables, state)
    yield from tariff_faults(tables, state)
    yield from span_faults(tables)
    yield from _uneven_cost_keys(tables.get("cost_keys", ()))
    yield from _double_regimes(tables.get("cost_regimes", ()))
    yield from contract_faults(tables, state)
    yield from cost_faults(tables.keys(), state)


def _duplicate_keys(table: str, rows: Iterable[NumberedRow]) -> Iterator[RegisterFault]:
    first: dict[tuple[object, ...], int] = {}
    for number, whole, part in rows:
        row = whole or part
        if row is None or not all(hasattr(row, column) for column in row.KEY):
            continue
        earlier = first.setdefault(row.identity(), number)
        if earlier != number:
            expected = f"a key that occurs once: row {earlier} has it too"
            yield RegisterFault.at(table, number, row.KEY[0], row.identity_in_words(), expected)


def _broken_references(
    reference: Reference, state: Numbered, imported: Iterable[str]
) -> Iterator[RegisterFault]:
    table, column, target, key = reference
    rows, targets = state.get(table, ()), state.get(target, ())
    known = {text for row in targets for text in row.texts(key)}
    if not known and (targets or target not in (state if target in ALWAYS_KEPT else imported)):
        return  # the key column is unreadable as a whole, or nobody keeps this table
    unknown = [(row.number, text) for row in rows for text in row.texts(column) if text not in known]
    nameless = sum(not row.texts(key) for row in targets)
    if len({text for _, text in unknown}) <= nameless:
        return  # they may be the rows whose key is reported as wrong
    if table in imported:
        missed = "" if known or target in imported else f": the register has no {target} yet, import them too"
        for number, text in unknown:
            yield RegisterFault.at(table, number, column, text, f"a value of {target}.{key}{missed}")
    elif target in imported:
        for text in sorted({text for _, text in unknown}):
            yield RegisterFault.at(target, 1, key, "", f"{text}, which stored {table} still name")


def _unknown_categories(rows: Iterable[NumberedRow]) -> Iterator[RegisterFault]:
    """A product stands in a category of its domain."""
    for number, row in typed(rows, ProductRow):
        ranges = _CATEGORIES[row.domain]
        if not any(first <= int(row.category) <= last for first, last in ranges):
            expected = " or ".join(f"{first:02} to {last}" for first, last in ranges)
            expected = f"a category of {row.domain}: {expected}"
            yield RegisterFault.at("products", number, "category", row.category, expected)


def _foreign_tariffs(tables: Numbered, state: Numbered) -> Iterator[RegisterFault]:
    """A tariff of an agreement that also names a provider names one who takes part in that agreement.

    An agreement without rows is a broken reference; one with unreadable rows is not judged.
    """
    agreements = state.get("agreements", ())
    if any(row.row is None for row in agreements):
        return
    parties: dict[str, set[str]] = {}
    for _, agreement in typed(agreements, AgreementRow):
        parties.setdefault(agreement.agreement, set()).add(agreement.agb)
    for number, row in typed(state.get("tariffs", ()), TariffRow):
        known = parties.get(row.agreement or "")
        if known is None or row.agb is None or row.agb in known:
            continue
        if "tariffs" in tables:
            expected = f"a provider of agreement {row.agreement} ({', '.join(sorted(known))}), or nothing"
            yield RegisterFault.at("tariffs", number, "agb", row.agb, expected)
        elif "agreements" in tables:
            expected = f"{row.agb} in agreement {row.agreement}, as a stored tariff of it still names"
            yield RegisterFault.at("agreements", 1, "agb", "", expected)


def _a_year_after(day: date) -> date:
    if day.year == date.max.year:
        return date.max
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _long_transitions(tables: Numbered, state: Numbered) -> Iterator[RegisterFault]:
    """A transition lasts at most one year after the change of contract (TS-01)."""
    agreements: dict[str, list[AgreementRow]] = {}
    for _, agreement in typed(state.get("agreements", ()), AgreementRow):
        agreements.setdefault(agreement.agreement, []).append(agreement)
    for number, row in typed(tables.get("transitions", ()), TransitionRow):
        if row.from_agreement not in agreements:
            continue
        old = [agreement for agreement in agreements[row.from_agreement] if agreement.agb == row.agb]
        if not old:
            expected = f"the provider of agreement {row.from_agreement}"
            yield RegisterFault.at("transitions", number, "agb", row.agb, expected)
            continue
        last = _last_day_before_change(row, old)
        if last is None:
            change = f"an end of agreement {row.from_agreement} or a date in allocation_start_before"
            expected = f"a day up to one year after the change, which needs {change}"
            yield RegisterFault.at("transitions", number, "until", str(row.until), expected)
        elif row.until > _a_year_after(last):
            expected = f"a day up to {_a_year_after(last)}, one year after the change"
            yield RegisterFault.at("transitions", number, "until", str(row.until), expected)


def _last_day_before_change(row: TransitionRow, old: Iterable[AgreementRow]) -> date | None:
    """The end of the old agreement; when it runs on, the day before the new allocations start."""
    ends = [agreement.valid_until for agreement in old]
    closed = [end for end in ends if end is not None]
    if len(closed) == len(ends):
        return max(closed)
    start = row.allocation_start_before
    return None if start is None else max(start, date(1900, 1, 1)) - timedelta(days=1)


def _uneven_cost_keys(rows: Iterable[NumberedRow]) -> Iterator[RegisterFault]:
    """One version of a key has one method, and weights to split by."""
    versions: dict[tuple[str, date], list[tuple[int, CostKeyRow]]] = {}
    for number, row in typed(rows, CostKeyRow):
        versions.setdefault((row.key, row.valid_from), []).append((number, row))
    for members in versions.values():
        number, first = members[0]
        for other, row in members[1:]:
            if row.method != first.method:
                expected = f"{first.method}, as row {number} of the same key has"
                yield RegisterFault.at("cost_keys", other, "method", row.method, expected)
        if sum(row.weight for _, row in members) == 0:
            yield RegisterFault.at("cost_keys", number, "weight", "0", "weights that add up to more than 0")


def _double_regimes(rows: Iterable[NumberedRow]) -> Iterator[RegisterFault]:
    """A product has one regime in a year."""
    first: dict[tuple[str, int, str], int] = {}
    for number, row in typed(rows, CostRegimeRow):
        for code in row.codes:
            earlier = first.setdefault((row.domain, row.year, code), number)
            if earlier != number:
                expected = f"a code with one regime in {row.year}: row {earlier} has it too"
                yield RegisterFault.at("cost_regimes", number, "codes", code, expected)
