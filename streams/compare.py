"""Compare what two stores keep of the same messages: decisions, books, and what left the house."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any, Final, NamedTuple

from processors.batch_json import sha256
from store.ceiling_books import ceiling_books
from store.inbox import Inbox
from store.packing import unpack
from store.tables import ALLOCATION_VALUES, LINES_PER_MESSAGE


class Difference(NamedTuple):
    """Something that is not the same in both stores: of a message by its hash, else by its own name."""

    message_sha256: str
    what: str
    stored: str
    replayed: str


_PERSONAL: Final = frozenset({"bsn", "reference", "previous", "provider_reference"})


class _Kept(NamedTuple):
    """Rows that are kept: of a message (`?`), of its rows (`BETWEEN ? AND ?`), or all there are."""

    what: str
    columns: str
    source: str

    def rows(self, inbox: Inbox, message_id: int = 0) -> list[tuple[Any, ...]]:
        """The rows, in order."""
        first = message_id * LINES_PER_MESSAGE
        values = {0: (), 1: (message_id,), 2: (first, first + LINES_PER_MESSAGE - 1)}[self.source.count("?")]
        found: list[tuple[Any, ...]] = inbox.execute(
            f"SELECT {self.columns} FROM {self.source}", values
        ).fetchall()
        if self.what == "outbox":  # a newer library may pack otherwise
            return [(*names, unpack(body)) for *names, body in found]
        return found

    def differences(self, name: str, stored: Iterable[Any], again: Iterable[Any]) -> Iterator[Difference]:
        """The first row that differs, if any, by the columns that do."""
        for found, made in zip_longest(stored, again):
            if found is None or made is None:
                yield Difference(name, self.what, *("-" if row is None else "a row" for row in (found, made)))
                return
            if found != made:
                values = zip(self.columns.split(", "), found, made, strict=True)
                wrong = [each for each in values if each[1] != each[2]]
                both = (", ".join(_shown(each[0], each[place]) for each in wrong) for place in (1, 2))
                yield Difference(name, self.what, *both)
                return


_OF_A_MESSAGE: Final = (
    _Kept(
        "outcome",
        "outcome, row, claimed_cents, granted_cents, lines, rejected, answer_identification, answer_due",
        "message WHERE id = ?",
    ),
    _Kept(
        "declaration",
        "municipality, provider, domain, number, period_begin, dated_on, received_on, claimed_cents,"
        " granted_cents",
        "declaration WHERE message_id = ?",
    ),
    _Kept(
        "lines",
        "state, bsn, reference, previous, allocation_number, category, code, begin_on, end_on, month, volume,"
        " unit, tariff_cents, amount_cents, side, used_volume, price_row",
        "line WHERE id BETWEEN ? AND ? ORDER BY id",
    ),
    _Kept("allocations", ALLOCATION_VALUES, "allocation_version WHERE id BETWEEN ? AND ? ORDER BY id"),
    _Kept("outbox", "topic, name, body", "outbox WHERE message_id = ? ORDER BY id"),
)
_NOW: Final = _Kept(
    "allocation",
    f"municipality, domain, {ALLOCATION_VALUES}, longest_end,"
    " COALESCE(used_volume,0), COALESCE(used_cents,0)",
    "allocation LEFT JOIN allocation_use ON allocation_id = id ORDER BY municipality, domain, number",
)


def differences_between(stored: Inbox, again: Inbox) -> Iterator[Difference]:
    """Everything that the second store does not keep as the first.

    Batches are in the first one only: their totals, payments and files must tell the same.
    """
    yield from _of_messages(stored, again)
    yield from _NOW.differences("-", _NOW.rows(stored), _NOW.rows(again))
    yield from _of_ceilings(stored, again)
    yield from _of_batches(stored)


def _of_messages(stored: Inbox, again: Inbox) -> Iterator[Difference]:
    numbers = dict(again.execute("SELECT sha256, id FROM message").fetchall())
    for number, digest in stored.execute("SELECT id, sha256 FROM message ORDER BY id").fetchall():
        if digest not in numbers:
            yield Difference(digest, "outcome", "decided", "refused or quarantined")
            continue
        for kept in _OF_A_MESSAGE:
            yield from kept.differences(digest, kept.rows(stored, number), kept.rows(again, numbers[digest]))


def _of_ceilings(stored: Inbox, again: Inbox) -> Iterator[Difference]:
    """Totals of ceilings, and what happened to them."""
    found, made = ceiling_books(stored), ceiling_books(again)
    for kind, name in sorted(found.keys() | made.keys()):
        both = [str(books.get((kind, name), "-")) for books in (found, made)]
        if both[0] != both[1]:
            yield Difference(name, kind, *both)


def _of_batches(stored: Inbox) -> Iterator[Difference]:
    paid: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for batch_id, provider, cents in stored.execute("SELECT batch_id, provider, amount_cents FROM payment"):
        paid[batch_id][provider] = cents
    batches = stored.execute("SELECT id, number, total_cents, sha256, body, pain FROM batch ORDER BY id")
    for batch_id, name, total_cents, digest, body, pain in batches.fetchall():
        told = json.loads(body)
        named = {each["provider"]: each["amount_cents"] for each in told["transactions"]}
        sums = {sum(paid[batch_id].values()), sum(named.values()), total_cents, told["total_cents"]}
        if len(sums) > 1 or paid[batch_id] != named:
            amounts = (
                f"{total_cents} cents, {sum(paid[batch_id].values())} paid",
                f"{sum(named.values())} cents",
            )
            yield Difference(name, "payments", *amounts)
        if {digest, told["sha256"]} != {sha256(pain)}:
            yield Difference(name, "payment file", str(digest), str(sha256(pain)))


def _shown(column: str, value: object) -> str:
    """A value of a difference without anything personal: bytes by their size."""
    if column in _PERSONAL:
        return f"{column} (not shown)"
    return f"{column} {len(value)} bytes" if isinstance(value, bytes) else f"{column} {value}"
