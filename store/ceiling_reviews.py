"""Lines above a ceiling in SQL: why they are paid, which of them wait for a decision, what was decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from contracts.client_stops import Care
from rules.facts import LIVE
from schemas.batch import Blocked
from schemas.declaration import Header
from store.allocations import day as stored_day
from store.ceiling_tables import ceiling_above, ceiling_review, ceiling_use
from store.inbox import Inbox
from store.tables import LINES_PER_MESSAGE, declaration, line

UNDECIDED, RECOVERY = "CEILING_REVIEW", "CEILING_RECOVERY"
_NEW = "ceiling_review (line_id, use_id, message_id, municipality, provider, above_cents, held_cents, due_on)"
PAY, RECOVER, BELOW, DUE = "PAY", "RECOVER", "BELOW", "DUE"


class Review(NamedTuple):
    """A line above a ceiling of which payment is to be decided; `decision` None while it is open.

    `above_cents` lay above the ceiling when the line came, `held_cents` waits still, or did when it
    was decided about.
    """

    id: int
    ceiling: str
    year: int
    municipality: str
    provider: str
    reference: str
    above_cents: int
    held_cents: int
    due_on: date
    decision: str | None
    decided_on: date | None


def record_above(
    connection: Connection, use_id: int, message_id: int, totals: Iterable[tuple[str, int, int]]
) -> None:
    """Record what a message claims above a ceiling: ground, lines and cents."""
    rows = [
        {"use_id": use_id, "message_id": message_id, "ground": ground, "lines": lines, "cents": cents}
        for ground, lines, cents in totals
    ]
    if rows:
        connection.execute(insert(ceiling_above), rows)


def record_reviews(
    inbox: Inbox,
    use_id: int,
    message_id: int,
    municipality: str,
    provider: str,
    due_on: date,
    reviews: Iterable[tuple[int, int]],
) -> None:
    """Open a case for each line of the message in hand: its position, and the cents above the ceiling."""
    first = message_id * LINES_PER_MESSAGE
    case, due = (use_id, message_id, municipality, provider), str(due_on)
    rows = [(first + position, *case, cents, cents, due) for position, cents in reviews]
    if rows:
        inbox.insert(_NEW, rows)


def shrink_reviews(inbox: Inbox, use_id: int, overshoot_cents: int, day: date) -> None:
    """Let the open cases of a ceiling hold no more than is left of its overshoot (table 4.3).

    Room goes to the oldest case first, and of the last to a part: lines fill a ceiling in the order in
    which they came, so what still lies above it is the newest. What is recovered is part of the
    overshoot. A line that was credited waits for nothing.
    """
    rows = inbox.execute(
        "SELECT v.id, v.held_cents, v.decision, l.state FROM ceiling_review v JOIN line l ON l.id = v.line_id"
        " WHERE v.use_id = ? AND (v.decision IS NULL OR v.decision = 'RECOVER') ORDER BY v.id",
        (use_id,),
    ).fetchall()
    live = [(number, cents, decision) for number, cents, decision, state in rows if state == LIVE]
    released = [number for number, _, decision, state in rows if state != LIVE and decision is None]
    room_cents = sum(cents for _, cents, _ in live) - overshoot_cents
    for number, cents, decision in live:
        if decision is not None or room_cents <= 0:
            continue
        if cents > room_cents:
            inbox.execute(
                "UPDATE ceiling_review SET held_cents = ? WHERE id = ?", (cents - room_cents, number)
            )
        else:
            released.append(number)
        room_cents -= cents
    if released:
        inbox.execute(
            "UPDATE ceiling_review SET held_cents = 0, decision = 'BELOW', decided_on = ? WHERE id = ANY(?)",
            (str(day), inbox.members(released)),
        )


def other_care(
    inbox: Inbox, relation_id: int, header: Header, bsns: Iterable[str], before: date
) -> dict[str, tuple[Care, ...]]:
    """All allocations with the provider, those deleted left out, of those of these clients who have one
    that began before a day: of the others no care can have been running then."""
    asked = (relation_id, inbox.members(set(bsns)), str(before))
    began = inbox.execute(
        "SELECT DISTINCT bsn FROM allocation WHERE relation_id = ? AND bsn = ANY(?) AND start_on < ?", asked
    ).fetchall()
    if not began:
        return {}
    rows = inbox.execute(
        "SELECT bsn, category, code, start_on, end_on, change_reason FROM allocation"
        " WHERE relation_id = ? AND bsn = ANY(?) ORDER BY id",
        (relation_id, inbox.members([bsn for (bsn,) in began])),
    ).fetchall()
    found: dict[str, tuple[Care, ...]] = {}
    for bsn, category, code, start_on, end_on, change_reason in rows:
        if change_reason == "13" and start_on == end_on:
            continue
        end = None if end_on is None else stored_day(end_on)
        care = Care(header.provider, header.domain.value, category, code, stored_day(start_on), end)
        found[bsn] = (*found.get(bsn, ()), care)
    return found


def held_for_review(connection: Connection, municipality: str, cut_off: date) -> dict[str, list[Blocked]]:
    """Per provider what lies above a ceiling and is not paid yet, of lines received up to the cut-off.

    A case holds its line until the day it is due; a decision to recover holds it on. A line that was
    credited since holds nothing, and of a line above several ceilings the largest part counts.
    """
    v = ceiling_review.c
    query = (
        select(v.provider, v.line_id, v.decision, func.max(v.held_cents))
        .join(line, line.c.id == v.line_id)
        .join(declaration, declaration.c.message_id == v.message_id)
        .where(v.municipality == municipality, line.c.state == LIVE)
        .where(declaration.c.received_on <= str(cut_off))
        .where(v.decision.is_(None) & (v.due_on > str(cut_off)) | (v.decision == RECOVER))
        .group_by(v.provider, v.line_id, v.decision)
    )
    largest: dict[tuple[str, int], tuple[int, str]] = {}
    for provider, line_id, decision, cents in connection.execute(query).all():
        key, value = (provider, line_id), (int(cents), RECOVERY if decision else UNDECIDED)
        largest[key] = max(value, largest.get(key, value))
    sums: Counter[tuple[str, str]] = Counter()
    for (provider, _), (cents, reason) in largest.items():
        sums[provider, reason] += cents
    held: dict[str, list[Blocked]] = {}
    for (provider, reason), cents in sorted(sums.items()):
        held.setdefault(provider, []).append(Blocked(provider, cents, reason))
    return held


def close_due_reviews(connection: Connection, municipality: str, cut_off: date) -> None:
    """Cases that are due by the cut-off of a closed batch: their lines were paid in it, for good."""
    v = ceiling_review.c
    due = (v.municipality == municipality, v.decision.is_(None), v.due_on <= str(cut_off))
    connection.execute(update(ceiling_review).where(*due).values(decision=DUE, decided_on=str(cut_off)))


def decide(
    connection: Connection, ids: Iterable[int], decision: str, decided_on: date, document: str | None
) -> int:
    """Decide open cases, PAY or RECOVER; returns how many were open."""
    v = ceiling_review.c
    values = {"decision": decision, "decided_on": str(decided_on), "document": document}
    done = connection.execute(
        update(ceiling_review).where(v.id.in_(list(ids)), v.decision.is_(None)).values(values)
    )
    return done.rowcount


def reviews(connection: Connection, municipality: str | None = None) -> list[Review]:
    """All cases, the oldest first."""
    v, u = ceiling_review.c, ceiling_use.c
    query = (
        select(v.id, u.ceiling, u.year, v.municipality, v.provider, line.c.reference, v.above_cents)
        .add_columns(v.held_cents, v.due_on, v.decision, v.decided_on)
        .join(ceiling_use, u.id == v.use_id)
        .join(line, line.c.id == v.line_id)
        .order_by(v.id)
    )
    if municipality is not None:
        query = query.where(v.municipality == municipality)
    found = []
    for row in connection.execute(query).all():
        decided_on = None if row.decided_on is None else stored_day(row.decided_on)
        found.append(Review._make((*row[:8], stored_day(row.due_on), row.decision, decided_on)))
    return found
