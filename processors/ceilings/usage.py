"""What one declaration changes in the usage of ceilings, by service period, whenever it arrives (4.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from contracts.ceilings import Claim, Watch
from schemas.declaration import Declaration, Line
from schemas.period import month_number


class Change(NamedTuple):
    """The signed cents that a message adds to a ceiling, by month of service; months without any left out."""

    watch: Watch
    by_month: dict[int, int]

    @property
    def cents(self) -> int:
        """The whole change."""
        return sum(self.by_month.values())


def granted_sums(lines: Iterable[Line], states: Sequence[int]) -> dict[tuple[str, date], int]:
    """Signed cents of the granted lines by product and first day; rejected lines have state 0."""
    sums: dict[tuple[str, date], int] = {}
    for line, state in zip(lines, states, strict=True):
        if state:
            key = (line.code, line.period.begin)
            cents = -line.amount_cents if line.side == "C" else line.amount_cents
            sums[key] = sums.get(key, 0) + cents
    return sums


def usage_changes(
    declaration: Declaration, states: Sequence[int], watches: Iterable[Watch]
) -> tuple[Change, ...]:
    """The ceilings of which usage changes, each once for the whole message: debits and credits together.

    One on which a credit and new debits come to nothing is there too: other lines make it up now.
    """
    header = declaration.header
    sums = granted_sums(declaration.lines, states)
    changes = []
    for watch in watches:
        by_month: dict[int, int] = {}
        for (code, day), cents in sums.items():
            claim = Claim(header.provider, header.municipality, header.domain.value, code, day)
            if watch.counts(claim):
                month = month_number(day)
                by_month[month] = by_month.get(month, 0) + cents
        moved = {month: cents for month, cents in by_month.items() if cents}
        if moved or (by_month and _credits(declaration, states)):
            changes.append(Change(watch, moved))
    return tuple(changes)


def _credits(declaration: Declaration, states: Sequence[int]) -> bool:
    return any(line.side == "C" and states[line.position] for line in declaration.lines)
