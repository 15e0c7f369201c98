"""Every hostile case, in one order: what is written as data, and what only a program can build."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.hostile import archives, octets, sizes
from tests.hostile.base import VALID, Case, replaced, with_texts, with_values

_FOLDER = Path(__file__).parent / "cases"


def all_cases() -> Iterable[Case]:
    """All cases: A-J messages, L sizes, Z archives. Built anew at each call, one at a time."""
    yield from octets.cases()
    for path in sorted(_FOLDER.glob("*.yaml")):
        yield from _written(path)
    yield from sizes.cases()
    yield from archives.cases()


def _written(path: Path) -> Iterator[Case]:
    for row in yaml.safe_load(path.read_text(encoding="utf-8")):
        text = with_texts(row.get("text", {}), with_values(row.get("value", {}), VALID))
        text = replaced(row.get("replace", ()), text)
        yield Case(
            row["id"],
            row["id"][0],
            row["sentence"],
            text.encode(),
            row["outcome"],
            _reason(row),
            tuple(row["codes"]) if "codes" in row else None,
            row.get("reads", {}),
        )


def _reason(row: dict[str, Any]) -> str | None:
    return row.get("reason", {"refused": "structure", "admitted": None}.get(row["outcome"]))
