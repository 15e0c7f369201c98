"""What became of one received message, as `process` reports it."""

from __future__ import annotations

from typing import Literal, NamedTuple

OutcomeName = Literal["answered", "stored", "refused", "quarantined", "duplicate", "parked"]


class Outcome(NamedTuple):
    """One row of the report of `process`; cents are signed, `answer` is a path in the output folder."""

    file: str
    sha256: str
    type: str | None
    sender: str | None
    receiver: str | None
    identification: str | None
    outcome: OutcomeName
    answer: str | None = None
    claimed_cents: int = 0
    granted_cents: int = 0
    lines: int = 0
    rejected: int = 0
    reason: str | None = None
    message_id: int | None = None
