"""The pages of the repository and the commands in them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = sorted(
    path
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md"))
    if path.is_file()
)
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


_SHOWN = re.compile(r"^```text\n(.*?)^```$", re.DOTALL | re.MULTILINE)
CUT = "⋮"


def shown_lines(page: Path) -> list[str]:
    """The lines of output that a page shows, in its blocks marked `text`; a cut shows nothing."""
    shown = [
        line.rstrip() for block in _SHOWN.findall(page.read_text("utf-8")) for line in block.splitlines()
    ]
    return [line for line in shown if line not in {"", CUT}]


def shell_lines(page: Path) -> list[str]:
    """The lines of the blocks marked `sh`, in order."""
    return [line for block in _BLOCK.findall(page.read_text(encoding="utf-8")) for line in block.splitlines()]


def make_targets(page: Path) -> list[str]:
    """The verbs of make that a page names in its blocks."""
    return [line.split()[1] for line in shell_lines(page) if line.startswith("make ")]


def script(page: Path) -> str:
    """Everything else in the blocks, to run as it stands."""
    return "\n".join(line for line in shell_lines(page) if not line.startswith("make "))
