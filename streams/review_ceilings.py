"""What a declaration claims above a ceiling, and what it claims for clients who came during a stop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from contracts.ceilings import Watch
from contracts.client_stops import Care, ClientStops, is_running
from processors.ceilings.review import (
    CRISIS,
    REVIEW,
    RUNNING,
    SPECIFIC,
    Above,
    above,
    care_of,
    decide_by,
    totals,
)
from schemas.allocation import Allocation
from schemas.declaration import Declaration, Header
from schemas.notice import Signal
from store.allocations import Allocations
from store.ceiling_reviews import NewReview, other_care, record_above, record_reviews
from store.ceilings import Use
from store.inbox import Inbox


class Claimed(NamedTuple):
    """A declaration as it was decided and recorded."""

    declaration: Declaration
    states: list[int]
    allocations: Allocations
    relation_id: int
    message_id: int


def review_above(
    inbox: Inbox, stops: ClientStops, claimed: Claimed, watch: Watch, before: Use, sha256: str, day: date
) -> list[Signal]:
    """Record what lies above a ceiling, and open a case for every line that is nobody's right."""
    parts = list(above(claimed.declaration, claimed.states, watch, before.used_cents))
    grounds = _grounds(inbox, stops, claimed, parts, before.full_on or day)
    record_above(inbox.connection, before.id, claimed.message_id, totals(parts, grounds))
    waiting = [part for part, why in zip(parts, grounds, strict=True) if why == REVIEW]
    if not waiting:
        return []
    header = claimed.declaration.header
    due_on = decide_by(header.dated_on, day)
    record_reviews(
        inbox.connection, before.id, claimed.message_id, header.municipality, header.provider, due_on,
        [NewReview(part.line.position, part.cents) for part in waiting],
    )  # fmt: skip
    more = {
        "ceiling": watch.name,
        "lines": len(waiting),
        "above_cents": sum(part.cents for part in waiting),
        "due_on": str(due_on),
    }
    return [
        Signal(
            header.municipality, header.provider, header.domain.value, "ceiling_review", sha256,
            waiting[0].line.reference if len(waiting) == 1 else None,
            str(more["above_cents"]), str(watch.amount_cents), str(day), more,
        )
    ]  # fmt: skip


def _grounds(
    inbox: Inbox, stops: ClientStops, claimed: Claimed, parts: list[Above], full_on: date
) -> list[str]:
    """Why each part is paid all the same, or REVIEW; other care of a client is read only where it matters."""
    header, allocations = claimed.declaration.header, claimed.allocations.values
    crisis: dict[tuple[str, str], bool] = {}
    effective: dict[tuple[str, str, date], date] = {}
    grounds = []
    for line, _ in parts:
        allocation, product = allocations.get(line.allocation), (line.category, line.code)
        if product not in crisis:
            crisis[product] = stops.is_crisis(care_of(line, None, header.provider, header.domain.value))
        if crisis[product]:
            grounds.append(CRISIS)
        elif allocation is None or allocation.code is not None:
            grounds.append(SPECIFIC)
        else:
            ended = (*product, line.period.end)
            if ended not in effective:
                care = care_of(line, None, header.provider, header.domain.value)
                effective[ended] = _effective_on(stops, care, line.period.end, full_on)
            grounds.append(RUNNING if allocation.start < effective[ended] else REVIEW)
    doubtful = [place for place, why in enumerate(grounds) if why == REVIEW]
    bsns = {parts[place].line.bsn for place in doubtful}
    others = other_care(inbox.connection, claimed.relation_id, header, bsns) if bsns else {}
    for place in doubtful:
        line = parts[place].line
        care = care_of(line, allocations.get(line.allocation), header.provider, header.domain.value)
        since = effective[line.category, line.code, line.period.end]
        if is_running(care, others.get(line.bsn, ()), since):
            grounds[place] = RUNNING
    return grounds


def _effective_on(stops: ClientStops, care: Care, day: date, full_on: date) -> date:
    """Since when new care is above the ceiling: the day all was used, or that of its client stop."""
    return min([full_on, *(row.valid_from for row in stops.on(care, day) if row.ground == "CEILING")])


def allocated_during_stop(
    inbox: Inbox,
    stops: ClientStops,
    header: Header,
    named: Iterable[tuple[Allocation, str | None]],
    sha256: str,
    received_on: date,
) -> list[Signal]:
    """Allocations to new clients that began during a client stop, each with the line that names it.

    They are paid: this is for the access team (CE-13, table 4.3). Crisis and running care are exempt.
    """
    found = []
    for allocation, reference in named:
        care = Care(header.provider, header.domain.value, *allocation[2:4], allocation.start, allocation.end)
        stop = None if allocation.deleted else stops.at_start(care)
        if stop is not None:
            found.append((allocation, reference, care, stop))
    if not found:
        return []
    relation_id = inbox.relation(header.municipality, header.provider, header.domain.value)
    others = other_care(inbox.connection, relation_id, header, {allocation.bsn for allocation, *_ in found})
    return [
        Signal(
            header.municipality, header.provider, header.domain.value, "allocation_during_stop", sha256,
            reference, str(care.start), str(stop.valid_from), str(received_on),
            {"stop": stop.stop, "ground": stop.ground, "allocation": allocation.number},
        )
        for allocation, reference, care, stop in found
        if not is_running(care, others.get(allocation.bsn, ()), stop.valid_from)
    ]  # fmt: skip


def first_claims(
    declaration: Declaration, states: list[int], allocations: Allocations
) -> Iterator[tuple[Allocation, str | None]]:
    """Allocations of which a declaration gets the first line granted, with its reference."""
    seen: set[int] = set()
    for line, state in zip(declaration.lines, states, strict=True):
        number = line.allocation
        if state == 1 and number not in seen and number in allocations.rows:
            seen.add(number)
            if allocations.rows[number].used_volume == 0:
                yield allocations.values[number], line.reference
