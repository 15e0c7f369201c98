"""A received message beside its content, and what every kind of message needs before its rules."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
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


def new_identifications(inbox: Inbox, asked: Sequence[tuple[str, str, str]]) -> list[str]:
    """Identifications of 12 characters for our own messages: derived from what they answer, and unused.

    Asked for by type, municipality and hash of what is answered. They depend on nothing but the tenant and
    the answered bytes, so a replay repeats them.
    """
    firsts = [(kind, _derived(kind, municipality, sha256, 0)) for kind, municipality, sha256 in asked]
    taken = inbox.identifications_taken(firsts)
    found = []
    for (kind, municipality, sha256), (_, identification) in zip(asked, firsts, strict=True):
        attempt = 0
        while (kind, identification) in taken:
            attempt += 1
            identification = _derived(kind, municipality, sha256, attempt)  # noqa: PLW2901  # until it is free
            taken |= inbox.identifications_taken([(kind, identification)])
        taken.add((kind, identification))
        found.append(identification)
    return found


def _derived(kind: str, municipality: str, sha256: str, attempt: int) -> str:
    digest = hashlib.sha256(f"{municipality}/{kind}/{sha256}/{attempt}".encode()).digest()
    number = int.from_bytes(digest[:8]) >> 4
    return "".join([_PAIRS[number >> place & 1023] for place in (50, 40, 30, 20, 10, 0)])


def file_name(municipality: str, kind: str, sha256: str) -> str:
    """Where an answer or return goes in the output folder; nothing in the name comes from a message."""
    return f"{municipality}/{kind}/{sha256[:16]}.xml"
