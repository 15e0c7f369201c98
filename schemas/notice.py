"""What people get to read: rejections, signals and notices, as facts without sentences.

The sentences are added when a notice is shown, in the language of the reader. A client is never
named by his citizen number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json


class Cause(NamedTuple):
    """One broken rule behind a rejection. `variant` picks who must act where that depends."""

    rule: str
    code: str
    path: str
    found: str
    expected: str
    variant: str | None


class Rejection(NamedTuple):
    """One rejected line, client, declaration or message; amounts in cents without sign."""

    municipality: str
    provider: str
    domain: str
    message_sha256: str
    declaration: str | None
    subject: str
    reference: str | None
    allocation: str | None
    client: str | None
    causes: tuple[Cause, ...]
    codes: tuple[str, ...]
    amount_cents: int
    side: str
    received_on: str
    answer_due: str | None


class Signal(NamedTuple):
    """Something to look at; it never changes a decision. `more` holds what only its kind tells."""

    municipality: str
    provider: str
    domain: str
    kind: str
    message_sha256: str
    reference: str | None
    found: str
    expected: str
    received_on: str
    more: dict[str, Any] | None = None


class Due(NamedTuple):
    """A signal that the passing of time brings. `key` tells it from every other: it is told once.

    The clock fills in `message_sha256` and `received_on` of the signal: they are those of the day.
    """

    key: str
    signal: Signal


class Notice(NamedTuple):
    """A refused or quarantined message: what, where, found, expected; `type` as far as it is known."""

    outcome: str
    reason: str
    sha256: str
    file: str
    municipality: str | None
    sender: str | None
    path: str | None
    found: str | None
    expected: str | None
    received_on: str
    rules: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    type: str | None = None


def rejections_to_json(rejections: Iterable[Rejection]) -> bytes:
    """The stored form of the rejections of one message, made one at a time: there may be very many."""
    return to_json({**r._asdict(), "causes": [cause._asdict() for cause in r.causes]} for r in rejections)


def rejections_from_json(body: bytes) -> Iterator[Rejection]:
    """The inverse of `rejections_to_json`."""
    for row in from_json(body):
        causes = tuple(Cause(**cause) for cause in row["causes"])
        yield Rejection(**{**row, "causes": causes, "codes": tuple(row["codes"])})


def signals_to_json(signals: tuple[Signal, ...]) -> bytes:
    """The stored form of the signals of one message."""
    rows = [signal._asdict() for signal in signals]
    for row in rows:
        if row["more"] is None:
            del row["more"]
    return to_json(rows)


def signals_from_json(body: bytes) -> tuple[Signal, ...]:
    """The inverse of `signals_to_json`."""
    return tuple(Signal(**row) for row in from_json(body))


def notice_to_json(notice: Notice) -> str:
    """The stored form of a notice."""
    return to_json(notice._asdict()).decode()


def notice_from_json(text: str) -> Notice:
    """The inverse of `notice_to_json`."""
    row = from_json(text)
    return Notice(**{**row, "rules": tuple(row["rules"]), "codes": tuple(row["codes"])})
