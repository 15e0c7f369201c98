"""Tariff rows, and which of them is meant: the levels of contracts.md 2.2, steps 3 to 5."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from contracts.tables import ProviderRow, TariffRow
from contracts.validity import valid_on

Product = tuple[str, str, date]  # code, unit, day
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
    """Rows of the level that was reached, with their names: none, one, or several when they are equally
    valid."""

    source: Source
    rows: Sequence[TariffRow]
    names: tuple[str, ...]
    ambiguous: bool
    steps: tuple[str, ...]


def chosen(source: Source, rows: Sequence[TariffRow], *steps: str, ambiguous: bool | None = None) -> Choice:
    """A choice of these rows, ambiguous when they are several unless it is told."""
    names = tuple(sorted(row.name for row in rows))
    return Choice(source, rows, names, len(rows) > 1 if ambiguous is None else ambiguous, steps)


_NOTHING: Final = chosen(Source.NO_TARIFF, ())


class Common(NamedTuple):
    """What the tariff rows of no provider in particular offer for one product, unit and day.

    `sectors` holds the sector tariffs by CAO, `other` what counts for whoever has none of these, `micro` the
    variants for micro-enterprises.
    """

    sectors: dict[str | None, Choice]
    other: Choice
    micro: list[TariffRow]


class TariffIndex:
    """The tariff table of a register, ready to be asked; built once for all providers."""

    def __init__(self, rows: Iterable[TariffRow]) -> None:
        self._rows: defaultdict[tuple[str, str, str, Owner], list[TariffRow]] = defaultdict(list)
        self._units: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._codes: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._codes_of_provider: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._valid: dict[tuple[str, str, str, Owner, date], list[TariffRow]] = {}
        self._common: dict[tuple[str, str | None], dict[Product, Common]] = {}
        self.local_domains: set[str] = set()  # where a tariff names a municipality
        for row in rows:
            owner: Owner = None
            if row.agreement is not None:
                owner = ("agreement", row.agreement)
                self._codes[row.domain, row.agreement].add(row.code)
            elif row.agb is not None:
                owner = ("agb", row.agb)
                self._codes_of_provider[row.domain, row.agb].add(row.code)
            self._rows[row.domain, row.code, row.unit, owner].append(row)
            self._units[row.domain, row.code].add(row.unit)
            if row.municipality is not None:
                self.local_domains.add(row.domain)

    def common(self, domain: str, municipality: str) -> dict[Product, Common]:
        """What was found for providers without a tariff of their own: the same for all of them, and in all
        municipalities unless a tariff names one."""
        return self._common.setdefault((domain, municipality if domain in self.local_domains else None), {})

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


class Tariffs:
    """The tariff rows that may count between one municipality and one provider in one domain."""

    def __init__(
        self, index: TariffIndex, municipality: str, agb: str, domain: str, provider: ProviderRow | None
    ) -> None:
        self._index = index
        self._municipality = municipality
        self._agb = agb
        self._domain = domain
        self._provider = provider
        self._cao = provider.cao if provider else None
        self._common = index.common(domain, municipality)

    def own(self, agreements: Iterable[str], code: str, unit: str, day: date) -> list[TariffRow]:
        """Rows of these agreements themselves, valid that day. The agreement need not be any more."""
        return self._all_in(self._of_agreements(agreements, code, unit, day), day)

    def specific(self, agreements: Iterable[str], code: str, unit: str, day: date) -> list[TariffRow]:
        """The provider-specific level: rows of the agreements and rows of the provider are equals."""
        rows = self._of_agreements(agreements, code, unit, day)
        return narrowest(self._all_in([*rows, *self._valid(code, unit, ("agb", self._agb), day)], day))

    def _of_agreements(self, agreements: Iterable[str], code: str, unit: str, day: date) -> list[TariffRow]:
        return [row for name in agreements for row in self._valid(code, unit, ("agreement", name), day)]

    def _all_in(self, rows: list[TariffRow], day: date) -> list[TariffRow]:
        """Of rows for this provider those that count: an addendum states an all-in tariff, to which micro is
        not applied again; a variant without such a tariff is for a micro-enterprise alone."""
        plain = [row for row in rows if not row.micro]
        return plain or (rows if self._is_micro(day) else [])

    def common(self, code: str, unit: str, day: date) -> Choice:
        """What counts for whoever has no tariff of his own: the national tariff or that of another region,
        which stands before every level of our own; else the sector tariff of the provider's CAO, the base
        tariff, the tariff for everybody.

        For a micro-enterprise the micro row of the same sector (or of everybody) replaces ours.
        """
        common = self._common.get((code, unit, day))
        if common is None:
            common = _common(self._valid(code, unit, None, day))
            if self._index.units(self._domain, code):  # made-up codes must not fill the memory
                self._common[code, unit, day] = common
        choice = common.sectors.get(self._cao, common.other)
        if not common.micro or choice.ambiguous or not choice.rows or not self._is_micro(day):
            return choice
        variants = narrowest([row for row in common.micro if row.cao == choice.rows[0].cao])
        if not variants:
            return choice
        return chosen(choice.source, variants, *choice.steps, "micro-enterprise variant")

    def _valid(self, code: str, unit: str, owner: Owner, day: date) -> list[TariffRow]:
        rows = self._index.valid(self._domain, code, unit, owner, day)
        if not rows:
            return []
        return [
            row
            for row in rows
            if (row.municipality is None or row.municipality == self._municipality)
            and (row.agb is None or row.agb == self._agb)
        ]

    def _is_micro(self, day: date) -> bool:
        provider = self._provider
        if provider is None or provider.micro_from is None or day < provider.micro_from:
            return False
        return provider.micro_until is None or day <= provider.micro_until


def narrowest(rows: list[TariffRow]) -> list[TariffRow]:
    """Rows for the municipality itself, if there are any, else the rows for all municipalities."""
    return [row for row in rows if row.municipality is not None] or rows


def _common(rows: list[TariffRow]) -> Common:
    plain = [row for row in rows if not row.micro]
    followed = narrowest([row for row in plain if row.source in FOLLOWED])
    if followed:
        return Common({}, chosen(Source.FOLLOWED, followed, "tariff that is followed"), [])
    by_cao: defaultdict[str | None, list[TariffRow]] = defaultdict(list)
    for row in plain:
        by_cao[row.cao].append(row)
    everybody = narrowest(by_cao.pop(None, []))
    sectors = {cao: narrowest(found) for cao, found in sorted(by_cao.items())}
    other = chosen(Source.EVERYBODY, everybody, "tariff for everybody") if everybody else _NOTHING
    return Common(
        {cao: chosen(Source.CAO, found, f"sector tariff of CAO {cao}") for cao, found in sectors.items()},
        _base([*sectors.values()]) if sectors else other,
        [row for row in rows if row.micro],
    )


def _base(by_sector: list[list[TariffRow]]) -> Choice:
    """The lowest sector tariff (TR-03). Sectors with the same price do not clash: the first by name
    is taken. A sector that holds the lowest price but has two valid rows does."""
    lowest_cents = min(row.cents for rows in by_sector for row in rows)
    lowest = [rows for rows in by_sector if any(row.cents == lowest_cents for row in rows)]
    doubled = [rows for rows in lowest if len(rows) > 1]
    return chosen(Source.BASE, (doubled or lowest)[0], f"base tariff: lowest of {len(by_sector)} sectors")
