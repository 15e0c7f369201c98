"""One region through SQLite and through PostgreSQL: every file and every report is the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.crash.driving import Driver
from tests.postgresql import Databases

REGION = ["--lines", "1200", "--municipalities", "3", "--seed", "9", "--fault-share", "0.2"]
DAY = "2026-04-30"
REPORTS = ("production", "growth", "market", "turnover", "realisation", "rejections", "lines")


class Run(NamedTuple):
    """What one kind of database made of the region: files by path, and what every command printed."""

    files: dict[str, bytes]
    printed: dict[str, str]
    url: str


@pytest.fixture(scope="module")
def region(run: Driver, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("region")
    assert run(["generate", "--out", str(folder), *REGION]) == 0
    return folder


@pytest.fixture(scope="module")
def runs(
    run: Driver, region: Path, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> list[Run]:
    found = []
    for url in (f"sqlite:///{tmp_path_factory.mktemp('store') / 'store.db'}", databases.empty()):
        out = tmp_path_factory.mktemp("out")
        printed = {}
        for name, command in _commands(region, out):
            assert run([*command, "--database", url, "--json"]) == 0, run.told()
            printed[name] = run.told().replace(str(out), "")
        files = {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}
        found.append(Run(files, printed, url))
    return found


def _commands(region: Path, out: Path) -> Iterator[tuple[str, list[str]]]:
    yield "import", ["register", "import", str(region / "register")]
    process = ["process", str(region / "messages"), "--out", str(out), "--received-on", DAY]
    yield "process", process
    yield "process again", process
    municipalities = (region / "register" / "municipalities.csv").read_text().splitlines()[1:]
    for code in (row.split(",")[0] for row in municipalities):
        close = ["batch", "close", "--municipality", code, "--cut-off", DAY, "--out", str(out)]
        yield f"close {code}", close
    yield "check", ["check", str(region / "messages" / "0002-323"), "--received-on", DAY]
    yield "clock", ["clock", "--on", "2026-05-15", "--out", str(out)]
    for listing in ("rejections", "signals", "batches", "ceilings"):
        yield listing, [listing]
    yield "costs", ["costs", "settle", "--year", "2026", "--out", str(out)]
    for report in REPORTS:
        yield f"report {report}", ["report", report, "--year", "2026", "--format", "xlsx", "--out", str(out)]
    yield "replay", ["replay", "--check"]


def test_every_file_is_the_same(runs: list[Run]) -> None:
    one, other = runs
    assert one.files.keys() == other.files.keys()
    assert [name for name in one.files if one.files[name] != other.files[name]] == []
    assert sum("/answers/" in name for name in one.files) > 50
    assert any(name.endswith("pain.001.xml") for name in one.files)


def test_every_command_says_the_same(runs: list[Run]) -> None:
    one, other = runs
    assert [name for name in one.printed if one.printed[name] != other.printed[name]] == []
    assert len(one.printed) == 14 + len(REPORTS)
    assert '"rejections"' in one.printed["rejections"]


def test_a_line_is_explained_in_the_same_words(runs: list[Run], run: Driver) -> None:
    rejected = json.loads(runs[0].printed["rejections"])["rejections"]
    lines = [each for each in rejected if each["class"] == "line"]
    for line in lines[:: len(lines) // 5]:
        told = []
        for each in runs:
            words = [
                "--provider",
                line["provider"],
                "--domain",
                line["domain"],
                "--reference",
                line["reference"],
            ]
            assert run(["explain", *words, "--database", each.url, "--json"]) == 0
            told.append(run.told())
        assert told[0] == told[1]
