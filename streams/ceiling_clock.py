"""What the passing of time brings to ceilings: addenda, overruns that threaten, terms that pass."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from sqlalchemy import Connection

from contracts.ceilings import CeilingIndex, Watch, ceilings_of
from contracts.register import Register
from processors.ceilings.calendar import due_announcements, due_terms, terms
from processors.ceilings.signals import event_signals, parties_of
from processors.ceilings.thresholds import Event
from schemas.notice import Due
from store.ceiling_acts import acts
from store.ceilings import Use, claimed_from, events, hold, move, record_events
from store.clock import tick_sha256
from store.inbox import Inbox
from streams.watch_ceilings import renew, threat_of

CLOCK: Final = "clock"


def ceiling_signals(connection: Connection, register: Register, day: date) -> Iterator[Due]:
    """Everything about ceilings that fell due up to and including a day; a source of the clock.

    It judges every ceiling by that day: an addendum may begin, and months become fully claimed.
    """
    index = ceilings_of(register)
    if not index:
        return
    inbox, done = Inbox(connection), acts(connection)
    for watch in index.watches(day):
        use = hold(inbox, watch.key)
        if use is not None:
            yield from _judge(inbox, index, watch, use, day)
            told = [(each.event, each.happened_on) for each in events(connection, watch.key)]
            yield from due_terms(watch, terms(told, done), day, claimed_from(inbox, use.id))
    yield from due_announcements(index.watches(day), day)


def _judge(inbox: Inbox, index: CeilingIndex, watch: Watch, use: Use, day: date) -> Iterator[Due]:
    happened: tuple[Event, ...] = ()
    watch = index.watch(watch.key, max(day, use.judged_on)) or watch
    if use.fingerprint != watch.fingerprint:
        use, happened = renew(inbox, watch, use, day)
    threat = threat_of(inbox, watch, use, day)
    if threat is not None:
        move(inbox, use, use._replace(threatened=True))
        happened = (*happened, threat)
    if happened:
        sha256 = tick_sha256(day)
        record_events(inbox, happened, day, CLOCK, sha256)
        for party in parties_of(watch, claimed_from(inbox, use.id)):
            for event, signal in zip(
                happened, event_signals(watch, happened, (party,), day, sha256), strict=True
            ):
                name = f"{event.name}:{event.year}:{event.version}:{event.threshold}"
                yield Due(f"ceiling:{name}:{event.kind}:{event.occurrence}:{party.municipality}", signal)
