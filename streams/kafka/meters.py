"""What a worker counts, under the names that `/metrics` shows. No label tells who a message is about."""

from __future__ import annotations

from functools import partial
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

NAMESPACE: Final = "declastroom"
_SHORT: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_LONG: Final = (0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 900, 3600)


class Meters:
    """The counters, gauges and histograms of one process, in a registry of their own. Seconds everywhere."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        counter = partial(Counter, namespace=NAMESPACE, registry=self.registry)
        gauge = partial(Gauge, namespace=NAMESPACE, registry=self.registry)
        histogram = partial(Histogram, namespace=NAMESPACE, registry=self.registry)
        self.outcomes = counter("outcomes", "messages that were decided", ["type", "outcome"])
        self.lines = counter("lines", "lines of declarations that were decided", ["decision"])
        self.quarantined = counter("quarantine", "messages that nobody could decide", ["reason"])
        self.parked = counter("parked", "messages that wait behind one that could not be decided")
        self.decision = histogram("decision_seconds", "deciding one message", buckets=_SHORT)
        self.group = histogram("group_seconds", "one transaction, with its commit", buckets=_SHORT)
        self.latency = histogram(
            "receive_to_outcome_seconds", "from the topic to the commit of its outcome", buckets=_LONG
        )
        self.lag = gauge("consumer_lag", "records to handle in partitions of this worker", ["partition"])
        self.unpublished = gauge("outbox_unpublished", "records that wait to be published")
        self.refused = gauge("outbox_refused", "records that the broker refused for good")
        self.unpublished_age = gauge("outbox_age_seconds", "since when the oldest of them is known to wait")
        self.published = counter("published", "records that the broker acknowledged", ["topic"])
        self.blocked = gauge("blocked_keys", "keys whose messages wait for an operator")
        self.retries = counter("db_tx_retries", "transactions tried again, the store was not there")
        self.failures = counter("record_failures", "tries at a record that ended in a defect")
        self.rebalances = counter("rebalances", "times that partitions were assigned")
        self.ready = gauge("ready", "1 when the worker lacks nothing")
        self.silence = gauge("loop_silence_seconds", "since the event loop last gave a sign of life")

    def text(self) -> bytes:
        """Everything in the text format of Prometheus."""
        return generate_latest(self.registry)
