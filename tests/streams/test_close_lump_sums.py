"""Lump sums through real batches: every member pays its share, once, and the register may change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from contracts.register import Register
from contracts.tables import PaymentBlockRow, ProviderRow, Row
from schemas.batch import Batch, NothingToPay
from schemas.money import split
from store.batch_tables import batch_instalment
from store.batches import balances, save_batch, undelivered_batches
from store.database import open_store, transaction
from streams.close import close
from tests.contracts.costs import INHABITANTS, key_rows, lump_sum, register, town

AGB, TOTAL = "41410001", 17_400_001
PROVIDERS = (ProviderRow(agb=AGB, name="De Eik", iban="DE89370400440532013000"),)
BLOCKS = (PaymentBlockRow(agb=AGB, reason="FRAUD", valid_from=date(2026, 1, 1)),)


@pytest.fixture
def connection(store_url: str) -> Iterator[Connection]:
    engine = open_store(store_url)
    with transaction(engine, alone=True) as connection:
        yield connection
    engine.dispose()


def agreed(total: int = TOTAL, **tables: tuple[Row, ...]) -> Register:
    towns = tuple(town(code, iban="NL91ABNA0417164300") for code in INHABITANTS)
    rows = (*key_rows(INHABITANTS), lump_sum(total, 12, cost_key="INWONERS"))
    base = register(*rows, towns=towns)
    return replace(base, tables={**base.tables, "providers": PROVIDERS, **tables})


def pays(connection: Connection, found: Register, code: str, cut_off: date) -> int:
    batch = close(connection, found, code, cut_off)
    return batch.total_cents if isinstance(batch, Batch) else 0


def test_members_together_pay_the_sum_whatever_the_rhythm_of_their_batches(connection: Connection) -> None:
    paid: Counter[str] = Counter()
    for month, (place, code) in product(range(1, 13), enumerate(INHABITANTS)):
        if month % (place + 1) == 0 or month == 12:
            for _ in range(2):  # the second time there is nothing left
                paid[code] += pays(connection, agreed(), code, date(2026, month, 28))
    assert sum(paid.values()) == TOTAL
    assert len(paid) == len(INHABITANTS)
    assert all(balances(connection, code) == {} for code in INHABITANTS)
    rows = connection.execute(select(batch_instalment.c.amount_cents)).scalars().all()
    assert (len(rows), sum(rows)) == (12 * len(INHABITANTS), TOTAL)


def test_an_instalment_is_covered_by_one_batch(connection: Connection) -> None:
    batch = close(connection, agreed(), "0406", date(2026, 1, 31))
    assert isinstance(batch, Batch)
    files = undelivered_batches(connection, "0406")[batch.number]
    again = replace(batch, number="0406-2026-0002", sequence=2)
    with pytest.raises(IntegrityError):
        save_batch(connection, again, files, after_message=0)


def test_a_held_instalment_is_paid_when_it_is_released(connection: Connection) -> None:
    held = agreed(payment_blocks=BLOCKS)
    batch = close(connection, held, "0406", date(2026, 1, 31))
    assert isinstance(batch, Batch)
    assert batch.total_cents == 0
    (blocked,) = batch.blocked
    assert balances(connection, "0406") == {AGB: blocked.amount_cents}
    assert isinstance(close(connection, held, "0406", date(2026, 1, 31)), NothingToPay)
    assert pays(connection, agreed(), "0406", date(2026, 1, 31)) == blocked.amount_cents


def test_a_lowered_amount_leaves_a_debt_of_exactly_what_was_paid_too_much(connection: Connection) -> None:
    paid = pays(connection, agreed(), "0406", date(2026, 6, 1))
    for month in range(6, 13):
        assert pays(connection, agreed(TOTAL // 4), "0406", date(2026, month, 28)) == 0
    share = split(TOTAL // 4, INHABITANTS)["0406"]
    assert balances(connection, "0406") == {AGB: share - paid}
    assert share < paid
