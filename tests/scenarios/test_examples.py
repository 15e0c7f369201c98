"""The examples do what the tutorial says: each command in order, in one empty folder."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.standard import BY_NAMESPACE
from tools.make_examples import EXAMPLES, example_messages, example_registers

_STEPS = yaml.safe_load((Path(__file__).parent / "examples.yaml").read_text(encoding="utf-8"))
_PROGRAM = Path(sys.executable).with_name("declastroom")


def _run(command: str, folder: Path) -> Any:
    words = shlex.split(command.format(examples=shlex.quote(str(EXAMPLES))))
    done = subprocess.run(
        [_PROGRAM, *words, "--json"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _differences(expected: Any, found: Any, place: str = "") -> list[str]:
    """Where the expected part is not what was found; keys that are not expected do not count."""
    if isinstance(expected, dict) and isinstance(found, dict):
        missing = [f"{place}/{key}: missing" for key in expected.keys() - found.keys()]
        both = [key for key in expected if key in found]
        return missing + [
            d for key in both for d in _differences(expected[key], found[key], f"{place}/{key}")
        ]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = enumerate(zip(expected, found, strict=True))
        return [d for n, (one, other) in pairs for d in _differences(one, other, f"{place}/{n}")]
    return [] if expected == found else [f"{place}: found {found!r}, expected {expected!r}"]


def test_every_step_of_the_tutorial(tmp_path: Path) -> None:
    for step in _STEPS:
        assert _differences(step["gives"], _run(step["run"], tmp_path)) == [], step["says"]
    assert (tmp_path / "out/0384/batches/0384-2026-0001/pain.001.xml").exists()
    assert "JJJJ-MM-DD" in (tmp_path / "out/notices.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("expected", "found"),
    [({"a": 1}, {"a": 2}), ({"a": 1}, {}), ([1], [1, 2]), ({"a": [{"b": 1}]}, {"a": [{"b": None}]})],
)
def test_a_difference_is_seen(expected: Any, found: Any) -> None:
    assert _differences(expected, found)


def test_the_messages_are_fresh() -> None:
    committed = {path.relative_to(EXAMPLES).as_posix(): path.read_bytes() for path in EXAMPLES.rglob("*.xml")}
    assert committed == dict(example_messages()), "run: python -m tools.make_examples"
    assert all(any(space.encode() in content for space in BY_NAMESPACE) for content in committed.values())


def test_the_custom_contracts_are_fresh() -> None:
    folder = EXAMPLES / "registers" / "custom-contracts"
    committed = {path.relative_to(EXAMPLES).as_posix(): path.read_bytes() for path in folder.glob("*.csv")}
    assert committed == dict(example_registers()), "run: python -m tools.make_examples"
