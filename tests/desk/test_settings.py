"""Wrong settings, as a user meets them: one sentence each, exit status 2, nothing stored."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from streams.settings import Settings

BIN = Path(sys.executable).parent / "declastroom"
MESSAGES = Path(__file__).parents[2] / "examples/messages"


def declastroom(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the console script in this folder."""
    return subprocess.run([str(BIN), *words], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("content", ["", " \n", "a", "k" * 31 + "\n"])
def test_a_key_that_can_be_guessed_is_refused(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "short.key").write_text(content)
    monkeypatch.setenv("DECLASTROOM_PSEUDONYM_KEY_FILE", "short.key")
    done = declastroom(tmp_path, "process", str(MESSAGES), "--json")
    assert done.returncode == 2
    (error,) = json.loads(done.stdout)["errors"]
    assert f"found a key of {len(content.strip())} bytes in short.key, expected at least 32" in error
    assert "openssl rand -hex 32 > short.key" in error
    assert not (tmp_path / "declastroom.db").exists()


def test_a_key_of_32_bytes_is_taken(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k" * 32 + "\n")
    assert Settings(pseudonym_key_file=tmp_path / "key").pseudonym_key() == b"k" * 32


WRONG = {
    "DECLASTROOM_STRICT_CREDITS": ("misschien", "found 'misschien', expected true or false"),
    "DECLASTROOM_ANSWERS_DATED": ("later", "found 'later', expected 'received' or 'sent'"),
    "DECLASTROOM_WORKED_HOLIDAYS": (
        '["kerst"]', "found 'kerst', expected 'good_friday' or 'liberation_day'",
    ),
    "DECLASTROOM_GROUP_MESSAGES": ("0", "found '0', expected at least 1"),
    "DECLASTROOM_GROUP_BYTES": ("x", "found 'x', expected a whole number"),
    "DECLASTROOM_PATIENCE_SECONDS": ("long", "found 'long', expected a number"),
}  # fmt: skip


@pytest.mark.parametrize(
    "command",
    [
        ["rejections"], ["batches"], ["replay"], ["ceilings"], ["status"], ["register", "import", "."],
        ["batch", "close", "--municipality", "0384", "--cut-off", "2026-04-30"], ["process", "."],
        ["explain", "--provider", "41410001", "--domain", "jw", "--reference", "R1"], ["topics", "create"],
    ],
)  # fmt: skip
def test_every_wrong_setting_is_named(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, (value, _) in WRONG.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DECLASTROOM_DATABASE_URL", "postgresql+psycopg://declastroom:hidden@host/db")
    done = declastroom(tmp_path, *command, "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout) == {"errors": [f"{name}: {told}" for name, (_, told) in WRONG.items()]}
    assert done.stderr.splitlines() == json.loads(done.stdout)["errors"]
    assert "hidden" not in done.stdout + done.stderr


@pytest.mark.parametrize("value", ["kerst", '"good_friday"'])
def test_holidays_are_a_list(value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DECLASTROOM_WORKED_HOLIDAYS", value)
    done = declastroom(tmp_path, "rejections")
    assert (done.returncode, done.stdout) == (2, "")
    assert "expected a list in JSON" in done.stderr and "Traceback" not in done.stderr


def test_holidays_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DECLASTROOM_WORKED_HOLIDAYS", '["good_friday"]')
    assert Settings().worked_holidays == {"good_friday"}


def test_a_folder_of_secrets_that_is_not_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DECLASTROOM_SECRETS_DIR", "nosuch")
    done = declastroom(tmp_path, "rejections", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout) == {
        "errors": ["DECLASTROOM_SECRETS_DIR: found 'nosuch', expected a folder that exists"]
    }
