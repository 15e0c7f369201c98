"""Watch ceilings: once per declaration, in its transaction. Nothing here rejects a line.

First the ceilings that change are held, then the declaration gets its number and is recorded, then
the totals move. What a register says about ceilings is judged anew when it changes or its day comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final, NamedTuple

from contracts.ceilings import BY_LAW, FULL, CeilingIndex, Watch, ceilings_of
from contracts.register import Register
from processors.assess import Assessment
from processors.ceilings.forecast import forecast, last_complete_month, threatens
from processors.ceilings.signals import Parties, event_signals
from processors.ceilings.thresholds import (
    THREATENS,
    Crossing,
    Event,
    crossings,
    event,
    is_met,
    met,
    occurrence_of,
    renewals,
)
from processors.ceilings.usage import Change, usage_changes
from schemas.declaration import Declaration, Header
from schemas.notice import Signal
from store.allocations import Allocations
from store.ceiling_reviews import shrink_reviews
from store.ceilings import (
    Use,
    add,
    add_months,
    arrivals,
    by_month,
    hold,
    latest_claimed,
    months_of,
    move,
    record_events,
    recount,
    replace_months,
)
from store.inbox import Inbox
from streams.received import Received
from streams.review_ceilings import Claimed, allocated_during_stop, first_claims, review_above

MESSAGE: Final = "message"


class Held(NamedTuple):
    """A ceiling that a declaration changes, held as it stands, with what a new version brought."""

    change: Change
    use: Use
    renewed: tuple[Event, ...]


def watched_keys(header: Header, day: date, register: Register) -> list[tuple[str, int]]:
    """The ceilings that a declaration between these parties may change; for stops to new clients, one of no
    year with the name of the provider."""
    index, provider = ceilings_of(register), header.provider
    around = index.around(provider, header.municipality, header.domain.value, day)
    stops = [(provider, 0)] if index.stops.concern(provider) else []
    return [*(watch.key for watch in around), *stops]


class CeilingWatch:
    """What one declaration does to ceilings: held when it is made, counted once it is recorded."""

    def __init__(
        self,
        inbox: Inbox,
        register: Register,
        declaration: Declaration,
        assessment: Assessment,
        received: Received,
    ) -> None:
        self._inbox = inbox
        self._index = ceilings_of(register)
        self._declaration = declaration
        self._states = assessment.states
        self._received = received
        self._held = tuple(self._hold()) if assessment.processed and self._index else ()

    def signals(self, allocations: Allocations, message_id: int) -> list[Signal]:
        """Move the totals by what the declaration changes; tell what that and its new clients bring."""
        header, day, sha256 = self._declaration.header, self._received.received_on, self._received.sha256
        stops = self._index.stops
        told: list[Signal] = []
        if self._held:
            relation_id = self._inbox.relation(header.municipality, header.provider, header.domain.value)
            credits = any(line.side == "C" for line in self._declaration.lines)
        for change, use, renewed in self._held:
            happened = (*renewed, *_move(self._inbox, change, use, relation_id, day))
            if happened:
                record_events(self._inbox, happened, day, MESSAGE, sha256)
                parties = Parties(header.municipality, header.provider, header.domain.value)
                told += event_signals(change.watch, happened, (parties,), day, sha256)
            overshoot_cents = _overshoot_cents(change.watch, use.used_cents + change.cents)
            if overshoot_cents:
                claimed = Claimed(self._declaration, self._states, allocations, relation_id, message_id)
                told += review_above(self._inbox, stops, claimed, change.watch, use, sha256, day)
            if credits and _overshoot_cents(change.watch, use.used_cents):
                shrink_reviews(self._inbox, use.id, overshoot_cents, day)
        if stops.concern(header.provider):
            named = first_claims(self._declaration, self._states, allocations)
            told += allocated_during_stop(self._inbox, stops, header, named, sha256, day)
        return told

    def _hold(self) -> Iterator[Held]:
        """Hold every ceiling of which usage changes, in order of name, so that nobody waits in a circle."""
        header, day = self._declaration.header, self._received.received_on
        watches = self._index.around(header.provider, header.municipality, header.domain.value, day)
        if not watches:
            return
        changes = {change.watch.key: change for change in self._changes(watches)}
        for watch in watches:  # a later version may count what that of the day does not
            if watch.key not in changes and self._index.is_rescoped(watch.key):
                changes[watch.key] = Change(watch, {})
        for key, change in sorted(changes.items()):
            use, watch = hold(self._inbox, key), change.watch
            renewed: tuple[Event, ...] = ()
            if use is not None and use.judged_on > day:
                watch = self._index.watch(key, use.judged_on) or watch
            if use is None or use.fingerprint != watch.fingerprint:
                use, renewed = renew(self._inbox, watch, use, day)
            yield Held(change if watch is change.watch else self._change(watch), use, renewed)

    def _changes(self, watches: Iterable[Watch]) -> tuple[Change, ...]:
        return usage_changes(self._declaration, self._states, watches)

    def _change(self, watch: Watch) -> Change:
        return next(iter(self._changes((watch,))), Change(watch, {}))


def renew(inbox: Inbox, watch: Watch, use: Use | None, day: date) -> tuple[Use, tuple[Event, ...]]:
    """Count a ceiling anew from the lines and judge it under the version of a day (CE-09).

    A threshold that is left belongs to the version in which it was reached.
    """
    months = recount(inbox, watch)
    used_cents = sum(months.values())
    full = is_met(FULL, used_cents, watch.amount_cents)
    before = use or _nothing(watch, day)
    after = before._replace(
        version=watch.version,
        fingerprint=watch.fingerprint,
        judged_on=max(day, before.judged_on),
        amount_cents=watch.amount_cents,
        used_cents=used_cents,
        reached=met(watch, used_cents),
        threatened=before.threatened and before.version == watch.version,
        full_on=(before.full_on or day) if full else None,
    )
    if use is None:
        after = add(inbox, after)
    else:
        move(inbox, use, after)
    replace_months(inbox, after.id, months)
    if use is not None:
        shrink_reviews(inbox, after.id, _overshoot_cents(watch, used_cents), day)
    same_version = use is not None and use.version == watch.version
    passed = (crossings if same_version else renewals)(watch, before.reached, used_cents)
    return after, tuple(_events(inbox, watch, passed, before.version, used_cents))


def _events(
    inbox: Inbox, watch: Watch, passed: Iterable[Crossing], before: int, used_cents: int
) -> Iterable[Event]:
    """Number what was passed. A threshold that is left is one of the version `before`."""
    passed = tuple(passed)
    if not passed:
        return
    counts = {v: arrivals(inbox, watch.key, v) for v in {before, watch.version}}
    for crossing in passed:
        version = before if crossing.kind == "below" else watch.version
        occurrence = occurrence_of(crossing, counts[version][crossing.threshold])
        yield event(watch, crossing, occurrence, used_cents, version=version)


def _overshoot_cents(watch: Watch, used_cents: int) -> int:
    """What is used above a ceiling; an indication has no overshoot that matters to a payment (CE-01)."""
    return max(0, used_cents - watch.amount_cents) if watch.enforceable else 0


def _nothing(watch: Watch, day: date) -> Use:
    return Use(
        0, watch.name, watch.year, watch.version, watch.fingerprint, day, watch.amount_cents, 0, (), False,
        None,
    )  # fmt: skip


def _move(inbox: Inbox, change: Change, use: Use, relation_id: int, day: date) -> tuple[Event, ...]:
    watch = change.watch
    if not change.by_month:
        return ()
    used_cents = use.used_cents + change.cents
    add_months(inbox, use.id, relation_id, change.by_month)
    passed = crossings(watch, use.reached, used_cents)
    happened = tuple(_events(inbox, watch, passed, watch.version, used_cents))
    after = use._replace(used_cents=used_cents, reached=met(watch, used_cents))
    full = is_met(FULL, used_cents, watch.amount_cents)
    after = after._replace(full_on=(use.full_on or day) if full else None)
    threat = threat_of(inbox, watch, after, day)
    if threat is not None:
        happened, after = (*happened, threat), after._replace(threatened=True)
    move(inbox, use, after)
    return happened


def threat_of(inbox: Inbox, watch: Watch, use: Use, day: date) -> Event | None:
    """The event of an overrun that threatens, once in a version.

    The law asks for one notice, at 70 percent or when overrun threatens: whoever was told that the
    first is reached is not told the second (CSW 1.5.7).
    """
    if use.threatened or any(threshold >= BY_LAW for threshold in use.reached) or use.used_cents <= 0:
        return None
    months = months_of(inbox, use.id)
    expected = forecast(watch, by_month(months), last_complete_month(day, latest_claimed(months)))
    if expected is None or not threatens(watch, expected):
        return None
    return event(watch, Crossing(FULL, THREATENS), 1, use.used_cents, forecast_cents=expected.cents)


def every_watch(index: CeilingIndex, uses: dict[tuple[str, int], Use], day: date) -> list[Watch]:
    """Every ceiling in the version by which it is judged: never one before that of its last judgment."""
    found = []
    for watch in index.watches(day):
        use = uses.get(watch.key)
        newer = None if use is None else index.watch(watch.key, max(day, use.judged_on))
        found.append(newer or watch)
    return found
