"""Client stops: no new clients for a provider; running and crisis care go on (CE-13, CE-14)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from typing import Final, NamedTuple

from contracts.pricing import index_of
from contracts.register import Register
from contracts.tables import ClientStopRow, ProductRow
from contracts.validity import valid_on

BUDGET, NOT_IN_CONTRACT = "2", "4"  # WJ759: reasons to refuse a request
_CRISIS: Final = {"jw": "46", "wmo": "17"}


class Care(NamedTuple):
    """Care of one provider as an allocation or a request names it: category and product may be open."""

    agb: str
    domain: str
    category: str | None
    code: str | None
    start: date
    end: date | None = None


class ClientStops:
    """The client stops of one register, and what crisis care is: that goes on in spite of them."""

    def __init__(self, register: Register) -> None:
        self._products = index_of(register).products
        self._stops: defaultdict[str, list[ClientStopRow]] = defaultdict(list)
        for stop in register.rows("client_stops", ClientStopRow):
            self._stops[stop.agb].append(stop)
        products = register.rows("products", ProductRow)
        self._crisis_codes = frozenset((row.domain, row.code) for row in products if row.crisis)

    def concern(self, agb: str) -> bool:
        """Whether the register holds any stop for this provider."""
        return agb in self._stops

    def is_crisis(self, care: Care) -> bool:
        """Crisis care: its category, or a product that the list calls crisis care."""
        return care.category == _CRISIS[care.domain] or (care.domain, care.code) in self._crisis_codes

    def on(self, care: Care, day: date) -> tuple[ClientStopRow, ...]:
        """The stops in force on a day within whose reach the care lies, the earliest first.

        A stop for segments reaches care without a product too: nothing says that it lies elsewhere.
        """
        if care.agb not in self._stops:
            return ()
        segments: AbstractSet[str] = frozenset()
        if care.code is not None:
            segments = self._products[care.domain].segments(care.code, day)
        found = [
            row
            for row in self._stops[care.agb]
            if valid_on(row, day)
            and row.domain in {None, care.domain}
            and (not row.segments or care.code is None or not segments.isdisjoint(row.segments))
        ]
        return tuple(sorted(found, key=lambda row: (row.valid_from, row.stop)))

    def at_start(self, care: Care) -> ClientStopRow | None:
        """The stop under which care began for a client who may be new; crisis care is exempt."""
        stops = self.on(care, care.start)
        return stops[0] if stops and not self.is_crisis(care) else None

    def refusal_of_request(self, care: Care, asked_on: date) -> str | None:
        """The reason (WJ759) to refuse a request (315) for a new client, or None when nothing stops it.

        A stop for a ceiling does not fit the budget; for the other grounds the list has no reason of
        its own (contracts.md 5).
        """
        stops = self.on(care, asked_on)
        if not stops or self.is_crisis(care):
            return None
        return BUDGET if any(row.ground == "CEILING" for row in stops) else NOT_IN_CONTRACT


def is_running(care: Care, earlier: tuple[Care, ...], before: date, gap_days: int = 0) -> bool:
    """Whether care ran before a day: it started before, or directly follows care that did.

    `earlier` is other care of the same client with the same provider. Between two of them at most
    `gap_days` days may lie without care.
    """
    start, chain = care.start, sorted(earlier, key=lambda each: each.start, reverse=True)
    for each in chain:
        if start < before:
            break
        if each.start < start and (each.end is None or each.end + timedelta(days=gap_days + 1) >= start):
            start = each.start
    return start < before
