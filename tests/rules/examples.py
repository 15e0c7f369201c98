"""The example tables of the rules on a 323: `declaration/<rule>.yaml`, a list of examples per rule."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

FOLDER = Path(__file__).parent / "declaration"


class Example(NamedTuple):
    """One row: the change on the base world, and whether the rule holds there.

    `subject` names the subject of a rule that has several, `boundary` marks the last value before
    or the first after a limit. `found` and `expected` pin what the rule says when it is broken.
    """

    rule: str
    number: int
    sentence: str
    change: dict[str, Any]
    holds: bool
    subject: str | None = None
    boundary: bool = False
    found: str | None = None
    expected: str | None = None

    @property
    def name(self) -> str:
        """Where to find the example: rule and place in its table."""
        return f"{self.rule}-{self.number}"


@cache
def examples() -> tuple[Example, ...]:
    """All examples, in the order of rule id and table."""
    return tuple(
        Example(path.stem.upper(), number, **row)
        for path in sorted(FOLDER.glob("*.yaml"))
        for number, row in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), start=1)
    )
