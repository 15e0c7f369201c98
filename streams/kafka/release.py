"""Let a key go on after what stopped it was mended: a defect of ours, or too small a limit of a topic."""

from __future__ import annotations

from sqlalchemy import Engine

from store.database import transaction
from store.dispatch import dispatch_messages, offer_again
from store.inbox import Inbox
from store.parking import lock_blocked, release
from store.progress import settle_arrival
from streams.group import decide_one, refresh
from streams.house import House
from streams.kafka.records import caused_by, outcome_json
from streams.outcome import Outcome
from streams.sources import Source


class StillFails(Exception):
    """A record behind the one that stopped the key cannot be decided either; nothing was changed."""


def release_key(engine: Engine, house: House, key: str) -> list[Outcome]:
    """Decide what waits behind a key, in order, and let what comes next pass: one transaction.

    The record that stopped the key stays sealed; its sender is told by notice. What the broker refused of
    the key is offered to it again, after what went on meanwhile. Raises LookupError for a key of which
    nothing waits, and StillFails.
    """
    with transaction(engine) as connection:
        waits = lock_blocked(connection, [key])
        if not offer_again(connection, key) and not waits:
            raise LookupError(key)
        refresh(house, connection)
        inbox = Inbox(connection)
        outcomes = []
        for each in release(connection, key):
            outcome = decide_one(inbox, house, Source(each.file, each.body), each.received_on)
            if outcome.reason == "defect":
                raise StillFails(f"{each.place.topic}/{each.place.partition} at {each.offset}")
            settle_arrival(connection, each.place, each.offset, outcome_json(outcome))
            dispatch_messages(connection, caused_by(inbox, outcome, key))
            outcomes.append(outcome)
    return outcomes
