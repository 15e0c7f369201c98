"""What must be true of the store at every commit, in SQL: counters, sums, outbox, states of lines."""

from __future__ import annotations

from typing import Final

from tests.simulation.answers import demand
from tests.simulation.machine import Machine

REJECTED, LIVE, CREDITED, CREDIT = 0, 1, 2, 3
# A10: a line is decided once; afterwards a live debit can be credited, and that is all.
TRANSITIONS: Final = {(None, REJECTED), (None, LIVE), (None, CREDIT), (LIVE, CREDITED)}
_MUST_BE_EMPTY: Final = {
    "M6 counters are what the live lines add up to": (
        "SELECT a.number, u.used_volume, u.used_cents FROM allocation a LEFT JOIN line l"
        " ON l.allocation_id = a.id AND l.state = 1 LEFT JOIN allocation_use u ON u.allocation_id = a.id"
        " GROUP BY a.id HAVING COALESCE(u.used_volume, 0) <> COALESCE(SUM(l.used_volume), 0)"
        " OR COALESCE(u.used_cents, 0) <> COALESCE(SUM(l.amount_cents), 0)"
    ),
    "M1 lines add up to what was claimed and granted": (
        "SELECT d.number FROM declaration d LEFT JOIN line l ON l.message_id = d.message_id"
        " GROUP BY d.message_id HAVING"
        " d.claimed_cents <> SUM(CASE l.side WHEN 'C' THEN -l.amount_cents ELSE l.amount_cents END)"
        " OR d.granted_cents <> SUM(CASE WHEN l.state = 0 THEN 0"
        "  WHEN l.side = 'C' THEN -l.amount_cents ELSE l.amount_cents END)"
    ),
    "M5 every credit has one debit, every credited debit one credit": (
        "SELECT c.reference FROM line c LEFT JOIN line d ON d.relation_id = c.relation_id"
        " AND d.reference = c.previous AND d.state = 2 AND d.amount_cents = c.amount_cents"
        " WHERE c.state = 3 GROUP BY c.id HAVING COUNT(d.id) <> 1"
        " UNION SELECT d.reference FROM line d LEFT JOIN line c ON c.relation_id = d.relation_id"
        " AND c.previous = d.reference AND c.state = 3 WHERE d.state = 2"
        " GROUP BY d.id HAVING COUNT(c.id) <> 1"
    ),
    "A1, A8 an answer for every 323 that was answered, and for nothing else": (
        "SELECT m.id FROM message m LEFT JOIN outbox o ON o.message_id = m.id"
        " AND o.topic IN ('answers', 'returns')"
        " GROUP BY m.id HAVING COUNT(o.id) <> CASE m.outcome WHEN 'answered' THEN 1 ELSE 0 END"
    ),
    "A11 no line without a processed declaration": (
        "SELECT l.id FROM line l LEFT JOIN declaration d ON d.message_id = l.message_id"
        " WHERE d.message_id IS NULL"
    ),
    "A11 what was set aside is not a message": (
        "SELECT m.id FROM message m JOIN fault f ON f.sha256 = m.sha256 WHERE f.outcome = 'refused'"
        " AND m.type NOT LIKE '%301'"
    ),
    "M4 a declaration in one batch, and a batch covers only processed ones": (
        "SELECT b.message_id FROM batch_message b LEFT JOIN declaration d ON d.message_id = b.message_id"
        " GROUP BY b.message_id HAVING COUNT(*) <> 1 OR COUNT(d.message_id) <> 1"
    ),
}


def hold(machine: Machine, before: dict[int, int]) -> dict[int, int]:
    """Hold every invariant against the store, given the states of lines before; returns those now."""
    for invariant, query in _MUST_BE_EMPTY.items():
        found = machine.rows(query)
        demand(not found, invariant, found)
    now: dict[int, int] = dict(machine.rows("SELECT id, state FROM line"))
    demand(before.keys() <= now.keys(), "A10 no line disappears")
    for line, state in now.items():
        was = before.get(line)
        demand(was == state or (was, state) in TRANSITIONS, "A10 a line changes as it may", (was, state))
    return now
