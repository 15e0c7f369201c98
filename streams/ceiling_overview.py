"""How every ceiling stands: room, allocated, claimed and paid, what is expected, and when it is full."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from contracts.ceilings import BY_LAW, FULL, Claim, Watch, ceilings_of
from contracts.pricing import PriceList
from contracts.register import Register
from processors.ceilings.exposure import Promise, expected_cents, value_cents
from processors.ceilings.forecast import Forecast, falls_on, forecast, last_complete_month
from store.ceiling_figures import Allocated, Sum, above_cents, allocated, held_cents, line_sums
from store.ceilings import Use, by_month, events, last_received, latest_claimed, months_of, recount, uses
from store.inbox import Inbox
from streams.watch_ceilings import every_watch


class Standing(NamedTuple):
    """One ceiling on a day, in cents. `falls` maps 70 and 100 percent to the day on which they are
    reached, were reached, or are to be expected; None when not within the period."""

    watch: Watch
    used_cents: int
    allocated_cents: int
    claimed_cents: int
    paid_cents: int
    exposure_cents: int
    forecast: Forecast | None
    falls: dict[int, date | None]
    by_month: dict[int, int]
    above: dict[str, int]


class _Promises:
    """The allocations of all providers with a ceiling, and prices for them."""

    def __init__(self, connection: Connection, register: Register, watches: list[Watch]) -> None:
        self._register = register
        self._prices: dict[tuple[str, str, str], PriceList] = {}
        providers = sorted({agb for watch in watches for agb in watch.providers})
        period = (str(min(w.begin for w in watches)), str(max(w.end for w in watches)))
        self.sums = list(line_sums(connection, providers, *period))
        self.allocated = list(allocated(connection, providers, *period))

    def of(self, watch: Watch, sums: Iterable[Sum]) -> list[tuple[Allocated, Promise]]:
        """The allocations whose care counts for a ceiling, with what they are worth within it."""
        used: defaultdict[tuple[str, str, int], int] = defaultdict(int)
        for each in sums:
            used[each.allocation] += each.granted_cents
        found = []
        for given in self.allocated:
            granted_cents = used[given.municipality, given.domain, given.value.number]
            if granted_cents or self._counts(watch, given):
                worth = self._value(watch, given)
                found.append((given, Promise(granted_cents if worth is None else worth, granted_cents)))
        return found

    def _counts(self, watch: Watch, each: Allocated) -> bool:
        """Whether care of an allocation counts; one without a product where no product is asked for."""
        begin = max(each.value.start, watch.begin)
        claim = Claim(each.provider, each.municipality, each.domain, each.value.code or "", begin)
        return watch.counts(claim)

    def _value(self, watch: Watch, each: Allocated) -> int | None:
        value = each.value
        key = (each.municipality, each.provider, each.domain)
        if key not in self._prices:
            self._prices[key] = PriceList(self._register, *key)
        unit = "83" if value.size is None else value.size.unit
        price = self._prices[key].price(
            value.code or "", unit, max(value.start, watch.begin),
            allocation=value.number, bsn=value.bsn, allocation_start=value.start,
        )  # fmt: skip
        return value_cents(value, price, watch.begin, watch.end)


def standings(connection: Connection, register: Register, day: date) -> list[Standing]:
    """Every ceiling and pool of the register as it stands on a day, in order of name."""
    inbox = Inbox(connection)
    kept = uses(inbox)
    watches = every_watch(ceilings_of(register), kept, day)
    if not watches:
        return []
    promises = _Promises(connection, register, watches)
    held, above = held_cents(connection), above_cents(connection)
    found = []
    for watch in watches:
        use = kept.get(watch.key)
        sums = [each for each in promises.sums if watch.counts(each.claim)]
        worth = promises.of(watch, sums)
        rest_cents = sum(expected_cents(given.value, given.domain, promise, day) for given, promise in worth)
        months = {} if use is None else months_of(inbox, use.id)
        monthly = by_month(months)
        expected = forecast(watch, monthly, last_complete_month(day, latest_claimed(months)))
        used_cents = 0 if use is None else use.used_cents
        found.append(
            Standing(
                watch,
                used_cents,
                sum(promise.value_cents for _, promise in worth),
                sum(each.claimed_cents for each in sums),
                sum(each.paid_cents for each in sums) - (0 if use is None else held.get(use.id, 0)),
                used_cents + rest_cents,
                expected,
                _falls(connection, watch, use, monthly, expected),
                monthly,
                {} if use is None else above.get(use.id, {}),
            )
        )
    return found


def every_ceiling(connection: Connection, register: Register) -> list[Watch]:
    """Every ceiling and pool of the register, in the version by which it was judged last."""
    kept = uses(Inbox(connection))
    return every_watch(ceilings_of(register), kept, last_received(connection) or date.min)


def miscounted(connection: Connection, register: Register) -> list[tuple[str, int, int]]:
    """Ceilings whose running total is not what their lines add up to: name, total, sum. Always empty."""
    index, wrong = ceilings_of(register), []
    inbox = Inbox(connection)
    for key, use in sorted(uses(inbox).items()):
        watch = index.watch(key, use.judged_on)
        if watch is not None:
            cents = sum(recount(inbox, watch).values())
            if cents != use.used_cents:
                wrong.append((use.ceiling, use.used_cents, cents))
    return wrong


def _falls(
    connection: Connection, watch: Watch, use: Use | None, monthly: dict[int, int], expected: Forecast | None
) -> dict[int, date | None]:
    """When 70 and 100 percent fall: when they were reached, where they are, else when by the forecast."""
    falls: dict[int, date | None] = {}
    told = events(connection, watch.key) if use is not None and use.reached else []
    for threshold in (BY_LAW, FULL):
        days = [e.happened_on for e in told if (e.event.threshold, e.event.kind) == (threshold, "reached")]
        if use is not None and threshold in use.reached and days:
            falls[threshold] = days[-1]
        else:
            falls[threshold] = None if expected is None else falls_on(watch, monthly, expected, threshold)
    return falls
