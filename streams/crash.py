"""Named points at which a test may kill the process, to prove that nothing is lost and nothing done twice.

`DECLASTROOM_CRASH=committed:3` kills the process, without any clean-up, when it passes the point
`committed` for the third time. Without the variable a point costs one comparison.
"""

from __future__ import annotations

import os
import signal

POINTS = (
    "received",
    "decided",
    "before-commit",
    "committed",
    "before-files",
    "file-written",
    "files-flushed",
    "file-renamed",
    "files-written",
    "list-written",
    "lists-written",
    "batch-saved",
    "batch-committed",
    "batch-written",
)

STREAM_POINTS = (
    "received",
    "decided",
    "before-commit",
    "committed",
    "decided-group",
    "acknowledged",
    "relay-read",
    "relay-sent",
    "relay-acknowledged",
    "relay-marked",
)

_name, _, _count = os.environ.get("DECLASTROOM_CRASH", "").partition(":")
_left = int(_count or "1")


def point(name: str) -> None:
    """Die here if a test asked for it."""
    global _left  # noqa: PLW0603  # a process dies once; there is nothing to share this with
    if name == _name:
        _left -= 1
        if _left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
