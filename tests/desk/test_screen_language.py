"""What people look at on a terminal is in their language: titles, columns and the words in them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from reference.texts import screen_texts

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent / "declastroom"
HEADING = re.compile(r"(?<=┃)[^┃\n]+(?=┃)")
COMMANDS = (
    "check examples/messages --received-on 2026-04-09",
    "rejections",
    "signals",
    "batches",
    "explain --provider 41410001 --domain jw --reference R1003",
    "ceilings --on 2026-04-30",
    "costs settle --year 2026",
    "clock --on 2026-05-01",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where the examples were processed and a batch was closed."""
    made = tmp_path_factory.mktemp("language")
    shutil.copytree(ROOT / "examples", made / "examples")
    _run(made, "register", "import", "examples/region")
    _run(made, "process", "examples/messages", "--received-on", "2026-04-08")
    _run(made, "batch", "close", "--municipality", "0384", "--cut-off", "2026-04-30")
    return made


def _run(folder: Path, *words: str) -> str:
    done = subprocess.run([str(BIN), *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _words(lang: str) -> set[str]:
    return {names[lang] for names in screen_texts()["columns"].values()}


@pytest.mark.parametrize("command", COMMANDS)
def test_columns_are_in_the_language_that_was_asked_for(command: str, folder: Path) -> None:
    shown = {lang: _run(folder, *command.split(), *lang_option) for lang, lang_option in _LANGUAGES.items()}
    headings = {lang: [each.strip() for each in HEADING.findall(text)] for lang, text in shown.items()}
    for lang, found in headings.items():
        assert found and set(found) <= _words(lang), lang
    assert len(headings["nl"]) == len(headings["en"])


_LANGUAGES: dict[str, tuple[str, ...]] = {"nl": (), "en": ("--lang", "en")}


def test_the_words_in_a_row_are_in_the_language_too(folder: Path) -> None:
    dutch, english = (_run(folder, "rejections", *option) for option in _LANGUAGES.values())
    assert "Afkeuringen" in dutch and "│ regel " in dutch and "│ aanbieder " in dutch and "€ 906,60" in dutch
    assert "Rejections" in english and "│ line " in english and "│ provider" in english
    assert "€ 906.60" in english
    words = ("explain", "--provider", "41410001", "--domain", "jw", "--reference", "R1003")
    dutch, english = (_run(folder, *words, *option) for option in _LANGUAGES.values())
    assert dutch.startswith("R1003 van 0384: afgekeurd (0611) - wie handelt: aanbieder")
    assert english.startswith("R1003 of 0384: rejected (0611) - who acts: provider")
    assert "ingangsdatum" in dutch and "start" in english


def test_a_check_says_where_a_message_without_an_answer_is_wrong(folder: Path) -> None:
    shown = " ".join(_run(folder, *COMMANDS[0].split()).split())
    assert "Zonder antwoord" in shown and "31-03-2026" in shown
    document = json.loads(_run(folder, *COMMANDS[0].split(), "--json", "--lang", "en"))
    (notice,) = document["notices"]
    assert notice["path"] == "Bericht/Declaratie/DeclaratiePeriode/Einddatum"
    assert (notice["found"], notice["expected"]) == (
        "31-03-2026", "an existing date YYYY-MM-DD, without a time zone"
    )  # fmt: skip
    assert notice["how_to_fix"] and document["stored"] is False
    assert "€ 210.00" in " ".join(each["found"] for each in document["rejections"])


def test_a_rejected_message_says_where_it_is_wrong(folder: Path) -> None:
    (row,) = [line for line in _run(folder, "rejections").split("│ 41410003")[1:] if "structuur" in line]
    text = "".join(cell.strip() for cell in re.findall(r"│([^│]*)│\n", row))
    assert "DeclaratiePeriode/Einddatum" in text and "31-03-2026" in text


def test_a_batch_is_shown_in_the_language_in_which_it_was_closed(folder: Path) -> None:
    words = ("batch", "close", "--municipality", "0377", "--cut-off", "2026-04-30", "--lang", "en")
    assert "set off" in _run(folder, *words)
    words = ("batch", "close", "--municipality", "0377", "--cut-off", "2026-04-30")
    assert "Er is niets te betalen." in _run(folder, *words)


def _texts(part: dict[str, Any]) -> Iterator[dict[str, str]]:
    for each in part.values():
        if isinstance(each, dict) and each.keys() == {"nl", "en"}:
            yield each
        else:
            yield from _texts(each)


def test_every_text_of_a_screen_shows_the_same_values_in_both_languages() -> None:
    for text in _texts(screen_texts()):
        assert all(text.values())
        named = [{name for _, name, _, _ in Formatter().parse(each) if name} for each in text.values()]
        assert named[0] == named[1], text
