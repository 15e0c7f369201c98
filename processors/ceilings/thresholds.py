"""Which thresholds a ceiling passes, up or down, after a whole message or under a new version (4.2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from contracts.ceilings import FULL, Watch

REACHED, BELOW, THREATENS, CARRIED_OVER = "reached", "below", "threatens", "carried_over"
_ARRIVALS: Final = frozenset({REACHED, CARRIED_OVER})


class Crossing(NamedTuple):
    """One threshold (percent) that was passed, and how."""

    threshold: int
    kind: str


class Event(NamedTuple):
    """Something that happened to a ceiling, told once: unique by name, year, version, threshold, kind
    and occurrence. The event at 100 percent carries the overshoot; a forecast comes with a threat."""

    name: str
    year: int
    version: int
    threshold: int
    kind: str
    occurrence: int
    used_cents: int
    amount_cents: int
    overshoot_cents: int
    forecast_cents: int | None
    letter_due: bool


def is_met(threshold: int, used_cents: int, amount_cents: int) -> bool:
    """Whether a threshold is reached; exactly is enough. What is not used reaches nothing."""
    return used_cents > 0 and used_cents * 100 >= threshold * amount_cents


def met(watch: Watch, used_cents: int) -> tuple[int, ...]:
    """The thresholds of a ceiling that are reached."""
    return tuple(t for t in watch.thresholds if is_met(t, used_cents, watch.amount_cents))


def crossings(watch: Watch, reached: Iterable[int], used_cents: int) -> tuple[Crossing, ...]:
    """What a message does: thresholds left from the highest down, then thresholds reached, ascending."""
    before, after = set(reached), set(met(watch, used_cents))
    left = [Crossing(t, BELOW) for t in sorted(before - after, reverse=True)]
    return (*left, *(Crossing(t, REACHED) for t in sorted(after - before)))


def renewals(watch: Watch, reached: Iterable[int], used_cents: int) -> tuple[Crossing, ...]:
    """What a new version does: a threshold still met is carried over, one no longer met is armed again."""
    before, after = set(reached), set(met(watch, used_cents))
    left = [Crossing(t, BELOW) for t in sorted(before - after, reverse=True)]
    kept = [Crossing(t, CARRIED_OVER if t in before else REACHED) for t in sorted(after)]
    return (*left, *kept)


def event(
    watch: Watch,
    crossing: Crossing,
    occurrence: int,
    used_cents: int,
    *,
    version: int | None = None,
    forecast_cents: int | None = None,
) -> Event:
    """The event of a crossing. `version` is that of the threshold where it is not that of the ceiling.

    A notice is due at the first occurrence in a version, for a ceiling that the principal watches.
    """
    overshoot_cents = max(0, used_cents - watch.amount_cents) if crossing.threshold == FULL else 0
    told = crossing.kind in {REACHED, THREATENS} and occurrence == 1
    return Event(
        watch.name,
        watch.year,
        watch.version if version is None else version,
        crossing.threshold,
        crossing.kind,
        occurrence,
        used_cents,
        watch.amount_cents,
        0 if crossing.kind == THREATENS else overshoot_cents,
        forecast_cents,
        told and watch.enforceable and watch.watched_by_principal,
    )


def occurrence_of(crossing: Crossing, arrivals: int) -> int:
    """The number of this occurrence, given how often the threshold was reached before in this version."""
    return arrivals + 1 if crossing.kind in _ARRIVALS else max(1, arrivals)
