"""The topics, declared once as data: what travels where, under which key, for how long.

Both runtimes, `declastroom topics`, the reference page and the tests read this and nothing else.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from schemas.envelope import HEADERS, RECEIVED_HEADERS

DAY_MS: Final = 24 * 60 * 60 * 1000
LARGEST_RECORD: Final = 30 * 2**20  # bytes on the broker, so compressed; a message of 25 MB fits as it is
LARGEST_PLAIN: Final = 4 * LARGEST_RECORD  # before compression: all that one message of 25 MB can cause
RELATION_KEY: Final = "municipality|provider"


class Topic(NamedTuple):
    """One topic. `name` is its word; on a broker it stands between the prefix and the version.

    `retention_days` is how long a broker keeps a record, `max_bytes` the largest record it takes.
    """

    name: str
    holds: str
    value: str
    partitions: int
    retention_days: int
    max_bytes: int = LARGEST_RECORD
    headers: tuple[str, ...] = HEADERS
    key: str = RELATION_KEY
    version: int = 1

    def on_broker(self, prefix: str) -> str:
        """The full name on a broker."""
        return f"{prefix}.{self.name}.v{self.version}"

    @property
    def config(self) -> dict[str, str]:
        """Settings of the topic on a broker. Never compacted: a hole in the offsets is how loss shows."""
        return {
            "cleanup.policy": "delete",
            "retention.ms": str(self.retention_days * DAY_MS),
            "max.message.bytes": str(self.max_bytes),
        }


RECEIVED: Final = Topic(
    "received", "messages as they came: 301, 305, 307, 323", "XML", 24, 400, headers=RECEIVED_HEADERS
)
ANSWERS: Final = Topic("answers", "325, the answer to a 323", "XML", 24, 90)
RETURNS: Final = Topic("returns", "306 and 308, the answers to a 305 and a 307", "XML", 24, 90)
REJECTIONS: Final = Topic("rejections", "what was rejected in one message, and why", "JSON", 24, 90)
SIGNALS: Final = Topic("signals", "what a person should look at", "JSON", 24, 400)
NOTICES: Final = Topic("notices", "refused and quarantined messages", "JSON", 24, 400)
QUARANTINE: Final = Topic("quarantine", "records that stopped their key, byte for byte", "bytes", 24, 90)

BATCHES: Final = Topic("batches", "closed payment batches", "JSON", 6, 2557, key="municipality")

TOPOLOGY: Final = (RECEIVED, ANSWERS, RETURNS, REJECTIONS, SIGNALS, NOTICES, QUARANTINE, BATCHES)
BY_NAME: Final = {topic.name: topic for topic in TOPOLOGY}
