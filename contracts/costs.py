"""Who bears a cost: which key divides it on a day, and how a key divides cents exactly.

Sources: the requirements on cost bearing CO-01 … CO-12 of the purchasing agreements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from contracts.register import Register
from contracts.tables import CostKeyRow, MunicipalityRow
from contracts.validity import valid_on
from schemas.money import split

_PERCENT: Final = "PERCENT_"


class Key(NamedTuple):
    """The members of a key on one day with their weights, in order of municipality.

    EXACT divides by weight. PERCENT_d first makes percentages of d decimals out of the weights, which
    always add up to 100, and divides by those. FIXED has its amounts or percentages as weights.
    """

    method: str
    weights: tuple[tuple[str, int], ...]

    @property
    def decimals(self) -> int | None:
        """The decimals of its percentages, None for a key without."""
        return int(self.method.removeprefix(_PERCENT)) if self.method.startswith(_PERCENT) else None

    def parts(self) -> dict[str, int]:
        """What is divided by: the weights, or the percentages in units of their last decimal."""
        weights = dict(self.weights)
        return weights if self.decimals is None else split(100 * 10**self.decimals, weights)

    def split(self, total_cents: int) -> dict[str, int]:
        """The share of every member in cents; together the total, and a credit undoes its debit (M7)."""
        return split(total_cents, self.parts())


class CostKeys:
    """The cost keys of a register. A key lists its members, so membership may differ per law (CO-09)."""

    def __init__(self, register: Register) -> None:
        self._rows: defaultdict[str, list[CostKeyRow]] = defaultdict(list)
        for row in register.rows("cost_keys", CostKeyRow):
            self._rows[row.key].append(row)
        self._towns: defaultdict[str, list[MunicipalityRow]] = defaultdict(list)
        for town in register.municipalities():
            self._towns[town.code].append(town)

    @property
    def municipalities(self) -> tuple[str, ...]:
        """The codes of all municipalities, ended ones included."""
        return tuple(sorted(self._towns))

    def on(self, name: str, day: date) -> Key | None:
        """The key as it divides costs of that day; None when nobody bears them.

        Of two rows of a municipality that are valid the later one counts. A member that has ended is
        replaced by its successor (CO-12); one without leaves its part to the others.
        """
        latest: dict[str, CostKeyRow] = {}
        for row in sorted(self._rows.get(name, ()), key=lambda row: row.valid_from):
            if valid_on(row, day):
                latest[row.municipality] = row
        weights: defaultdict[str, int] = defaultdict(int)
        for code, row in latest.items():
            bearer = self.successor(code, day)
            if bearer is not None:
                weights[bearer] += row.weight
        if sum(weights.values()) == 0:
            return None
        method = max(latest.values(), key=lambda row: (row.valid_from, row.municipality)).method
        return Key(method, tuple(sorted(weights.items())))

    def successor(self, code: str, day: date) -> str | None:
        """The municipality itself while it has not ended, then its successor; None when there is none."""
        passed = set()
        while code not in passed:
            passed.add(code)
            rows = self._towns.get(code, [])
            if not rows or any(row.valid_until is None or row.valid_until >= day for row in rows):
                return code
            last = max(rows, key=lambda row: row.valid_from)
            if last.successor is None:
                return None
            code = last.successor
        return None


def percentages(key: Key) -> Mapping[str, str]:
    """The percentage of every member as people write it, with the decimals of the key; empty without."""
    places = key.decimals
    if places is None:
        return {}
    return {code: _decimal(part, places) for code, part in key.parts().items()}


def _decimal(part: int, places: int) -> str:
    whole, rest = divmod(part, 10**places)
    return f"{whole}.{rest:0{places}d}" if places else f"{whole}"
