"""Everything about ceilings that messages, days and registers made, named so that two stores compare."""

from __future__ import annotations

from typing import Any, Final

from store.inbox import Inbox

_NAME: Final = "u.ceiling || '/' || u.year"
_BOOKS: Final = {
    "ceiling": (
        f"SELECT {_NAME}, u.version, u.fingerprint, u.judged_on, u.amount_cents, u.used_cents, u.reached,"
        " u.threatened, u.full_on FROM ceiling_use u ORDER BY 1"
    ),
    "ceiling month": (
        f"SELECT {_NAME} || '/' || r.municipality || '/' || r.provider || '/' || r.domain || '/' || m.month,"
        " m.used_cents FROM ceiling_month m JOIN ceiling_use u ON u.id = m.use_id"
        " JOIN relation r ON r.id = m.relation_id ORDER BY 1"
    ),
    "ceiling event": (
        f"SELECT {_NAME} || '/' || u.version || '/' || u.threshold || '/' || u.kind || '/' || u.occurrence,"
        " u.used_cents, u.amount_cents, u.overshoot_cents, u.forecast_cents, u.letter_due, u.happened_on,"
        " u.cause, u.cause_sha256, u.body FROM ceiling_event u ORDER BY 1"
    ),
    "above a ceiling": (
        f"SELECT {_NAME} || '/' || m.sha256 || '/' || a.ground, a.lines, a.cents FROM ceiling_above a"
        " JOIN ceiling_use u ON u.id = a.use_id JOIN message m ON m.id = a.message_id ORDER BY 1"
    ),
    "ceiling review": (
        f"SELECT {_NAME} || '/' || m.sha256 || '/' || l.reference, v.above_cents, v.due_on"
        " FROM ceiling_review v JOIN ceiling_use u ON u.id = v.use_id"
        " JOIN message m ON m.id = v.message_id JOIN line l ON l.id = v.line_id ORDER BY 1"
    ),
}


def ceiling_books(inbox: Inbox) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Per kind and name the values; what people decided and batches paid is left out."""
    return {
        (kind, row[0]): tuple(row[1:])
        for kind, statement in _BOOKS.items()
        for row in inbox.execute(statement).fetchall()
    }
