"""Lines of the log: what is in them, and what never is."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from streams.logs import set_up
from tests.crash.scenario import BSNS

BSN = BSNS[0]
OURS = "declastroom.worker"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level, ours = root.handlers[:], root.level, logging.getLogger("declastroom").level
    stream = io.StringIO()
    yield stream
    root.handlers, root.level = before, level
    logging.getLogger("declastroom").setLevel(ours)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_object_with_named_fields_only(written: io.StringIO) -> None:
    set_up("info", "json", written)
    extra = {"sha256": "ab", "topic": "received", "partition": 3, "offset": 9, "outcome": "answered",
             "duration_ms": 12, "file": f"{BSN}.xml", "body": BSN}  # fmt: skip
    logging.getLogger(OURS).info("decided", extra=extra)
    (line,) = lines(written)
    time = line.pop("time")
    assert time.endswith("+00:00")
    assert line == {
        "level": "info", "event": "decided", "logger": OURS, "sha256": "ab", "topic": "received",
        "partition": 3, "offset": 9, "outcome": "answered", "duration_ms": 12,
    }  # fmt: skip


def test_an_exception_is_told_by_kind_and_place(written: io.StringIO) -> None:
    set_up("info", "json", written)
    try:
        raise ValueError(f"client {BSN} is wrong")
    except ValueError:
        logging.getLogger(OURS).exception("a defect")
    (line,) = lines(written)
    assert line["error"] == "ValueError"
    assert line["where"][-1].startswith("test_an_exception_is_told_by_kind_and_place, ")
    assert BSN not in written.getvalue()


@pytest.mark.parametrize("number", [BSN, f"{BSN[:4]}.{BSN[4:6]}.{BSN[6:]}", " ".join(BSN)])
def test_numbers_in_the_words_of_other_libraries_are_taken_out(written: io.StringIO, number: str) -> None:
    set_up("info", "json", written)
    logging.getLogger("faust.agents").error("crashed of %s", f"b'<Bsn>{number}</Bsn>'")
    assert lines(written)[0]["event"] == "crashed of b'<Bsn>…</Bsn>'"


def test_levels_and_text(written: io.StringIO) -> None:
    set_up("warning", "text", written)
    logging.getLogger(OURS).info("decided")
    logging.getLogger("aiokafka").info("chatter")
    logging.getLogger(OURS).warning("decided", extra={"outcome": "parked", "offset": 4})
    (line,) = written.getvalue().splitlines()
    assert line.endswith(f" warning decided logger={OURS} offset=4 outcome=parked")
