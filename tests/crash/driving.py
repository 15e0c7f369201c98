"""The other side of `driver`: ask for runs, and hear how they ended."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

GROUPS = {"DECLASTROOM_GROUP_MESSAGES": "4"}


class Driver:
    """A process that forks children which run commands."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self._process, self._folder = process, folder
        self._runs = 0

    def __call__(
        self,
        arguments: Sequence[str],
        crash: str | None = None,
        after: float | None = None,
        environment: dict[str, str] = GROUPS,
    ) -> int:
        """Run one command; its exit status, -9 when it was killed."""
        request = self._request(arguments, environment) | {"crash": crash, "after": after}
        return self._ask([request])[0]

    def race(self, commands: Sequence[Sequence[str]], environment: dict[str, str]) -> list[int]:
        """Run commands at once; their exit statuses."""
        return self._ask([self._request(arguments, environment) for arguments in commands])

    def told(self, back: int = 0) -> str:
        """What the last run printed, or one some runs `back`."""
        return (self._folder / f"{self._runs - back}.txt").read_text()

    def _request(self, arguments: Sequence[str], environment: dict[str, str]) -> dict[str, Any]:
        self._runs += 1
        output = str(self._folder / f"{self._runs}.txt")
        return {"arguments": list(arguments), "environment": environment, "crash": None, "after": None,
                "output": output}  # fmt: skip

    def _ask(self, requests: list[dict[str, Any]]) -> list[int]:
        told, heard = self._process.stdin, self._process.stdout
        assert told is not None
        assert heard is not None
        told.write(json.dumps(requests) + "\n")
        told.flush()
        statuses: list[int] = json.loads(heard.readline())
        return statuses


@contextmanager
def driving(folder: Path, module: str = "tests.crash.driver") -> Iterator[Driver]:
    """A driver for as long as it is needed; what its children print is kept below `folder`."""
    command = [sys.executable, "-m", module]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Driver(process, folder)
        assert process.stdin is not None
        process.stdin.close()
