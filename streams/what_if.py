"""What if: decide stored months again under another register, in a store in memory, and compare.

Every message before and in those months is taken in again by the very code that took it in, 323s of
the months under the other register and all others under their own. The store itself is only read, a
group of messages at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.engine import RowMapping

from contracts.pricing import PriceList
from contracts.register import Register
from processors.what_if import DecidedLine, Effect, amount_at, effects
from schemas.money import signed
from store.database import open_store, transaction, trial
from store.history import Kept, decided_lines, declared_messages, messages_until
from store.inbox import Inbox
from store.register_tables import register_import, register_row
from store.registers import import_register, load
from streams.handle import handle
from streams.house import House, choices_of

_TYPES: Final = ("JW301", "JW323", "WMO301", "WMO323")  # starts and stops never decide on a line (OP364)


class WhatIf(NamedTuple):
    """What came of it: how many declarations were decided again, and every effect."""

    declarations: int
    effects: Sequence[Effect]
    register: Register


def what_if(engine: Engine, path: Path, months: Sequence[date], progress: Callable[[int], None]) -> WhatIf:
    """Decide the declarations of these months (first days) again under the register at `path`.

    A table that is not at `path` stays as it is stored. Nothing is stored. `progress` is told how many
    messages were taken in. Raises RegisterRefused.
    """
    elsewhere = open_store("sqlite://")
    try:
        with trial(engine) as source:
            chosen = declared_messages(source, months)
            _copy_registers(source, elsewhere)
        with transaction(elsewhere) as target:
            import_register(target, path, recorded_at="", after_message=0)
            other = load(target)
        _take_in_again(engine, elsewhere, chosen, other, progress)
        return _compare(engine, elsewhere, chosen, other)
    finally:
        elsewhere.dispose()


def count(engine: Engine, months: Sequence[date]) -> int:
    """How many messages will be taken in again."""
    with trial(engine) as source:
        last = max(declared_messages(source, months), default=0)
        marks = ", ".join(f"'{name}'" for name in _TYPES)
        query = f"SELECT COUNT(*) FROM message WHERE id <= ? AND type IN ({marks})"
        return int(Inbox(source).execute(query, (last,)).fetchone()[0])


def _copy_registers(source: Connection, elsewhere: Engine) -> None:
    with transaction(elsewhere) as target:
        for table in (register_import, register_row):
            rows = [dict(row) for row in source.execute(select(table)).mappings()]
            if rows:
                target.execute(insert(table), rows)


def _take_in_again(
    engine: Engine, elsewhere: Engine, chosen: set[int], other: Register, progress: Callable[[int], None]
) -> None:
    houses: dict[tuple[str, int], House] = {}
    done = 0
    for group in messages_until(engine, max(chosen, default=0), _TYPES):
        with transaction(elsewhere) as target:
            inbox = Inbox(target)
            for message in group:
                house = _house(houses, message, other if message.id in chosen else None, target)
                handle(message.body, message.file, message.received_on, inbox, house)
            inbox.execute("DELETE FROM outbox")  # nobody reads them: they would only take room
            inbox.execute("DELETE FROM message_body")
        done += len(group)
        progress(done)


def _house(
    houses: dict[tuple[str, int], House], message: Kept, other: Register | None, target: Connection
) -> House:
    """The house with the choices of a message, under the other register or its own."""
    key = (message.basis, message.register_version if other is None else other.version)
    if key not in houses:
        houses[key] = House(choices_of(message.basis))
        houses[key].use(other or load(target, message.register_version))
    houses[key].sent_on = message.answered_on
    return houses[key]


def _compare(engine: Engine, elsewhere: Engine, chosen: set[int], other: Register) -> WhatIf:
    with trial(elsewhere) as target:
        again = _again(engine, target, chosen)
        after = {(row["sha256"], row["position"]): row["state"] != 0 for row in decided_lines(target, again)}
    lines: list[DecidedLine] = []
    repriced: dict[tuple[str, int], int | None] = {}
    prices: dict[tuple[str, str, str], PriceList] = {}
    with trial(engine) as source:
        for row in decided_lines(source, sorted(chosen)):
            line = DecidedLine(
                row["sha256"], row["position"], row["provider"], row["domain"], row["code"], row["side"],
                row["amount_cents"], row["state"] != 0,
            )  # fmt: skip
            lines.append(line)
            if line.granted:
                repriced[line[:2]] = _reprice(row, prices, other)
    return WhatIf(len(chosen), effects(lines, after, repriced), other)


def _again(engine: Engine, target: Connection, chosen: set[int]) -> list[int]:
    """The same messages in the other store, whose numbers may differ."""
    numbers = {sha256: number for number, sha256 in Inbox(target).execute("SELECT id, sha256 FROM message")}
    with trial(engine) as source:
        hashes = dict(Inbox(source).execute("SELECT id, sha256 FROM message").fetchall())
    return sorted(numbers[hashes[number]] for number in chosen if hashes[number] in numbers)


def _reprice(row: RowMapping, prices: dict[tuple[str, str, str], PriceList], other: Register) -> int | None:
    key = (row["municipality"], row["provider"], row["domain"])
    if key not in prices:
        prices[key] = PriceList(other, *key)
    start = row["start_on"]
    price = prices[key].price(
        row["code"],
        row["unit"],
        date.fromisoformat(row["begin_on"]),
        allocation=row["allocation_number"],
        bsn=row["bsn"],
        allocation_start=None if start is None else date.fromisoformat(start),
    )
    cents = amount_at(price, row["unit"], row["volume"])
    return None if cents is None else signed(cents, row["side"])
