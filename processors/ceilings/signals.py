"""What people are told about ceilings: one signal per event, with its figures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from contracts.ceilings import Watch
from processors.ceilings.thresholds import THREATENS, Event
from schemas.notice import Signal

CONSULT_WITHIN: Final = timedelta(days=14)
DECIDE_WITHIN: Final = timedelta(days=14)  # counted from the consultation


class Parties(NamedTuple):
    """For whose list a signal is, and about whom."""

    municipality: str
    provider: str
    domain: str


def parties_of(watch: Watch, claimed_from: Iterable[str] = ()) -> tuple[Parties, ...]:
    """Those concerned where no message is the cause: the municipalities that care was claimed from, else
    every one within reach of the ceiling."""
    domains = {row.domain for row in watch.rows}
    (domain,) = domains if len(domains) == 1 else (None,)
    codes = sorted(set(claimed_from)) or watch.municipalities
    return tuple(Parties(code, ";".join(watch.providers), domain or "") for code in codes)


def event_signal(watch: Watch, event: Event, parties: Parties, day: date, sha256: str) -> Signal:
    """An event as a signal; `sha256` names its cause."""
    limit_cents = event.amount_cents * event.threshold // 100
    more: dict[str, Any] = {
        "ceiling": event.name,
        "threshold": event.threshold,
        "occurrence": event.occurrence,
        "used_cents": event.used_cents,
        "amount_cents": event.amount_cents,
        "overshoot_cents": event.overshoot_cents,
        "instrument": "CEILING" if watch.enforceable else "INDICATION",
        "year": event.year,
        "version": event.version,
        "letter_due": event.letter_due,
    }
    if event.kind == THREATENS:
        more["forecast_cents"] = event.forecast_cents
    if event.letter_due:
        more["consult_by"] = str(day + CONSULT_WITHIN)
    if len(watch.rows) > 1:
        more["members"] = [row.ceiling for row in watch.rows]
    found_cents = event.used_cents if event.forecast_cents is None else event.forecast_cents
    return Signal(*parties, event.kind, sha256, None, str(found_cents), str(limit_cents), str(day), more)


def event_signals(
    watch: Watch, events: Iterable[Event], parties: Iterable[Parties], day: date, sha256: str
) -> tuple[Signal, ...]:
    """Every event for every party."""
    told = tuple(events)
    return tuple(event_signal(watch, event, party, day, sha256) for party in parties for event in told)
