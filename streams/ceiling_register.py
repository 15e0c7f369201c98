"""Judge ceilings anew when the register changes: an addendum is a new version (CE-09).

Time is what messages say: the version that counts is that of the last day on which one came in.
"""

from __future__ import annotations

import hashlib
from typing import Final

from sqlalchemy import Connection

from contracts.ceilings import ceilings_of
from contracts.register import Register
from processors.ceilings.signals import event_signals, parties_of
from processors.wording import Lang, signal_object
from schemas.notice import Signal
from store.ceilings import (
    claimed_from,
    hold,
    last_received,
    mark_own_signals_delivered,
    own_signals,
    record_events,
)
from store.inbox import Inbox
from streams.files import Delivery
from streams.watch_ceilings import renew

REGISTER: Final = "register"


def deliver_ceiling_signals(inbox: Inbox, out: Delivery, lang: Lang) -> None:
    """Extend the lists of signals with what imports brought and was not delivered before.

    Raises OSError when the folder cannot be written; then the next run delivers them.
    """
    waiting = own_signals(inbox, undelivered=True)
    lists: dict[str, list[dict[str, object]]] = {}
    for signals in waiting.values():
        for signal in signals:
            lists.setdefault(signal.municipality, []).append(signal_object(signal, lang))
    for municipality, objects in lists.items():
        out.extend(f"{municipality}/signals.jsonl", "message_sha256", objects)
    if waiting:
        mark_own_signals_delivered(inbox, waiting)


def register_sha256(version: int) -> str:
    """What stands for the message in the signals that an import brings."""
    return hashlib.sha256(f"register {version}".encode()).hexdigest()


def renew_ceilings(connection: Connection, register: Register) -> list[Signal]:
    """Count every ceiling of a new register from the lines, and tell what its versions bring.

    Call it in the transaction of the import. Before the first message there is nothing to count.
    """
    index, day = ceilings_of(register), last_received(connection)
    if not index or day is None:
        return []
    inbox, sha256 = Inbox(connection), register_sha256(register.version)
    told: list[Signal] = []
    for watch in index.watches(day):
        use = hold(inbox, watch.key)
        if use is not None and use.judged_on > day:
            watch = index.watch(watch.key, use.judged_on) or watch  # noqa: PLW2901  # the same ceiling
        renewed, happened = renew(inbox, watch, use, day)
        if happened:
            signals = event_signals(
                watch, happened, parties_of(watch, claimed_from(inbox, renewed.id)), day, sha256
            )
            record_events(inbox, happened, day, REGISTER, sha256, signals)
            told += signals
    return told
