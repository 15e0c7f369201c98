"""Budget ceilings and indications as agreed: which lines count, under which version (contracts.md 4).

Versions of one ceiling that end in the same year are addenda of each other; another year is another
ceiling of that name. Ceilings with the same pool are watched as one (CE-12).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Final, NamedTuple

from contracts.client_stops import ClientStops
from contracts.pricing import index_of
from contracts.products import ProductList
from contracts.register import Register, once_per_register
from contracts.tables import CeilingRow

BY_LAW: Final = 70  # percent: a written notice is due, whatever thresholds were chosen (CSW 1.5.7)
FULL: Final = 100


class Claim(NamedTuple):
    """What decides for which ceilings a line counts; `day` is the first of its product period."""

    agb: str
    municipality: str
    domain: str
    code: str
    day: date


def may_count(row: CeilingRow, agb: str, municipality: str, domain: str) -> bool:
    """Whether a declaration between these parties can hold a line that counts."""
    return (
        agb in row.agb
        and row.domain in {None, domain}
        and (not row.municipalities or municipality in row.municipalities)
    )


class Member(NamedTuple):
    """One ceiling in the version in force; `begin` is the first day that any version covers, and
    `first` the version that was announced."""

    row: CeilingRow
    begin: date
    first: CeilingRow

    def counts(self, claim: Claim, products: ProductList) -> bool:
        """Whether a line counts: every column that is filled in must fit."""
        row = self.row
        return (
            self.begin <= claim.day <= row.valid_until
            and may_count(row, claim.agb, claim.municipality, claim.domain)
            and (not row.codes or claim.code in row.codes)
            and (not row.segments or not products.segments(claim.code, claim.day).isdisjoint(row.segments))
        )


class Watch:
    """One ceiling, or a pool of them, of one year, in the version in force on some day.

    `version` is that of the register; of a pool it grows by one with every version of a member.
    """

    def __init__(self, name: str, year: int, members: tuple[Member, ...], index: CeilingIndex) -> None:
        self.name = name
        self.year = year
        self.members = members
        self.rows = tuple(member.row for member in members)
        self.version = sum(row.version for row in self.rows) - len(self.rows) + 1
        self.amount_cents = sum(row.amount_cents for row in self.rows)
        self.begin = min(member.begin for member in members)
        self.end = max(row.valid_until for row in self.rows)
        self.providers = tuple(sorted({agb for row in self.rows for agb in row.agb}))
        self._index = index
        self._counts: dict[Claim, bool] = {}

    @property
    def key(self) -> tuple[str, int]:
        """What names it over all its versions."""
        return self.name, self.year

    @cached_property
    def enforceable(self) -> bool:
        """A ceiling; an indication is a target to talk about and never touches a payment (CE-01)."""
        return all(row.kind == "CEILING" for row in self.rows)

    @cached_property
    def thresholds(self) -> tuple[int, ...]:
        """Percentages, ascending; of a ceiling with the one that the law names."""
        chosen = {threshold for row in self.rows for threshold in row.thresholds}
        return tuple(sorted(chosen | {BY_LAW} if self.enforceable else chosen))

    @cached_property
    def watched_by_principal(self) -> bool:
        """Whether the municipality writes the notices (CE-11)."""
        return not any((row.watcher or "").lower() in {"provider", "aanbieder"} for row in self.rows)

    @cached_property
    def municipalities(self) -> tuple[str, ...]:
        """Those it is limited to; without a limit all of the register."""
        named = {code for row in self.rows for code in row.municipalities}
        limited = all(row.municipalities for row in self.rows)
        return tuple(sorted(named)) if limited else self._index.municipalities

    @cached_property
    def fingerprint(self) -> str:
        """Changes when anything changes by which usage is measured or judged."""
        content = [(member.begin.isoformat(), member.row.model_dump_json()) for member in self.members]
        return hashlib.sha256(repr(content).encode()).hexdigest()

    def counts(self, claim: Claim) -> bool:
        """Whether a line counts, for any of its members."""
        found = self._counts.get(claim)
        if found is None:
            products = self._index.products[claim.domain]
            found = any(member.counts(claim, products) for member in self.members)
            self._counts[claim] = found
        return found


class CeilingIndex:
    """The ceilings of one register, sorted for asking."""

    def __init__(self, register: Register) -> None:
        self.products = index_of(register).products
        self.municipalities = tuple(sorted({row.code for row in register.municipalities()}))
        versions: defaultdict[tuple[str, int], list[CeilingRow]] = defaultdict(list)
        for row in register.rows("ceilings", CeilingRow):
            versions[row.ceiling, row.valid_until.year].append(row)
        self._groups: defaultdict[tuple[str, int], list[list[CeilingRow]]] = defaultdict(list)
        self._of_provider: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)
        for (ceiling, year), rows in sorted(versions.items()):
            rows.sort(key=lambda row: row.version)
            key = (rows[-1].pool or ceiling, year)
            self._groups[key].append(rows)
            for row in rows:
                for agb in row.agb:
                    self._of_provider[agb].add(key)
        self.stops = ClientStops(register)
        self._watches: dict[tuple[str, int, tuple[int, ...]], Watch] = {}
        self._around: dict[tuple[str, str, str, date], tuple[Watch, ...]] = {}

    def __bool__(self) -> bool:
        return bool(self._groups)

    def watch(self, key: tuple[str, int], day: date) -> Watch | None:
        """The ceiling or pool in the version in force on a day; before its start the first version."""
        group = self._groups.get(key)
        if group is None:
            return None
        rows = tuple(_in_force(versions, day) for versions in group)
        cached = (*key, tuple(row.version for row in rows))
        found = self._watches.get(cached)
        if found is None:
            members = tuple(
                Member(row, min(row.valid_from for row in versions), versions[0])
                for row, versions in zip(rows, group, strict=True)
            )
            found = self._watches[cached] = Watch(*key, members, self)
        return found

    def is_rescoped(self, key: tuple[str, int]) -> bool:
        """Whether an addendum changed which lines count, not only how much they may come to."""
        group = self._groups[key]
        return any(len({_scope(row) for row in versions}) > 1 for versions in group)

    def _rows(self, key: tuple[str, int]) -> Iterator[CeilingRow]:
        return (row for versions in self._groups[key] for row in versions)

    def watches(self, day: date) -> tuple[Watch, ...]:
        """Every ceiling and pool, in order of name."""
        found = (self.watch(key, day) for key in sorted(self._groups))
        return tuple(watch for watch in found if watch is not None)

    def around(self, agb: str, municipality: str, domain: str, day: date) -> tuple[Watch, ...]:
        """Those for which lines of a declaration between these parties may count, in any version."""
        if agb not in self._of_provider:
            return ()
        asked = (agb, municipality, domain, day)
        found = self._around.get(asked)
        if found is None:
            near = (
                self.watch(key, day)
                for key in sorted(self._of_provider[agb])
                if any(may_count(row, agb, municipality, domain) for row in self._rows(key))
            )
            found = self._around[asked] = tuple(watch for watch in near if watch is not None)
        return found


def _in_force(versions: list[CeilingRow], day: date) -> CeilingRow:
    """The highest version that begins on or before the day."""
    begun = [row for row in versions if row.valid_from <= day]
    return begun[-1] if begun else versions[0]


def _scope(row: CeilingRow) -> tuple[object, ...]:
    return row.agb, row.domain, row.segments, row.codes, row.municipalities, row.valid_until


ceilings_of = once_per_register(CeilingIndex)
"""The ceilings of this very register value, sorted once and forgotten together with it."""
