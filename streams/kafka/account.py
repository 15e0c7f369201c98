"""What is told of decided records: a line in the log and the counts."""

from __future__ import annotations

import logging
import time

from streams.kafka.meters import Meters
from streams.kafka.records import Decided, Handled

log = logging.getLogger("declastroom.worker")


def account_for(decided: Decided, seconds: float, meters: Meters) -> None:
    """Count and log a group that was committed, in a transaction of so many seconds."""
    meters.group.observe(seconds)
    now = time.time()
    for each in decided.handled:
        record, outcome = each.record, each.outcome
        name = "parked" if outcome is None else outcome.outcome
        _count(each, meters)
        if record.written_ms is not None:
            meters.latency.observe(max(0.0, now - record.written_ms / 1000))
        told = {
            "sha256": each.sha256, "topic": record.place.topic, "partition": record.place.partition,
            "offset": record.offset, "outcome": name, "duration_ms": round(each.seconds * 1000),
        }  # fmt: skip
        if outcome is not None:
            told |= {"type": outcome.type, "reason": outcome.reason, "lines": outcome.lines}
            told |= {"rejected": outcome.rejected}
        log.log(logging.WARNING if name in {"quarantined", "parked"} else logging.INFO, "decided", extra=told)


def _count(each: Handled, meters: Meters) -> None:
    meters.decision.observe(each.seconds)
    if each.outcome is None:
        meters.parked.inc()
        return
    outcome = each.outcome
    meters.outcomes.labels(outcome.type or "unknown", outcome.outcome).inc()
    if outcome.outcome == "answered":
        meters.lines.labels("granted").inc(outcome.lines - outcome.rejected)
        meters.lines.labels("rejected").inc(outcome.rejected)
    if outcome.outcome == "quarantined":
        meters.quarantined.labels(outcome.reason or "unknown").inc()
