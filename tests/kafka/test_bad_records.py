"""Records that are no good, or that we cannot decide: none of them stops the stream."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

from aiokafka import AIOKafkaProducer

from streams.house import House
from streams.kafka.client import key_of_content
from streams.kafka.release import release_key
from streams.kafka.topics import received_topic
from tests.chaos.stage import Stage, workers
from tests.crash.scenario import BSNS, ELM, OAK, TOWN, allocation, declaration, line
from tests.kafka.conftest import World
from tests.simulation.wire import bytes_of

Sent = tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]
OAK_KEY, ELM_KEY = f"{TOWN}|{OAK}", f"{TOWN}|{ELM}"
MARK = "MARKED"

_DEFECT = f"""
import streams.handle as handle
read_usual = handle.read_usual
def broken(data):
    if b"{MARK}" in data and not {{mended}}:
        {{what}}
    return read_usual(data)
handle.read_usual = broken
"""


def send(stage: Stage, records: list[Sent]) -> None:
    """Produce records as anybody might: value, key, headers."""

    async def produce() -> None:
        producer = AIOKafkaProducer(bootstrap_servers=stage.broker.bootstrap, max_request_size=2**25)
        await producer.start()
        for value, key, headers in records:
            topic = received_topic(stage.settings)
            await producer.send_and_wait(topic, value=value, key=key, headers=headers)
        await producer.stop()

    asyncio.run(produce())


def handled(stage: Stage, number: int, seconds: float = 40) -> None:
    """Wait until so many records were handled."""
    stage.until(lambda: stage.number("SELECT COUNT(*) FROM arrival") >= number, seconds)


def broken(folder: Path, what: str) -> dict[str, str]:
    """An environment in which the program has a defect that one message meets."""
    folder.mkdir(parents=True, exist_ok=True)
    flag = folder / "mended"
    code = _DEFECT.format(mended=f"__import__('os').path.exists({str(flag)!r})", what=what)
    (folder / "sitecustomize.py").write_text(
        "import importlib.abc, importlib.util, sys\n"
        "class After(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name not in ('streams.kafka.decide', 'streams.kafka.trial'): return None\n"
        "        sys.meta_path.remove(self)\n"
        f"        exec({code!r}, {{}})\n"
        "        return None\n"
        "sys.meta_path.insert(0, After())\n"
    )
    return {"PYTHONPATH": f"{folder}:{Path.cwd()}"}


def test_records_of_every_bad_kind_are_answered_for_and_passed(on_sqlite: Stage, world: World) -> None:
    stage = on_sqlite
    good = bytes_of(allocation(1, BSNS[0]))
    other = bytes_of(allocation(2, BSNS[1]))
    third = bytes_of(allocation(3, BSNS[2], ELM))
    many = [(f"h{n}", b"x") for n in range(100)]
    send(
        stage,
        [
            (None, OAK_KEY.encode(), []),
            (other, ELM_KEY.encode(), []),
            (b"no message", None, []),
            (b"", OAK_KEY.encode(), []),
            (b"<a/>", OAK_KEY.encode(), [("schema-version", b"99")]),
            (b"<b/>", OAK_KEY.encode(), many),
            (b"<c/>", OAK_KEY.encode(), [("big", b"x" * 100_000)]),
            (b"<d/>", OAK_KEY.encode(), [("received-on", b"tomorrow")]),
            (third, None, []),
            (good, OAK_KEY.encode(), []),
        ],
    )
    with workers(stage) as (worker,):
        handled(stage, 10)
        stage.published()
        assert worker.stop() == 0
    reasons = [str(row[0]) for row in stage.rows("SELECT reason FROM fault")]
    assert sorted(reasons) == sorted(
        ["key-mismatch"] * 2 + ["not-wellformed", "empty"] + ["unknown-envelope"] * 4
    )
    assert stage.number("SELECT COUNT(*) FROM message") == 1
    assert key_of_content(good, hashlib.sha256(good).hexdigest()) == OAK_KEY


def test_a_defect_blocks_one_key_and_its_order_holds(on_postgresql: Stage, world: World) -> None:
    stage = on_postgresql
    a = BSNS[0]
    behind = [bytes_of(allocation(1, a)), bytes_of(declaration("D1", line("R1", 1, a)))]
    bad = bytes_of(declaration(MARK, line("R0", 1, a)))
    elsewhere = bytes_of(allocation(3, BSNS[2], ELM))
    records: list[Sent] = [(value, OAK_KEY.encode(), []) for value in (bad, *behind)]
    send(stage, [*records, (elsewhere, ELM_KEY.encode(), [])])
    environment = broken(stage.folder / "site", "raise ZeroDivisionError('999900006')")
    with workers(stage, more=environment) as (worker,):
        handled(stage, 4)
        stage.published()
        assert stage.rows("SELECT record_key FROM blocked_key") == [(OAK_KEY,)]
        assert stage.number("SELECT COUNT(*) FROM parked") == 2
        assert stage.rows("SELECT reason FROM fault") == [("defect",)]
        assert stage.number("SELECT COUNT(*) FROM message") == 1
        outcomes = release_key(stage.engine, House(stage.settings.choices(), None), OAK_KEY)
        assert [(o.outcome, o.granted_cents) for o in outcomes] == [("stored", 0), ("answered", 93450)]
        send(stage, [(bytes_of(allocation(2, BSNS[1])), OAK_KEY.encode(), [])])
        handled(stage, 5)
        stage.published()
        assert worker.stop() == 0
    assert stage.number("SELECT COUNT(*) FROM parked") == 0
    assert not worker.said("999900006")
    assert stage.hold().received == 5


def test_a_message_that_ends_its_process_is_set_aside_by_a_child(on_sqlite: Stage, world: World) -> None:
    stage = on_sqlite
    bad = bytes_of(declaration(MARK, line("R0", 1, BSNS[0])))
    good = bytes_of(allocation(3, BSNS[2], ELM))
    send(stage, [(bad, OAK_KEY.encode(), []), (good, ELM_KEY.encode(), [])])
    with workers(
        stage, more=broken(stage.folder / "site", "__import__('os').kill(__import__('os').getpid(), 9)")
    ) as (worker,):
        handled(stage, 2, 90)
        stage.published()
        assert worker.stop() == 0
    assert worker.ended[:3] == [-9, -9, -9]
    assert stage.rows("SELECT reason FROM fault") == [("defect",)]
    assert stage.number("SELECT COUNT(*) FROM message") == 1


def test_when_everything_fails_nothing_is_set_aside_any_more(on_sqlite: Stage, world: World) -> None:
    """A release with a defect must not empty the topic into quarantine."""
    stage = on_sqlite
    bad: list[Sent] = []
    for number in range(20):
        provider = f"4141{number:04d}"
        value = bytes_of(declaration(MARK + str(number), line("R0", 1, BSNS[0]), provider=provider))
        bad.append((value, f"{TOWN}|{provider}".encode(), []))
    send(stage, bad)
    site = stage.folder / "site"
    with workers(stage, more=broken(site, "raise ZeroDivisionError")) as (worker,):
        stage.until(lambda: worker.said("not ready: circuit"), 60)
        aside = stage.number("SELECT COUNT(*) FROM fault")
        assert aside == stage.number("SELECT COUNT(*) FROM arrival") == 10
        (site / "mended").touch()
        handled(stage, 20, 60)
        assert worker.said("there again: circuit")
        assert worker.stop() == 0
    assert stage.number("SELECT COUNT(*) FROM blocked_key") == 10
