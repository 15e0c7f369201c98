"""Tariff rows, and which of them is meant: the levels of contracts.md 2.2, steps 3 to 5."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from contracts.tables import ProviderRow, TariffRow
from contracts.validity import valid_on

Owner = tuple[str, str] | None  # ("agreement", id), ("agb", code), or None: for every provider

FOLLOWED: Final = frozenset({"NATIONAL", "OTHER_REGION"})
"""Values of the column `source` that say that a tariff follows from elsewhere (TR-07)."""


class Source(StrEnum):
    """Where a price comes from, or why there is none."""

    CLIENT = "client"  # an URC or CSA that names the client
    TRANSITION = "transition"  # a running allocation after a contract change
    FOLLOWED = "followed"  # a national tariff, or that of another region
    PROVIDER = "provider"  # addendum: agreed with this provider
    CAO = "cao"  # sector tariff of the provider's own CAO
    BASE = "base"  # the lowest sector tariff
    EVERYBODY = "everybody"  # one tariff for all providers
    EURO = "euro"  # unit 83: an amount, no tariff
    NO_TARIFF = "no tariff"
    NO_AGREEMENT = "no agreement"


class Choice(NamedTuple):
    """Rows of the level that was reached: none, one, or several when they are equally valid."""

    source: Source
    rows: Sequence[TariffRow]
    ambiguous: bool
    steps: tuple[str, ...]


_NOTHING: Final = Choice(Source.NO_TARIFF, (), False, ())


class TariffIndex:
    """The tariff table of a register, ready to be asked; built once for all providers."""

    def __init__(self, rows: Iterable[TariffRow]) -> None:
        self._rows: defaultdict[tuple[str, str, str, Owner], list[TariffRow]] = defaultdict(list)
        self._units: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._codes: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._codes_of_provider: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._valid: dict[tuple[str, str, str, Owner, date], list[TariffRow]] = {}
        self.is_local: dict[tuple[str, str, str], bool] = {}  # products with a tariff for every provider
        self.shared: dict[tuple[object, ...], Choice] = {}  # what was chosen among these
        self.local_domains: set[str] = set()  # where a tariff names a municipality
        for row in rows:
            owner: Owner = None
            if row.agreement is not None:
                owner = ("agreement", row.agreement)
                self._codes[row.domain, row.agreement].add(row.code)
            elif row.agb is not None:
                owner = ("agb", row.agb)
                self._codes_of_provider[row.domain, row.agb].add(row.code)
            if owner is None:
                product = row.domain, row.code, row.unit
                self.is_local[product] = self.is_local.get(product, False) or row.municipality is not None
            self._rows[row.domain, row.code, row.unit, owner].append(row)
            self._units[row.domain, row.code].add(row.unit)
            if row.municipality is not None:
                self.local_domains.add(row.domain)

    def valid(self, domain: str, code: str, unit: str, owner: Owner, day: date) -> Sequence[TariffRow]:
        """The rows of one owner for one product and unit on a day; remembered for other providers."""
        rows = self._rows.get((domain, code, unit, owner))
        if rows is None:
            return ()
        key = (domain, code, unit, owner, day)
        found = self._valid.get(key)
        if found is None:
            found = self._valid[key] = [row for row in rows if valid_on(row, day)]
        return found

    def units(self, domain: str, code: str) -> Iterable[str]:
        """Units in which anybody ever had a tariff for the product."""
        return self._units.get((domain, code), ())

    def codes(self, domain: str, agreement: str) -> Iterable[str]:
        """Products for which an agreement has tariff rows of its own."""
        return self._codes.get((domain, agreement), ())

    def codes_of_provider(self, domain: str, agb: str) -> Iterable[str]:
        """Products for which a provider has tariff rows without an agreement."""
        return self._codes_of_provider.get((domain, agb), ())


@dataclass(frozen=True)
class Tariffs:
    """The tariff rows that may count between one municipality and one provider in one domain."""

    index: TariffIndex
    municipality: str
    agb: str
    domain: str
    provider: ProviderRow | None

    def own(self, agreements: Iterable[str], code: str, unit: str, day: date) -> list[TariffRow]:
        """Rows of these agreements themselves, valid that day. The agreement need not be any more."""
        return [row for name in agreements for row in self._valid(code, unit, ("agreement", name), day)]

    def specific(self, agreements: Iterable[str], code: str, unit: str, day: date) -> list[TariffRow]:
        """The provider-specific level: rows of the agreements and rows of the provider are equals."""
        own = self.own(agreements, code, unit, day)
        return narrowest([*own, *self._valid(code, unit, ("agb", self.agb), day)])

    def common(self, code: str, unit: str, day: date) -> Choice:
        """What counts for whoever has no tariff of his own: the national tariff or that of another region,
        which stands before every level of our own; else the sector tariff of the provider's CAO, the base
        tariff, the tariff for everybody.

        For a micro-enterprise the micro row of the same sector (or of everybody) replaces ours.
        """
        is_local = self.index.is_local.get((self.domain, code, unit))
        if is_local is None:  # not remembered: made-up codes must not fill the memory
            return _NOTHING
        cao, is_micro = self.provider.cao if self.provider else None, self._is_micro(day)
        key = (self.domain, code, unit, day, cao, is_micro, self.municipality if is_local else None)
        choice = self.index.shared.get(key)
        if choice is None:
            choice = (
                self._followed(code, unit, day) or self._general(code, unit, day, cao, is_micro) or _NOTHING
            )
            self.index.shared[key] = choice
        return choice

    def _followed(self, code: str, unit: str, day: date) -> Choice | None:
        valid = self._valid(code, unit, None, day)
        rows = narrowest([row for row in valid if row.source in FOLLOWED and not row.micro])
        return Choice(Source.FOLLOWED, rows, len(rows) > 1, ("tariff that is followed",)) if rows else None

    def _general(self, code: str, unit: str, day: date, cao: str | None, is_micro: bool) -> Choice | None:
        rows = self._valid(code, unit, None, day)
        plain = [row for row in rows if not row.micro]
        choice = _sector(plain, cao) or _base(plain) or _everybody(plain)
        if choice is None or choice.ambiguous or not is_micro:
            return choice
        found = choice.rows[0]
        micro = narrowest([row for row in rows if row.micro and row.cao == found.cao])
        if not micro:
            return choice
        return Choice(choice.source, micro, len(micro) > 1, (*choice.steps, "micro-enterprise variant"))

    def _valid(self, code: str, unit: str, owner: Owner, day: date) -> list[TariffRow]:
        rows = self.index.valid(self.domain, code, unit, owner, day)
        if not rows:
            return []
        return [
            row
            for row in rows
            if (row.municipality is None or row.municipality == self.municipality)
            and (row.agb is None or row.agb == self.agb)
        ]

    def _is_micro(self, day: date) -> bool:
        provider = self.provider
        if provider is None or provider.micro_from is None or day < provider.micro_from:
            return False
        return provider.micro_until is None or day <= provider.micro_until


def narrowest(rows: list[TariffRow]) -> list[TariffRow]:
    """Rows for the municipality itself, if there are any, else the rows for all municipalities."""
    return [row for row in rows if row.municipality is not None] or rows


def _sector(plain: list[TariffRow], cao: str | None) -> Choice | None:
    rows = narrowest([row for row in plain if row.cao is not None and row.cao == cao])
    return Choice(Source.CAO, rows, len(rows) > 1, (f"sector tariff of CAO {cao}",)) if rows else None


def _base(plain: list[TariffRow]) -> Choice | None:
    """The lowest sector tariff (TR-03). Sectors with the same price do not clash: the first by name
    is taken. A sector that holds the lowest price but has two valid rows does."""
    sectors: defaultdict[str, list[TariffRow]] = defaultdict(list)
    for row in plain:
        if row.cao is not None:
            sectors[row.cao].append(row)
    if not sectors:
        return None
    by_sector = [narrowest(sectors[cao]) for cao in sorted(sectors)]
    lowest_cents = min(row.cents for rows in by_sector for row in rows)
    lowest = [rows for rows in by_sector if any(row.cents == lowest_cents for row in rows)]
    doubled = [rows for rows in lowest if len(rows) > 1]
    chosen = (doubled or lowest)[0]
    return Choice(Source.BASE, chosen, bool(doubled), (f"base tariff: lowest of {len(by_sector)} sectors",))


def _everybody(plain: list[TariffRow]) -> Choice | None:
    rows = narrowest([row for row in plain if row.cao is None])
    return Choice(Source.EVERYBODY, rows, len(rows) > 1, ("tariff for everybody",)) if rows else None
