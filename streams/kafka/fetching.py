"""How long the broker may hold a question for records.

Faust lets it wait for 1.5 s, and asks about no partition of which it still has records at hand: what comes
on one of those meanwhile lies on the broker until the question is answered.
"""

from __future__ import annotations

from typing import Any, Final

from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer

LONGEST_MS: Final = 100


class PromptConsumer(Consumer):
    """The consumer of faust; the broker answers it at once or soon."""

    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        return _PromptThread(self, loop=self.loop, beacon=self.beacon)


class _PromptThread(AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = LONGEST_MS  # faust has no setting for it
        return consumer
