"""Logs of a process that keeps running: one line per event, for machines (JSON) or for people (text).

A line has a time, a level, an event and those fields that are named here; nothing else gets out. Nothing
of a message, its sender's file name or a citizen number is among them, and of an exception only its kind
and the places in the program: its text may quote what it failed on.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Literal, TextIO

FIELDS: Final = (
    "sha256", "type", "topic", "partition", "offset", "outcome", "reason", "lines", "rejected",
    "duration_ms", "status", "port",
)  # fmt: skip
OURS: Final = "declastroom"
Format = Literal["json", "text"]
Level = Literal["debug", "info", "warning", "error"]

_DIGITS: Final = re.compile(r"(?<![0-9A-Fa-f])[0-9](?:[ .-]?[0-9]){7,}(?![0-9A-Fa-f])")


class JsonLine(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(line_of(record), ensure_ascii=False)


class TextLine(logging.Formatter):
    """The same, for reading: time, level, event, then name=value."""

    def format(self, record: logging.LogRecord) -> str:
        line = line_of(record)
        first = [str(line.pop(name)) for name in ("time", "level", "event")]
        return " ".join([*first, *(f"{name}={value}" for name, value in line.items())])


def line_of(record: logging.LogRecord) -> dict[str, Any]:
    """What is told of an event: `time` in UTC, `duration_ms` in milliseconds."""
    own = record.name.partition(".")[0] == OURS
    event = record.getMessage()
    line: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "event": event if own else _DIGITS.sub("…", event),  # other libraries may quote anything
        "logger": record.name,
    }
    line |= {name: vars(record)[name] for name in FIELDS if vars(record).get(name) is not None}
    if record.exc_info and record.exc_info[0] is not None:
        line |= {"error": record.exc_info[0].__name__, "where": _where(record.exc_info[2])}
    return line


def set_up(level: Level, form: Format, stream: TextIO | None = None) -> None:
    """Send the logs of this process to `stream` (stderr); those of other libraries from warnings on."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLine() if form == "json" else TextLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger(OURS).setLevel(level.upper())


def _where(trace: TracebackType | None) -> list[str]:
    return [f"{frame.name}, {frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(trace)[-8:]]
