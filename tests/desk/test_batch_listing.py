"""`batches` of a municipality, of a provider, since a day."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
BIN = Path(sys.executable).parent / "declastroom"


def _run(folder: Path, *words: object) -> str:
    command = [str(BIN), *map(str, words)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one batch, which pays what was promised without a declaration."""
    made = tmp_path_factory.mktemp("batches")
    _run(made, "register", "import", EXAMPLES / "region")
    _run(made, "batch", "close", "--municipality", "0384", "--cut-off", "2026-04-30")
    return made


@pytest.mark.parametrize(
    ("words", "listed"),
    [
        ("--municipality 0384", True),
        ("--municipality 0377", False),
        ("--provider 41410001", True),
        ("--provider 41410003", False),
        ("--since 2026-04-30", True),
        ("--since 2026-05-01", False),
    ],
)
def test_a_batch_is_listed_by_what_it_is(words: str, listed: bool, folder: Path) -> None:
    found = json.loads(_run(folder, "batches", *words.split(), "--json"))["batches"]
    assert [each["batch"] for each in found] == ["0384-2026-0001"] * listed


def test_a_batch_that_closes_late_warns_of_a_block_that_began_meanwhile(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "region", tmp_path / "region")
    blocks = tmp_path / "region" / "payment_blocks.csv"
    blocks.write_text("agb,reason,valid_from\n41410001,UBO_SANCTION,2026-05-20\n")
    _run(tmp_path, "register", "import", "region")
    close = ("batch", "close", "--municipality", "0384", "--cut-off", "2026-04-30")
    told = json.loads(_run(tmp_path, *close, "--json"))
    assert told["due"] < "2026-05-20" and "41410001" in {each["provider"] for each in told["transactions"]}
    block = {"provider": "41410001", "reason": "UBO_SANCTION", "valid_from": "2026-05-20"}
    assert told["blocked_since"] == [block]
    (tmp_path / "declastroom.db").unlink()
    _run(tmp_path, "register", "import", "region")
    assert "betaalblokkade" in _run(tmp_path, *close)
