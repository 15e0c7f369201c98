"""Growth paths: the share of a national or other region's tariff that one provider gets (TR-07)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from contracts.index_tables import GrowthPathRow
from contracts.register import Register
from contracts.tables import TariffRow
from contracts.validity import valid_on
from schemas.money import half_up


class Grown(NamedTuple):
    """Cents after the growth path, None when two paths are equally valid; `steps` tell how."""

    cents: int | None
    steps: tuple[str, ...]


@dataclass(frozen=True)
class GrowthPath:
    """The growth paths of one provider in one domain, by product."""

    rows: Mapping[str, Sequence[GrowthPathRow]]

    def cents(self, tariff: TariffRow, code: str, day: date) -> Grown:
        """The tariff times the share of that day, half up; the whole tariff without a path."""
        valid = [row for row in self.rows.get(code, ()) if valid_on(row, day)]
        if not valid:
            return Grown(tariff.cents, ())
        if len(valid) > 1:
            return Grown(None, ("several growth paths are equally valid",))
        percent = valid[0].percent
        cents = half_up(tariff.cents * int(percent * 1000), 100_000)
        return Grown(cents, (f"growth path of {percent} %: {tariff.cents} becomes {cents} cents",))


class GrowthPaths:
    """The table of growth paths by provider and domain; built once for all providers."""

    def __init__(self, register: Register) -> None:
        self._rows: defaultdict[tuple[str, str], dict[str, list[GrowthPathRow]]] = defaultdict(dict)
        for row in register.rows("growth_paths", GrowthPathRow):
            self._rows[row.agb, row.domain].setdefault(row.code, []).append(row)

    def of(self, agb: str, domain: str) -> GrowthPath:
        """The paths of one provider in one domain."""
        return GrowthPath(self._rows.get((agb, domain), {}))
