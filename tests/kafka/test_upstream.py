"""What we work around in faust is still so; when one of these fails, look whether a work-around may go."""

from __future__ import annotations

import asyncio
import time
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import faust
import faust.transport.consumer
import faust.transport.drivers.aiokafka
import pytest

from rules.facts import Choices
from store.database import open_store
from streams.house import House
from streams.kafka.app import create_app
from streams.kafka.condition import Condition
from streams.kafka.fetching import LONGEST_MS
from streams.settings import Settings
from tests.house.pages import ROOT


@pytest.mark.parametrize("package", ["faust-streaming", "aiokafka", "mode-streaming"])
def test_the_version_is_the_one_that_was_examined(package: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [each for each in project["dependencies"] if each.startswith((f"{package}==", f"{package}["))]
    assert [each.partition("==")[2] for each in wanted] == [version(package)]


def test_faust_never_asks_its_coordinator_for_errors() -> None:
    folder = Path(faust.__file__).parent
    asking = [
        path.name for path in folder.rglob("*.py") if "check_errors" in path.read_text(encoding="utf-8")
    ]
    assert asking == []


def test_faust_may_commit_past_a_message_that_was_not_acknowledged() -> None:
    source = Path(faust.transport.consumer.__file__).read_text(encoding="utf-8")
    assert "min(acked) - committed_offset > 1" in " ".join(source.split())


def test_faust_lets_the_broker_hold_a_question_for_long_and_ours_does_not(tmp_path: Path) -> None:
    source = Path(faust.transport.drivers.aiokafka.__file__).read_text(encoding="utf-8")
    assert "fetch_max_wait_ms=1500" in source

    async def ours() -> Any:
        engine = open_store(f"sqlite:///{tmp_path / 'd.db'}")
        app, _ = create_app(Settings(), engine, House(Choices()), Condition(time.monotonic))
        thread: Any = app.consumer._new_consumer_thread()  # type: ignore[attr-defined]  # of faust's own
        return thread._create_worker_consumer(app.transport)

    assert asyncio.run(ours())._fetch_max_wait_ms == LONGEST_MS
