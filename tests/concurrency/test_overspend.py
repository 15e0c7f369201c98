"""Processes that work on one database at once never grant more than there is (M6, K17)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.concurrency.arena import DECLARATIONS, allocations, full, overspent, write_round
from tests.crash.driving import Driver, driving
from tests.crash.scenario import Trial, write_register
from tests.crash.server_trial import ServerTrial
from tests.postgresql import Databases
from tests.simulation.wire import bytes_of

ONE_BY_ONE = {"DECLASTROOM_GROUP_MESSAGES": "1"}
CONSOLE_SCRIPT = Path(sys.executable).with_name("declastroom")


Arena = Callable[[Path], Trial]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest) -> Arena:
    """Makes a trial in an empty database."""
    if request.param == "sqlite":
        return Trial
    databases: Databases = request.getfixturevalue("databases")
    return lambda folder: ServerTrial(folder, databases)


@pytest.fixture(scope="module")
def arena(empty: Arena, run: Driver, tmp_path_factory: pytest.TempPathFactory) -> Arena:
    """Makes a trial in a database that knows the register and the allocations."""
    folder = tmp_path_factory.mktemp("template")
    register = write_register(folder / "register")
    (folder / "inbox").mkdir()
    for number, message in enumerate(allocations()):
        (folder / "inbox" / f"{number}.xml").write_bytes(bytes_of(message))
    trial = empty(folder / "trial")
    assert run(["register", "import", str(register), "--database", trial.url]) == 0
    assert run(trial.process(folder / "inbox")) == 0
    assert [outcome for (outcome,) in trial.rows("SELECT outcome FROM message")] == ["stored"] * 4
    return trial.another


def hold(trial: Trial, reports: list[str], racers: int) -> None:
    """Nothing overspent, everything used that could be, every message decided once."""
    assert overspent(trial) == []
    assert full(trial)
    told = [message for report in reports for message in json.loads(report)["messages"]]
    outcomes = Counter((message["sha256"], message["outcome"]) for message in told)
    answered = [sha256 for sha256, outcome in outcomes if outcome == "answered"]
    assert len(answered) == len(set(answered)) == DECLARATIONS + 1
    assert sum(outcomes[sha256, "answered"] for sha256 in answered) == len(answered)
    assert sum(n for (_, outcome), n in outcomes.items() if outcome == "duplicate") == racers - 1
    assert set(trial.files()) >= {message["answer"] for message in told}
    references = [json.loads(row)["reference"] for row in trial.files()["0384/rejections.jsonl"].splitlines()]
    rejected = trial.rows("SELECT reference FROM line WHERE state = 0")
    assert sorted(references) == sorted(reference for (reference,) in rejected)


@pytest.mark.parametrize("racers", [2, 4, 6, 8, 8])
def test_nothing_is_overspent(racers: int, run: Driver, arena: Arena, tmp_path: Path) -> None:
    trial = arena(tmp_path / "t")
    commands = [trial.process(folder) for folder in write_round(tmp_path / "in", racers)]
    assert run.race(commands, ONE_BY_ONE) == [0] * racers
    hold(trial, [run.told(back) for back in range(racers)], racers)


def test_nor_by_real_processes(arena: Arena, tmp_path: Path) -> None:
    """The console script, four times at once, with groups of messages in one transaction."""
    trial, racers = arena(tmp_path / "t"), 4
    environment = {**os.environ, "DECLASTROOM_GROUP_MESSAGES": "2"}
    processes = [
        subprocess.Popen(
            [str(CONSOLE_SCRIPT), *trial.process(folder)], env=environment, stdout=subprocess.PIPE, text=True
        )
        for folder in write_round(tmp_path / "in", racers)
    ]
    reports = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * racers
    hold(trial, reports, racers)


def test_first_use_by_many_at_once(run: Driver, empty: Arena, tmp_path: Path) -> None:
    """A database that does not exist yet is made once, whoever comes first."""
    register, trial = write_register(tmp_path / "register"), empty(tmp_path / "t")
    command = ["register", "import", str(register), "--database", trial.url]
    assert run.race([command] * 6, {}) == [0] * 6
    assert trial.rows("SELECT COUNT(*) FROM register_import") == [(1,)]


def test_batches_closed_at_once_pay_once(run: Driver, arena: Arena, tmp_path: Path) -> None:
    """K24: of many closings at the same moment one makes the batch."""
    trial = arena(tmp_path / "t")
    (folder,) = write_round(tmp_path / "in", 1)
    assert run(trial.process(folder)) == 0
    assert run.race([trial.close()] * 6, {}) == [0] * 6
    numbers = [json.loads(run.told(back))["batch"] for back in range(6)]
    assert Counter(numbers) == {"0384-2026-0001": 1, None: 5}
    granted = trial.rows("SELECT SUM(granted_cents) FROM declaration")
    assert trial.rows("SELECT SUM(amount_cents) FROM payment") == granted


@pytest.mark.parametrize("guard", ["store", "none"])
def test_control_workers_that_trust_their_memory(guard: str, arena: Arena, tmp_path: Path) -> None:
    """With the guards of the store they fail; without them they overspend, and the check sees it."""
    trial = arena(tmp_path / "t")
    if guard == "none":
        trial.execute("DROP INDEX line_live")
        trial.execute("CREATE INDEX line_live ON line (allocation_id, month, category, code) WHERE state = 1")
    commands = [trial.process(folder) for folder in write_round(tmp_path / "in", 6)]
    (tmp_path / "told").mkdir()
    with driving(tmp_path / "told", "tests.concurrency.naive") as naive:
        statuses = naive.race(commands, {**ONE_BY_ONE, "NAIVE_GUARD": guard})
    if guard == "store":
        assert any(statuses) or isinstance(trial, ServerTrial)  # there a refused worker tries again
        assert overspent(trial) == []
    else:
        assert statuses == [0] * 6
        assert len(overspent(trial)) >= 3
