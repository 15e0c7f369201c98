"""Decide a group of messages in one transaction: what every runtime does."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy import Connection

from store.inbox import Inbox
from store.registers import current_version, load
from streams.crash import point
from streams.handle import handle, seal
from streams.house import House
from streams.outcome import Outcome
from streams.received import Received
from streams.sources import Source
from streams.together import decide_together, portions


def refresh(house: House, connection: Connection) -> None:
    """Bring the register of the house up to date with the store."""
    version = current_version(connection)
    if version != house.register.version:
        house.use(load(connection, version))


def warm_up(house: House, connection: Connection, today: date) -> None:
    """Make ready what the first 323 would wait for: the register, and the rules of this day."""
    refresh(house, connection)
    for message in ("JW323", "WMO323"):
        house.declaration_rules(message, today)


@contextmanager
def without_collector() -> Iterator[None]:
    """Values of messages refer to nothing that refers back. Looking for cycles among a million of them,
    again and again, costs as much as deciding them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def decide(inbox: Inbox, house: House, sources: Iterable[Source], received_on: date) -> Iterator[Outcome]:
    """Decide messages in order, in the transaction of the inbox; of one that fails half-way nothing stays."""
    for portion in portions(sources):
        if len(portion) == 1:
            yield decide_one(inbox, house, portion[0], received_on)
        else:
            yield from decide_together(inbox, house, portion, received_on)


def decide_one(inbox: Inbox, house: House, source: Source, received_on: date) -> Outcome:
    """Decide one message; one that was unusable before anybody could read it is sealed."""
    if source.fault is not None:
        received = Received(source.content, source.name, source.sha256, received_on)
        outcome = seal(source.fault, received, inbox)
    else:
        outcome = handle(source.content, source.name, received_on, inbox, house)
    point("decided")
    return outcome
