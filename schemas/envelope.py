"""The envelope every record travels in: what stands beside a message on a topic.

A key is `municipality|provider`: everything of one provider for one municipality stays in order. A
record of unknown parties gets a key of its own. No key and no header ever holds a citizen number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple

SCHEMA_VERSION: Final = "1"
HEADERS: Final = ("message-id", "causation-id", "content-type", "schema-version")
RECEIVED_HEADERS: Final = (*HEADERS, "file", "received-on")

_MOST_HEADERS: Final = 32
_LONGEST_HEADER: Final = 1024
_MUNICIPALITY: Final = re.compile("[0-9]{4}")
_PROVIDER: Final = re.compile("[0-9]{8}")

Headers = list[tuple[str, bytes]]


class Envelope(NamedTuple):
    """What the headers of a received record say; none where it said nothing."""

    file: str | None
    received_on: date | None


class BadEnvelope(ValueError):
    """The headers of a record cannot be used; says why in a few words without their content."""


def key_of(municipality: str | None, provider: str | None) -> str | None:
    """The key of a message between these two; none when they are not known by their numbers."""
    if municipality is None or provider is None:
        return None
    known = _MUNICIPALITY.fullmatch(municipality) and _PROVIDER.fullmatch(provider)
    return f"{municipality}|{provider}" if known else None


def key_of_unknown(sha256: str) -> str:
    """The key of a record whose parties are not known: the same bytes always have the same."""
    return f"?|{sha256[:16]}"


def received_headers(message_id: str, sha256: str, file: str, received_on: date) -> Headers:
    """Headers of a record that brings a message in. `file` is what the sender called it."""
    return [
        *sent_headers(message_id, sha256, "application/xml"),
        ("file", file.encode("utf-8", "backslashreplace")),
        ("received-on", str(received_on).encode()),
    ]


def sent_headers(message_id: str, causation_id: str, content_type: str) -> Headers:
    """Headers of a record that leaves the house; `causation_id` is the hash of what it answers."""
    values = (message_id, causation_id, content_type, SCHEMA_VERSION)
    return [(name, value.encode()) for name, value in zip(HEADERS, values, strict=True)]


def read_envelope(headers: Iterable[tuple[str, bytes]]) -> Envelope:
    """What the headers of a received record say. Headers we do not know are left alone.

    Raises BadEnvelope.
    """
    found: dict[str, bytes] = {}
    for number, (name, value) in enumerate(headers):
        if number >= _MOST_HEADERS:
            raise BadEnvelope(f"more than {_MOST_HEADERS} headers")
        if len(name) > _LONGEST_HEADER or len(value) > _LONGEST_HEADER:
            raise BadEnvelope(f"a header longer than {_LONGEST_HEADER} bytes")
        found[name] = value
    version = found.get("schema-version", SCHEMA_VERSION.encode())
    if version != SCHEMA_VERSION.encode():
        raise BadEnvelope("another schema-version")
    return Envelope(_text(found.get("file")), _day(found.get("received-on")))


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "backslashreplace")


def _day(value: bytes | None) -> date | None:
    if value is None:
        return None
    try:
        text = value.decode("ascii")
        if len(text) != 10:
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise BadEnvelope("received-on is no date YYYY-MM-DD") from None
