"""Looks at topics and database from outside, with nothing of the product: lost, doubled, mis-paid?"""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from cramjam import zstd
from sqlalchemy import Engine, text

OUTGOING = ("answers", "returns", "rejections", "signals", "notices")


class Verdict(NamedTuple):
    """Counts; all but the first three must be 0. `repeated` records have an id that came before."""

    received: int
    published: int
    repeated: int
    lost: int
    doubled: int
    mispaid: int
    unanswered: int
    unexplained: int

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not any(self[3:])


def verify(engine: Engine, bootstrap: str, prefix: str, partitions: int) -> Verdict:
    """Compare what came in, what was decided and what went out."""
    topics = {name: f"{prefix}.{name}.v1" for name in ("received", *OUTGOING)}
    records = asyncio.run(_read(bootstrap, list(topics.values()), partitions))
    incoming = records[topics["received"]]
    shas = {hashlib.sha256(value).hexdigest() for _, _, value in incoming if value is not None}
    with engine.connect() as connection:

        def ask(query: str) -> list[Any]:
            return [tuple(row) for row in connection.execute(text(query))]

        decided = [row[0] for row in ask("SELECT sha256 FROM message")]
        sealed = [row[0] for row in ask("SELECT sha256 FROM fault")]
        arrivals = ask("SELECT topic, partition, record_offset FROM arrival")
        kept = ask("SELECT o.topic, m.sha256, o.body FROM outbox o JOIN message m ON m.id = o.message_id")
        outbox = [(topic, sha256, _whole(body)) for topic, sha256, body in kept]
        mispaid = _mispaid(ask)
    lost = len(shas - {*decided, *sealed}) + len(incoming) - len(arrivals)
    doubled = len(decided) - len(set(decided)) + len(set(decided) & set(sealed))
    values: dict[tuple[str, str], set[bytes]] = defaultdict(set)
    ids: dict[str, bytes] = {}
    published = repeated = unexplained = 0
    for name in OUTGOING:
        for headers, _, value in records[topics[name]]:
            published += 1
            number = headers["message-id"].decode()
            body = bytes(value or b"")
            if number in ids:
                repeated += 1
                doubled += ids[number] != body
            ids[number] = body
            values[name, headers["causation-id"].decode()].add(body)
    expected: dict[tuple[str, str], set[bytes]] = defaultdict(set)
    for topic, sha256, body in outbox:
        expected[topic, sha256].add(bytes(body))
    unanswered = sum(not values[place] >= bodies for place, bodies in expected.items())
    unanswered += sum(not values["notices", sha256] for sha256 in sealed)
    for place, bodies in values.items():
        if place[0] != "notices":
            unexplained += len(bodies - expected[place])
    return Verdict(len(incoming), published, repeated, lost, doubled, mispaid, unanswered, unexplained)


def _whole(kept: bytes) -> bytes:
    """A value as it leaves: a large one is kept packed by Zstandard."""
    return bytes(zstd.decompress(kept)) if kept.startswith(b"\x28\xb5\x2f\xfd") else kept


def _mispaid(ask: Callable[[str], list[Any]]) -> int:
    """Allocations whose use is not the sum of their live lines, and declarations that do not add up."""
    used = dict(
        ask("SELECT allocation_id, SUM(used_volume) FROM line WHERE state = 1 GROUP BY allocation_id")
    )
    counters = ask("SELECT allocation_id, used_volume FROM allocation_use")
    wrong = sum(int(volume) != int(used.get(number, 0)) for number, volume in counters)
    signed = "CASE side WHEN 'C' THEN -amount_cents ELSE amount_cents END"
    granted = dict(ask(f"SELECT message_id, SUM({signed}) FROM line WHERE state <> 0 GROUP BY message_id"))
    wrong += sum(int(cents) != int(granted.get(number, 0))
                 for number, cents in ask("SELECT message_id, granted_cents FROM declaration"))  # fmt: skip
    return wrong


async def _read(
    bootstrap: str, topics: list[str], partitions: int
) -> dict[str, list[tuple[dict[str, bytes], int, bytes | None]]]:
    """Every record of these topics from the first to the last: headers, offset, value."""
    found: dict[str, list[tuple[dict[str, bytes], int, bytes | None]]] = {topic: [] for topic in topics}
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        places = [TopicPartition(topic, number) for topic in topics for number in range(partitions)]
        ends = await consumer.end_offsets(places)
        open_ones = {place: end for place, end in ends.items() if end > 0}
        consumer.assign(list(open_ones))
        await consumer.seek_to_beginning()
        while open_ones:
            for place, records in (await consumer.getmany(timeout_ms=1000)).items():
                found[place.topic] += [(dict(r.headers), r.offset, r.value) for r in records]
                if records[-1].offset + 1 >= ends[place]:
                    open_ones.pop(place, None)
    finally:
        await consumer.stop()
    return found
