"""Runs commands of the console script in forked children, so that a run does not cost the imports.

Reads a JSON list per line, one object per child: `arguments`, `environment`, `crash` (a point and a
count, or null), `after` (seconds until the child is killed, or null), `output` (a file for what the
child prints). All children run at once. Answers with the list of their exit statuses, negative for
the signal that ended one.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import time
from typing import Any, NoReturn

from desk.cli import app
from streams import crash


def main() -> None:
    """Serve until the input ends."""
    for requests in sys.stdin:
        children = [_start(**request) for request in json.loads(requests)]
        statuses = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        print(json.dumps(statuses), flush=True)


def _start(**request: Any) -> int:
    child = os.fork()
    if child == 0:
        _become(request["arguments"], request["environment"], request["crash"], request["output"])
    if request["after"] is not None:
        time.sleep(request["after"])
        os.kill(child, signal.SIGKILL)
    return child


def _become(arguments: list[str], environment: dict[str, str], point: str | None, output: str) -> NoReturn:
    status = 70
    try:
        os.environ.update(environment | {"DECLASTROOM_CRASH": point or ""})
        importlib.reload(crash)
        told = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(told, 1)
        os.dup2(told, 2)
        try:
            app(arguments)
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 70
        sys.stdout.flush()
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
