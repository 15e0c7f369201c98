"""What we work around in faust is still so; when one of these fails, look whether a work-around may go."""

from __future__ import annotations

import tomllib
from importlib.metadata import version
from pathlib import Path

import faust
import faust.transport.consumer
import pytest

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
