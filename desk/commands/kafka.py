"""`declastroom worker`, `topics`, `status` and `release`: the pipeline on Kafka.

The Kafka runtime is imported when a command needs it: other commands start without it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer
from sqlalchemy import Engine

from desk import options
from desk.screen import OUT, print_json, print_table
from store.database import StoreUnavailable, open_store, transaction
from store.progress import forget_progress
from streams.logs import set_up
from streams.settings import Settings

if TYPE_CHECKING:
    from streams.kafka.condition import Condition

T = TypeVar("T")
Bootstrap = Annotated[
    str | None,
    typer.Option("--bootstrap", metavar="HOST:PORT", help="Default: DECLASTROOM_KAFKA_BOOTSTRAP"),
]

topics = typer.Typer(help="Topics on the broker.", no_args_is_help=True, rich_markup_mode=None)


def worker(
    only: Annotated[
        Literal["agent", "relay"] | None,
        typer.Option(
            "--only",
            metavar="agent|relay",
            help="Only decide messages (agent) or only publish what was decided (relay)",
        ),
    ] = None,
    bootstrap: Bootstrap = None,
    database: options.Database = None,
    json: Annotated[bool, typer.Option("--json", help="Log in JSON, whatever the settings say")] = False,
) -> None:
    """Decide messages from the topic `received`, and publish what comes of them, until SIGTERM.

    Example: declastroom worker --bootstrap 127.0.0.1:9092
    """
    from streams.kafka.condition import Condition  # noqa: PLC0415  # see above
    from streams.kafka.health import health  # noqa: PLC0415
    from streams.kafka.worker import ROLES, run_worker  # noqa: PLC0415

    chosen = kafka_settings(database, bootstrap)
    set_up(chosen.log_level, "json" if json else chosen.log_format)
    condition = Condition(time.monotonic)
    with options.failures(as_json=False), health(chosen, condition):
        engine = _open(chosen, condition)
        roles = (only,) if only else ROLES
        raise typer.Exit(run_worker(chosen, engine, options.house(chosen), condition, roles))


@topics.command()
def create(bootstrap: Bootstrap = None, json: options.Json = False) -> None:
    """Make the topics that are missing.

    Example: declastroom topics create --bootstrap 127.0.0.1:9092
    """
    from streams.kafka.topics import create_topics  # noqa: PLC0415

    made = _ask(create_topics(kafka_settings(None, bootstrap)), json)
    if json:
        print_json({"created": made})
    else:
        print_table("Topics", ("created",), ((name,) for name in made))


@topics.command("check")
def check_topics_command(bootstrap: Bootstrap = None, json: options.Json = False) -> None:
    """Compare the topics of the broker with what the pipeline needs; 1 when they differ.

    Example: declastroom topics check --bootstrap 127.0.0.1:9092
    """
    from streams.kafka.topics import check_topics  # noqa: PLC0415

    differences = _ask(check_topics(kafka_settings(None, bootstrap)), json)
    if json:
        print_json({"differences": differences})
    else:
        print_table("Differences", ("topic",), ((text,) for text in differences))
    if differences:
        raise typer.Exit(options.WRONG_INPUT)


@topics.command()
def adopt(bootstrap: Bootstrap = None, database: options.Database = None, json: options.Json = False) -> None:
    """Take the topic `received` as a new one: its first record is the next to handle.

    For a topic that was made anew, after a worker refused it with exit status 78. Messages that were
    handled before are known by their bytes and are not decided twice.

    Example: declastroom topics adopt
    """
    from streams.kafka.topics import received_topic  # noqa: PLC0415

    chosen = kafka_settings(database, bootstrap)
    with options.failures(json), transaction(open_store(chosen.database_url)) as connection:
        forget_progress(connection, received_topic(chosen))
    if json:
        print_json({"adopted": received_topic(chosen)})
    else:
        OUT.print(f"{received_topic(chosen)} is read from its first record.", markup=False)


def status(
    bootstrap: Bootstrap = None, database: options.Database = None, json: options.Json = False
) -> None:
    """How many messages wait on the topic, since when, and what waits to be published.

    Example: declastroom status --json
    """
    from streams.kafka import status as stream  # noqa: PLC0415

    chosen = kafka_settings(database, bootstrap)
    with options.failures(json):
        engine = open_store(chosen.database_url)
    found = _ask(stream.status(chosen, engine, time.time_ns() // 1_000_000), json)
    if json:
        print_json(found)
        return
    rows = [(str(p["partition"]), p["next_offset"], p["end"], p["lag"]) for p in found["partitions"]]
    print_table(found["topic"], ("partition", ">next", ">end", ">lag"), rows)
    oldest = "-" if found["oldest_seconds"] is None else f"{found['oldest_seconds']} s"
    print_table(
        "Stream",
        ("", ">"),
        (
            ("messages that wait", found["lag"]),
            ("oldest waits", oldest),
            ("to be published", found["unpublished"]),
            ("keys that are blocked", len(found["blocked"])),
            ("refused by the broker", len(found["refused"])),
        ),
    )
    if found["blocked"]:
        blocked = [(each["key"], each["reason"], each["waiting"]) for each in found["blocked"]]
        print_table("Blocked keys", ("key", "reason", ">waiting"), blocked)
    if found["refused"]:
        refused = [(each["topic"], each["key"], each["reason"], each["bytes"]) for each in found["refused"]]
        print_table("Refused by the broker", ("topic", "key", "reason", ">bytes"), refused)


def release(
    key: Annotated[str, typer.Argument(help="As `status` shows it: municipality|provider")],
    database: options.Database = None,
    lang: options.Language = "nl",
    json: options.Json = False,
) -> None:
    """Decide what waits behind a message that could not be decided, and let its key go on.

    What the broker refused of this key is offered to it again.

    Example: declastroom release '0384|41410001'
    """
    from desk.commands.process import report, show  # noqa: PLC0415
    from streams.kafka.release import StillFails, release_key  # noqa: PLC0415

    chosen = kafka_settings(database, None)
    with options.failures(json):
        try:
            outcomes = release_key(open_store(chosen.database_url), options.house(chosen), key)
        except LookupError:
            options.wrong(json, f"{key}: is not blocked")
        except StillFails as still:
            options.wrong(json, f"a message behind it fails too: {still}")
    if json:
        print_json(report(outcomes))
    else:
        show(report(outcomes), options.language(lang))


def kafka_settings(database: str | None, bootstrap: str | None) -> Settings:
    """Settings with what the command line says of the database and the broker."""
    chosen = options.settings(database)
    return chosen if bootstrap is None else chosen.model_copy(update={"kafka_bootstrap": bootstrap})


def _ask(question: Coroutine[Any, Any, T], json: bool) -> T:
    from streams.kafka.topics import BrokerUnavailable  # noqa: PLC0415

    with options.failures(json):
        try:
            return asyncio.run(question)
        except BrokerUnavailable as unavailable:
            raise StoreUnavailable(str(unavailable)) from unavailable


def _open(chosen: Settings, condition: Condition) -> Engine:
    """The store, waited for: a worker may be there before its database."""
    pause = 0.2
    while True:
        try:
            return open_store(chosen.database_url)
        except StoreUnavailable as unavailable:
            condition.lack("database", str(unavailable))
            time.sleep(pause)
            pause = min(pause * 2, 5)
