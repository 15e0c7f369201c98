"""What the pages tell people to type works, and where they point exists."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.pages import PAGES, README, ROOT, make_targets, script, shown_lines

_VENV = Path(sys.executable).parents[1]
_TUTORIAL = ROOT / "docs" / "tutorial.md"
_NEEDS_BROKER = "kafka.md"  # its commands are run by tools.try_kafka, and by the tests of the streams
_GOES_ON = [p for p in sorted((ROOT / "docs" / "how-to").glob("*.md")) if p.name != _NEEDS_BROKER]
_TALLY = re.compile("[0-9]+ passed")  # of all tests: only a run of all of them can say it
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_ANCHOR = re.compile(r"[^\w\- ]")


def _run(commands: str, folder: Path) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def _new_folder(folder: Path) -> Path:
    """A folder that looks like the repository to whoever types the commands."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "examples").symlink_to(ROOT / "examples")
    (folder / ".venv").symlink_to(_VENV)
    return folder


@pytest.fixture(scope="module")
def after_readme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder as the README leaves it, where the how-to pages go on."""
    folder = _new_folder(tmp_path_factory.mktemp("readme") / "work")
    (folder / "printed").write_text(_run(script(README), folder), encoding="utf-8")
    return folder


def test_the_commands_of_the_readme_run(after_readme: Path) -> None:
    assert list(after_readme.glob("out/0384/batches/*/pain.001.xml"))


def test_the_readmes_show_what_is_printed(after_readme: Path) -> None:
    printed = (after_readme / "printed").read_text(encoding="utf-8")
    printed += _run(".venv/bin/declastroom demo --out demo", after_readme)
    for page in (README, ROOT / "README.nl.md"):
        shown = [line for line in shown_lines(page) if not _TALLY.match(line)]
        assert len(shown) > 20
        assert [line for line in shown if line not in printed] == []


@pytest.mark.parametrize("page", _GOES_ON, ids=lambda page: page.name)
def test_the_commands_of_a_how_to_run_after_the_readme(
    page: Path, after_readme: Path, tmp_path: Path
) -> None:
    assert ".venv/bin/declastroom " in script(page)
    folder = tmp_path / "work"
    shutil.copytree(after_readme, folder, symlinks=True)
    printed = _run(script(page), folder)
    assert [line for line in shown_lines(page) if line not in printed] == []


def test_the_tutorial_runs_and_shows_what_is_printed(tmp_path: Path) -> None:
    printed = _run(script(_TUTORIAL), _new_folder(tmp_path / "work"))
    shown = shown_lines(_TUTORIAL)
    assert len(shown) > 10
    assert [line for line in shown if line not in printed] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_verb_of_make_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(make_targets(page)) <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for link in _LINK.findall(page.read_text(encoding="utf-8")):
        if link.startswith(("https://", "http://")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            broken.append(link)
    assert broken == []


def _anchors(page: Path) -> set[str]:
    """The anchors that a page of Markdown gets from its headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {_ANCHOR.sub("", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [README]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        links = [link.partition("#")[0] for link in _LINK.findall(page.read_text(encoding="utf-8"))]
        waiting += [
            (page.parent / link).resolve() for link in links if link.endswith(".md") and "://" not in link
        ]
    assert [page for page in PAGES if page not in reached] == []


def test_both_readmes_say_the_same_commands_and_links() -> None:
    dutch = ROOT / "README.nl.md"
    assert script(README) == script(dutch) and make_targets(README) == make_targets(dutch)
    links = [set(_LINK.findall(page.read_text(encoding="utf-8"))) for page in (README, dutch)]
    assert links[0] ^ links[1] == {"README.nl.md", "README.md"}
