"""What faust offers and must not be used: each of these lost messages, or stopped a worker, when tried."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.pages import ROOT

ROOMS = ("schemas", "reference", "contracts", "rules", "processors", "store", "streams", "desk")
CALLS = {
    "take", "noack_take", "group_by", "through", "Table", "GlobalTable", "SetTable", "send_soon", "seek",
    "add_sink", "Record",
}  # fmt: skip
OPTIONS = {
    "isolated_partitions": None, "stream_publish_on_commit": None, "sink": None, "use_reply_headers": None,
    "concurrency": 1, "processing_guarantee": "at_least_once", "stream_wait_empty": False,
}  # fmt: skip


def files() -> list[Path]:
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def wrongs(source: str) -> list[str]:
    """Forbidden calls and options in a module that uses faust."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in CALLS and not _is_a_record_of_ours(node):
            found.append(name)
        for option in node.keywords:
            if option.arg in OPTIONS:
                value = option.value.value if isinstance(option.value, ast.Constant) else object()
                if value != OPTIONS[option.arg]:
                    found.append(f"{option.arg}={value}")
    return found


def _is_a_record_of_ours(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "Record"


def test_only_the_kafka_runtime_knows_faust() -> None:
    knowing = {
        path.relative_to(ROOT).as_posix()
        for path in files()
        if {"faust", "mode", "aiokafka"} & set(imports(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert knowing
    assert {name for name in knowing if not name.startswith("streams/kafka/")} == set()


def test_nothing_forbidden_is_used() -> None:
    found = {
        path.name: wrong
        for path in (ROOT / "streams" / "kafka").glob("*.py")
        if "faust" in set(imports(ast.parse(path.read_text(encoding="utf-8"))))
        and (wrong := wrongs(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "bad",
    [
        "stream.take(10, within=1)", "app.agent(topic, concurrency=2)", "app.Table('x')",
        "app.consumer.seek(tp, 1)", "topic.send_soon(b'')", "faust.App(processing_guarantee='exactly_once')",
        "app.agent(topic, isolated_partitions=True)", "stream.group_by(key)", "faust.Record()",
    ],
)  # fmt: skip
def test_the_search_finds_it(bad: str) -> None:
    assert wrongs(bad)
