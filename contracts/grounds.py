"""Step 1 of tariff selection: on which ground a line may be priced at all (contracts.md 2.2)."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from contracts.agreements import Agreements, Case
from contracts.tables import TransitionRow
from contracts.tariffs import Source, Tariffs
from contracts.validity import valid_on


class Ground(NamedTuple):
    """The agreements that count, and why.

    `source` CLIENT or TRANSITION: their own rows alone set the price; PROVIDER: every level counts;
    NO_AGREEMENT or NO_TARIFF: there is no price. `clash` names rows that contradict each other; then
    nothing may be picked.
    """

    source: Source
    agreements: tuple[str, ...]
    step: str
    clash: tuple[str, ...] = ()


def units_to_try(unit: str) -> tuple[str, ...]:
    """The unit asked for; minutes may also be priced by an hour tariff (IV081)."""
    return ("01", "04") if unit == "01" else (unit,)


@dataclass(frozen=True)
class Grounds:
    """The agreements and tariff rows of one provider, in the order in which they are consulted."""

    agreements: Agreements
    tariffs: Tariffs
    ordinary: dict[tuple[AbstractSet[str], date], Ground] = field(default_factory=dict)

    def find(self, code: str, unit: str, day: date, segments: AbstractSet[str], case: Case) -> Ground:
        """URC or CSA of the client, else transition of the allocation, else regular agreement."""
        if not case.named and not case.transitions:
            key = (segments, day)
            ground = self.ordinary.get(key)
            if ground is None:
                ground = self.ordinary[key] = self._participation(segments, day)
            return ground
        named = sorted({each.agreement for each in case.named if valid_on(each, day)})
        client = tuple(name for name in named if self._prices(name, code, unit, day))
        if client:
            return Ground(Source.CLIENT, client, f"{' and '.join(client)} names the client or allocation")
        return self._transition(code, unit, day, case) or self._participation(segments, day)

    def _transition(self, code: str, unit: str, day: date, case: Case) -> Ground | None:
        """None when no transition says anything about this day."""
        active = [row for row in case.transitions if day <= row.until]
        if len(active) > 1:
            return Ground(
                Source.TRANSITION, (), "several transitions cover the allocation", _transition_names(active)
            )
        if active:
            return self._active(active[0], code, unit, day)
        ended = [row for row in case.transitions if row.allocation_start_before is not None]
        if ended:
            last = max(row.until for row in ended)
            return Ground(Source.NO_TARIFF, (), f"the transition of the allocation ended on {last}")
        return None

    def _active(self, row: TransitionRow, code: str, unit: str, day: date) -> Ground | None:
        if row.basis == "NEW":
            return None
        step = f"transition from {row.from_agreement}, basis {row.basis}, until {row.until}"
        if row.basis == "URC":
            return Ground(Source.TRANSITION, self.agreements.urcs(), step)
        old = row.from_agreement
        if not self._prices(old, code, unit, day) and self.agreements.in_force(old, day):
            # Nothing has changed yet: care from before the change keeps its own year's tariff (TS-02).
            return Ground(Source.PROVIDER, (old,), f"{old} is still in force")
        return Ground(Source.TRANSITION, (old,), step)

    def _participation(self, segments: AbstractSet[str], day: date) -> Ground:
        regular = self.agreements.participation(segments, day)
        if regular:
            return Ground(Source.PROVIDER, regular, f"agreement {' and '.join(regular)} contains the product")
        if not self.agreements.administered:
            return Ground(Source.PROVIDER, (), "the register keeps no agreements")
        return Ground(Source.NO_AGREEMENT, (), f"no agreement contains the product on {day}")

    def _prices(self, agreement: str, code: str, unit: str, day: date) -> bool:
        return any(self.tariffs.own((agreement,), code, tried, day) for tried in units_to_try(unit))


def _transition_names(rows: Iterable[TransitionRow]) -> tuple[str, ...]:
    return tuple(
        f"transition {row.code} from {row.from_agreement}, basis {row.basis}, until {row.until}"
        for row in rows
    )
