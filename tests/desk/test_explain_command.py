"""`explain` where a reference was used for several municipalities."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent / "declastroom"


def declastroom(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the console script in this folder."""
    return subprocess.run([str(BIN), *words], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def shared(tmp_path: Path) -> tuple[Path, list[str], list[str]]:
    """A store in which one reference stands in two municipalities: folder, options, municipalities."""
    assert declastroom(tmp_path, "generate", "--out", "r", "--lines", "200").returncode == 0
    assert declastroom(tmp_path, "register", "import", "r/register").returncode == 0
    assert declastroom(tmp_path, "process", "r/messages").returncode == 0
    store = sqlite3.connect(tmp_path / "declastroom.db")
    first, second, provider, domain, municipalities = store.execute(
        "SELECT MIN(l.id), MAX(l.id), r.provider, r.domain, MIN(r.municipality) || ' ' || MAX(r.municipality)"
        " FROM relation r JOIN line l ON l.relation_id = r.id"
        " GROUP BY r.provider, r.domain HAVING COUNT(DISTINCT r.municipality) > 1"
    ).fetchone()
    with store:
        store.execute("UPDATE line SET reference = 'SHARED' WHERE id IN (?, ?)", (first, second))
    store.close()
    words = ["--provider", provider, "--domain", domain, "--reference", "SHARED"]
    return tmp_path, words, municipalities.split()


def test_a_reference_of_several_municipalities_asks_for_one(
    shared: tuple[Path, list[str], list[str]],
) -> None:
    folder, words, municipalities = shared
    done = declastroom(folder, "explain", *words, "--json")
    assert done.returncode == 2
    (error,) = json.loads(done.stdout)["errors"]
    assert f"expected one of {', '.join(municipalities)}" in error
    for code in municipalities:
        story = json.loads(declastroom(folder, "explain", *words, "--municipality", code, "--json").stdout)
        assert (story["municipality"], story["earlier_decisions"]) == (code, 0)
        told = declastroom(folder, "explain", *words, "--municipality", code).stdout
        assert told.startswith(f"SHARED van {code}: ")
