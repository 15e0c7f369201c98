"""Take one provider's books back to the moment before a message, inside a transaction that is undone.

So a line can be decided once more with the facts of its day, by the very code that decided it.
"""

from __future__ import annotations

from store.allocations import OPEN
from store.inbox import Inbox
from store.tables import ALLOCATION_VALUES


def rewind(inbox: Inbox, relation_id: int, message_id: int) -> None:
    """Undo a message and everything after it, for one provider of one municipality in one domain.

    The caller must roll back: use it only inside `store.database.trial`.
    """
    own = (relation_id, message_id)
    inbox.execute("UPDATE line SET state = 0 WHERE relation_id = ? AND message_id >= ? AND state = 1", own)
    inbox.execute(
        "UPDATE line SET state = 1 WHERE relation_id = ? AND state = 2 AND reference IN"
        " (SELECT previous FROM line WHERE relation_id = ? AND message_id >= ? AND state = 3)"
        " AND message_id < ?",
        (relation_id, *own, message_id),
    )
    inbox.execute("DELETE FROM line WHERE relation_id = ? AND message_id >= ?", own)
    inbox.execute(
        "DELETE FROM batch_message WHERE message_id IN"
        " (SELECT message_id FROM declaration WHERE relation_id = ? AND message_id >= ?)",
        own,
    )
    inbox.execute("DELETE FROM declaration WHERE relation_id = ? AND message_id >= ?", own)
    _versions(inbox, relation_id, message_id)
    inbox.execute(
        "DELETE FROM allocation_use WHERE allocation_id IN (SELECT id FROM allocation WHERE relation_id = ?)",
        (relation_id,),
    )
    inbox.execute(
        "INSERT INTO allocation_use SELECT a.id, SUM(l.used_volume), SUM(l.amount_cents) FROM allocation a"
        " JOIN line l ON l.allocation_id = a.id AND l.state = 1 WHERE a.relation_id = ? GROUP BY a.id",
        (relation_id,),
    )
    mine = "SELECT id FROM message WHERE relation_id = ? AND id >= ?"
    inbox.execute(f"DELETE FROM delivery WHERE message_id IN ({mine})", own)
    inbox.execute(f"DELETE FROM outbox WHERE message_id IN ({mine})", own)
    inbox.execute(f"DELETE FROM message_body WHERE message_id IN ({mine})", own)
    inbox.execute("DELETE FROM message WHERE relation_id = ? AND id >= ?", own)


def _versions(inbox: Inbox, relation_id: int, message_id: int) -> None:
    """Make the version of each allocation current that was current then (OC-22)."""
    inbox.execute(
        "DELETE FROM allocation_version WHERE message_id >= ? AND allocation_id IN"
        " (SELECT id FROM allocation WHERE relation_id = ?)",
        (message_id, relation_id),
    )
    inbox.execute(
        "DELETE FROM allocation WHERE relation_id = ?"
        " AND id NOT IN (SELECT allocation_id FROM allocation_version)",
        (relation_id,),
    )
    names = ALLOCATION_VALUES.split(", ")
    chosen = "SELECT v.id FROM allocation_version v WHERE v.allocation_id = allocation.id"
    inbox.execute(
        f"UPDATE allocation SET version_id = ({chosen} ORDER BY v.decided_at DESC, v.id DESC LIMIT 1),"
        f" longest_end = (SELECT MAX(COALESCE(v.end_on, '{OPEN}')) FROM allocation_version v"
        "  WHERE v.allocation_id = allocation.id) WHERE relation_id = ?",
        (relation_id,),
    )
    columns = ", ".join(
        f"{name} = (SELECT v.{name} FROM allocation_version v WHERE v.id = allocation.version_id)"
        for name in names
    )
    inbox.execute(f"UPDATE allocation SET {columns} WHERE relation_id = ?", (relation_id,))
