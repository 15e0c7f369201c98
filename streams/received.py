"""A received message beside its content, and what every kind of message needs before its rules."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Final, NamedTuple

from schemas.declaration import Header
from schemas.xml.fault import Fault, shown
from store.inbox import Inbox
from streams.house import House

_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"  # as in base 32
_PAIRS: Final = [one + other for one in _LETTERS for other in _LETTERS]


class Received(NamedTuple):
    """Bytes as they came, under which name, on which day (Europe/Amsterdam)."""

    data: bytes
    file: str
    sha256: str
    received_on: date


def unknown_party(header: Header, house: House) -> Fault | None:
    """Quarantine for a message from or to somebody the register does not know."""
    if not house.knows_municipality(header.municipality):
        reason, found = "unknown-municipality", header.municipality
    elif header.provider not in house.providers:
        reason, found = "unknown-provider", header.provider
    else:
        return None
    return Fault(
        "quarantined",
        reason,
        "Header",
        found,
        None,
        header.message_type,
        header.sender,
        header.receiver,
        shown(header.identification),
    )


def new_identification(inbox: Inbox, message_type: str, municipality: str, sha256: str) -> str:
    """An identification of 12 characters for our own message: derived from what it answers, and unused.

    It depends on nothing but the tenant and the answered bytes, so a replay repeats it.
    """
    attempt = 0
    while True:
        digest = hashlib.sha256(f"{municipality}/{message_type}/{sha256}/{attempt}".encode()).digest()
        number = int.from_bytes(digest[:8]) >> 4
        identification = "".join([_PAIRS[number >> place & 1023] for place in (50, 40, 30, 20, 10, 0)])
        if not inbox.identification_taken(message_type, identification):
            return identification
        attempt += 1


def file_name(municipality: str, kind: str, sha256: str) -> str:
    """Where an answer or return goes in the output folder; nothing in the name comes from a message."""
    return f"{municipality}/{kind}/{sha256[:16]}.xml"
