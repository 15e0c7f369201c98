"""Topics on a broker: make what is missing, and say where it differs from the topology."""

from __future__ import annotations

from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from store.progress import Place
from streams.kafka.wire import client_options
from streams.settings import Settings
from streams.topology import RECEIVED, TOPOLOGY

_SAFE: Final = {"min.insync.replicas": "2", "unclean.leader.election.enable": "false"}
_REPLICATED: Final = 3


class BrokerUnavailable(Exception):
    """No broker answers, or it refuses; nothing was changed."""


async def create_topics(settings: Settings) -> list[str]:
    """Make the topics that are missing; their full names."""
    existing = await _existing(settings)
    wanted = [topic for topic in TOPOLOGY if topic.on_broker(settings.kafka_prefix) not in existing]
    safe = _SAFE if settings.kafka_replication >= _REPLICATED else {}
    async with _Admin(settings) as admin:
        made = await admin.create_topics(
            [
                NewTopic(
                    topic.on_broker(settings.kafka_prefix), settings.kafka_partitions or topic.partitions,
                    settings.kafka_replication, topic_configs=topic.config | safe,
                )
                for topic in wanted
            ]
        )  # fmt: skip
    for name, code, *_ in made.topic_errors:
        if code and for_code(code) is not TopicAlreadyExistsError:
            raise BrokerUnavailable(f"{name}: {for_code(code).__name__}")
    return [topic.on_broker(settings.kafka_prefix) for topic in wanted]


async def check_topics(settings: Settings) -> list[str]:
    """Where the topics of the broker differ from the topology, a sentence each."""
    existing = await _existing(settings)
    differences = []
    for topic in TOPOLOGY:
        name = topic.on_broker(settings.kafka_prefix)
        if name not in existing:
            differences.append(f"{name}: missing")
            continue
        partitions = settings.kafka_partitions or topic.partitions
        if existing[name] != partitions:
            differences.append(f"{name}: {existing[name]} partitions, expected {partitions}")
        config = await _config(settings, name)
        differences += [
            f"{name}: {option} is {config.get(option)}, expected {value}"
            for option, value in topic.config.items()
            if config.get(option) != value
        ]
    return differences


async def end_offsets(settings: Settings, topic: str) -> dict[Place, tuple[int, int]]:
    """The first offset and the one after the last of every partition of a topic."""
    existing = await _existing(settings)
    partitions = [TopicPartition(topic, number) for number in range(existing.get(topic, 0))]
    consumer = AIOKafkaConsumer(**client_options(settings))
    try:
        await consumer.start()
        begins = await consumer.beginning_offsets(partitions)
        ends = await consumer.end_offsets(partitions)
    except (KafkaError, OSError) as error:
        raise BrokerUnavailable(_said(error)) from error
    finally:
        await consumer.stop()
    return {Place(topic, p.partition): (begins[p], ends[p]) for p in partitions}


def behind(progress: dict[Place, int], ends: dict[Place, tuple[int, int]]) -> list[Place]:
    """Partitions that end before what was handled of them: the topic was made anew."""
    return [place for place, (_, end) in sorted(ends.items()) if end < progress.get(place, 0)]


def received_topic(settings: Settings) -> str:
    """The full name of the topic that messages come in on."""
    return RECEIVED.on_broker(settings.kafka_prefix)


class _Admin:
    """An admin client for as long as it is needed. Raises BrokerUnavailable."""

    def __init__(self, settings: Settings) -> None:
        self._client = AIOKafkaAdminClient(**client_options(settings))

    async def __aenter__(self) -> Any:
        try:
            await self._client.start()
        except (KafkaError, OSError) as error:
            await self._client.close()
            raise BrokerUnavailable(_said(error)) from error
        return self._client

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> None:
        await self._client.close()
        if isinstance(error, (KafkaError, OSError)):
            raise BrokerUnavailable(_said(error)) from error


async def _existing(settings: Settings) -> dict[str, int]:
    async with _Admin(settings) as admin:
        described = await admin.describe_topics()
    return {each["topic"]: len(each["partitions"]) for each in described}


async def _config(settings: Settings, name: str) -> dict[str, str]:
    async with _Admin(settings) as admin:
        answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
    return {entry[0]: entry[1] for answer in answers for each in answer.resources for entry in each[4]}


def _said(error: Exception) -> str:
    return f"the broker is not available: {type(error).__name__}"
