"""What leaves the house, read back from the outbox."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from operator import itemgetter

from processors.notify import structure_rejection
from schemas.notice import (
    Notice,
    Rejection,
    Signal,
    notice_from_json,
    rejections_from_json,
    signals_from_json,
)
from store.inbox import Inbox, Parcel
from store.packing import unpack
from store.parts import parts


def undelivered(inbox: Inbox) -> list[int]:
    """Messages whose files may not stand in an output folder yet, in order."""
    return [row[0] for row in inbox.execute("SELECT id FROM message WHERE delivered = 0 ORDER BY id")]


def undelivered_notices(inbox: Inbox) -> list[str]:
    """Hashes of refused and quarantined messages whose notice may not be delivered yet."""
    return [row[0] for row in inbox.execute("SELECT sha256 FROM fault WHERE delivered = 0")]


def parcels(inbox: Inbox, message_ids: Iterable[int], topics: tuple[str, ...]) -> Iterator[Parcel]:
    """The outbox rows of these messages, in order of message, first those that this transaction wrote."""
    marks = ", ".join("?" * len(topics))
    wanted, written = sorted(message_ids), inbox.written
    yield from [each for number in wanted for each in written.get(number, ()) if each.topic in topics]
    for some in parts([number for number in wanted if number not in written]):
        rows = inbox.execute(
            f"SELECT message_id, id, topic, name, body FROM outbox WHERE topic IN ({marks})"
            " AND message_id = ANY(?)",
            (*topics, inbox.members(some)),
        )
        # A database that sorts them copies the bodies.
        for number, _, topic, name, body in sorted(rows, key=itemgetter(0, 1)):
            yield Parcel(number, topic, name, unpack(body))


def notices(inbox: Inbox, hashes: Iterable[str]) -> list[Notice]:
    """The notices of these refused and quarantined messages, in order of arrival."""
    wanted = sorted(set(hashes))
    if not wanted:
        return []
    rows = inbox.execute(
        "SELECT detail FROM fault WHERE sha256 = ANY(?) ORDER BY id", (inbox.members(wanted),)
    ).fetchall()
    return [notice_from_json(row[0]) for row in rows]


def mark_delivered(inbox: Inbox, message_ids: Iterable[int], hashes: Collection[str]) -> None:
    """Remember that the files of these messages and notices stand whole in an output folder."""
    inbox.execute("UPDATE message SET delivered = 1 WHERE id = ANY(?)", (inbox.members(message_ids),))
    if hashes:
        inbox.execute("UPDATE fault SET delivered = 1 WHERE sha256 = ANY(?)", (inbox.members(hashes),))


def all_rejections(inbox: Inbox, since: str = "", provider: str | None = None) -> Iterator[Rejection]:
    """Every rejection received on or after a day, of one provider or of all, in order of message.

    Declarations refused for their structure come last; only those for a known municipality count.
    """
    for body in _bodies(inbox, "rejections", since, provider):
        yield from rejections_from_json(body)
    for (detail,) in inbox.execute(
        "SELECT detail FROM fault WHERE outcome = 'refused' AND received_on >= ? ORDER BY id", (since,)
    ).fetchall():
        rejection = structure_rejection(notice_from_json(detail))
        if rejection is not None and provider in {None, rejection.provider}:
            yield rejection


def all_signals(inbox: Inbox, since: str = "", provider: str | None = None) -> Iterator[Signal]:
    """Every signal received on or after a day, of one provider or of all, in order of message."""
    for body in _bodies(inbox, "signals", since, provider):
        yield from signals_from_json(body)


def _bodies(inbox: Inbox, topic: str, since: str, provider: str | None) -> Iterator[bytes]:
    rows = inbox.execute(
        "SELECT o.body FROM outbox o JOIN message m ON m.id = o.message_id"
        " JOIN relation r ON r.id = m.relation_id"
        " WHERE o.topic = ? AND m.received_on >= ? AND r.provider = COALESCE(?, r.provider) ORDER BY o.id",
        (topic, since, provider),
    )
    return (unpack(row[0]) for row in rows.fetchall())
