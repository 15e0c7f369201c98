"""What a declaration claims above a ceiling, and what it claims for clients who came during a stop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import compress
from typing import NamedTuple

from contracts.ceilings import Watch
from contracts.client_stops import Care, ClientStops, is_running
from contracts.tables import ClientStopRow
from processors.ceilings.review import (
    CRISIS,
    REVIEW,
    RUNNING,
    SPECIFIC,
    above,
    care_of,
    decide_by,
    totals,
)
from schemas.allocation import Allocation
from schemas.declaration import Declaration, Header, Line
from schemas.notice import Signal
from store.allocations import Allocations
from store.ceiling_reviews import other_care, record_above, record_reviews
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
    parts = above(claimed.declaration, claimed.states, watch, before.used_cents)
    grounds = _grounds(inbox, stops, claimed, parts.lines, before.full_on or day)
    record_above(inbox.connection, before.id, claimed.message_id, totals(parts, grounds))
    if REVIEW not in grounds:
        return []
    waiting = [why == REVIEW for why in grounds]
    lines, cents = list(compress(parts.lines, waiting)), list(compress(parts.cents, waiting))
    header = claimed.declaration.header
    due_on = decide_by(header.dated_on, day)
    record_reviews(
        inbox, before.id, claimed.message_id, header.municipality, header.provider, due_on,
        zip([line.position for line in lines], cents, strict=True),
    )  # fmt: skip
    more = {"ceiling": watch.name, "lines": len(lines), "above_cents": sum(cents), "due_on": str(due_on)}
    return [
        Signal(
            header.municipality, header.provider, header.domain.value, "ceiling_review", sha256,
            lines[0].reference if len(lines) == 1 else None,
            str(more["above_cents"]), str(watch.amount_cents), str(day), more,
        )
    ]  # fmt: skip


def _grounds(
    inbox: Inbox, stops: ClientStops, claimed: Claimed, lines: list[Line], full_on: date
) -> list[str]:
    """Why each line is paid all the same, or REVIEW; other care is read only of clients who look new."""
    header, allocations = claimed.declaration.header, claimed.allocations.values
    provider, domain = header.provider, header.domain.value
    crisis = _crisis(stops, lines, provider, domain)
    stopped = stops.concern(provider)
    effective: dict[tuple[str, str, date], date] = {}
    grounds: list[str] = []
    new: list[tuple[int, Allocation, date]] = []
    for place, line in enumerate(lines):
        if crisis and (line.category, line.code) in crisis:
            grounds.append(CRISIS)
            continue
        allocation = allocations.get(line.allocation)
        if allocation is None or allocation.code is not None:
            grounds.append(SPECIFIC)
            continue
        since = full_on
        if stopped:
            ended = (line.category, line.code, line.period.end)
            if ended not in effective:
                care = care_of(line, None, provider, domain)
                effective[ended] = _effective_on(stops, care, line.period.end, full_on)
            since = effective[ended]
        if allocation.start < since:
            grounds.append(RUNNING)
        else:
            grounds.append(REVIEW)
            new.append((place, allocation, since))
    for place in _followers(inbox, claimed, lines, new):
        grounds[place] = RUNNING
    return grounds


def _crisis(stops: ClientStops, lines: list[Line], provider: str, domain: str) -> set[tuple[str, str]]:
    """Category and code of the lines that are crisis care."""
    products = {(line.category, line.code): line for line in lines}
    return {
        product
        for product, line in products.items()
        if stops.is_crisis(care_of(line, None, provider, domain))
    }


def _followers(
    inbox: Inbox, claimed: Claimed, lines: list[Line], new: list[tuple[int, Allocation, date]]
) -> Iterator[int]:
    """The places of lines that look new, but directly follow care that ran before the day beside them."""
    if not new:
        return
    header = claimed.declaration.header
    bsns = {lines[place].bsn for place, _, _ in new}
    others = other_care(inbox, claimed.relation_id, header, bsns, max({since for _, _, since in new}))
    for place, allocation, since in new if others else ():
        line = lines[place]
        care = care_of(line, allocation, header.provider, header.domain.value)
        if is_running(care, others.get(line.bsn, ()), since):
            yield place


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
    provider, domain = header.provider, header.domain.value
    found = []
    seen: dict[tuple[str | None, str | None, date], ClientStopRow | None] = {}
    for allocation, reference in named:
        key = (allocation.category, allocation.code, allocation.start)
        if key not in seen:
            seen[key] = stops.at_start(Care(provider, domain, *key))
        stop = seen[key]
        if stop is not None and not allocation.deleted:
            found.append((allocation, reference, stop))
    if not found:
        return []
    relation_id = inbox.relation(header.municipality, provider, domain)
    last = max(stop.valid_from for _, _, stop in found)
    others = other_care(inbox, relation_id, header, {allocation.bsn for allocation, *_ in found}, last)

    def is_new(allocation: Allocation, stop: ClientStopRow) -> bool:
        care = Care(provider, domain, allocation.category, allocation.code, allocation.start, allocation.end)
        return not is_running(care, others.get(allocation.bsn, ()), stop.valid_from)

    parties, day = (header.municipality, provider, domain), str(received_on)
    return [
        Signal(
            *parties, "allocation_during_stop", sha256, reference,
            str(allocation.start), str(stop.valid_from), day,
            {"stop": stop.stop, "ground": stop.ground, "allocation": allocation.number},
        )
        for allocation, reference, stop in found
        if not others or is_new(allocation, stop)
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
            if not allocations.rows[number].used_volume:
                yield allocations.values[number], line.reference
