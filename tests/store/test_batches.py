"""Closing batches against real tables: what is open, covered once, and what the next batch starts from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from processors.batch_json import batch_json, sha256
from processors.close_batch import close_batch
from processors.pain001 import pain001
from processors.specification import specification_csv
from rules.facts import CREDIT, CREDITED, LIVE, REJECTED
from schemas.batch import Batch, NothingToPay
from store.batch_tables import batch as batch_table
from store.batch_tables import payment
from store.batches import (
    BatchFiles,
    balances,
    batches,
    granted_lines,
    next_sequence,
    open_declarations,
    save_batch,
    undelivered_batches,
)
from store.database import open_store, trial
from store.tables import basis, declaration, line, message, relation
from tests.processors.batches import CUT_OFF, ELM, MUNICIPALITY, OAK, PROVIDERS, block

RELATIONS = {
    ("0384", OAK, "jw"): 1,
    ("0384", OAK, "wmo"): 2,
    ("0384", ELM, "jw"): 3,
    ("0363", OAK, "jw"): 4,
}


@pytest.fixture
def connection(store_url: str) -> Iterator[Connection]:
    with trial(open_store(store_url)) as connection:
        connection.execute(insert(basis).values(id=1, content="{}"))
        for (municipality, provider, domain), key in RELATIONS.items():
            connection.execute(
                insert(relation).values(id=key, municipality=municipality, provider=provider, domain=domain)
            )
        yield connection


def receive(
    connection: Connection,
    key: int,
    lines: list[tuple[int, int]],
    *,
    provider: str = OAK,
    domain: str = "jw",
    municipality: str = "0384",
    received_on: str = "2026-03-10",
) -> None:
    """Store an answered 323: lines as (cents, state)."""
    relation_id = RELATIONS[municipality, provider, domain]
    granted_cents = sum(-cents if state == CREDIT else cents for cents, state in lines if state != REJECTED)
    head: dict[str, Any] = {"dated_on": "2026-03-09", "received_on": received_on}
    money = {"claimed_cents": granted_cents, "granted_cents": granted_cents}
    connection.execute(
        insert(message).values(
            id=key, sha256=f"{key:064x}", relation_id=relation_id, type="JW323", identification=f"B{key}",
            file="x.xml", outcome="answered", row=1, lines=len(lines), rejected=0, basis_id=1,
            register_version=1, delivered=1, **head, **money,
        )
    )  # fmt: skip
    connection.execute(
        insert(declaration).values(
            message_id=key, relation_id=relation_id, municipality=municipality, provider=provider,
            domain=domain, number=f"D{key}", period_begin="2026-02-01", **head, **money,
        )
    )  # fmt: skip
    for position, (cents, state) in enumerate(lines):
        connection.execute(
            insert(line).values(
                id=key * 100_000 + position, message_id=key, relation_id=relation_id,
                reference=f"R{key}-{position}", bsn="999900006", allocation_number=12, category="45",
                code="45A04", month=24313, begin_on="2026-02-01", end_on="2026-02-28", volume=1, unit="84",
                amount_cents=cents, side="C" if state == CREDIT else "D", state=state, used_volume=0,
            )
        )  # fmt: skip


def close(
    connection: Connection, cut_off: date = CUT_OFF, held: tuple[str, ...] = ()
) -> Batch | NothingToPay:
    """Read, close and save as a caller does, in one transaction."""
    outcome = close_batch(
        MUNICIPALITY,
        cut_off,
        next_sequence(connection, "0384", cut_off.year),
        open_declarations(connection, "0384", cut_off),
        carried_in=balances(connection, "0384"),
        providers=PROVIDERS,
        blocks=[block(agb) for agb in held],
    )
    assert isinstance(outcome, Batch | NothingToPay)
    if isinstance(outcome, Batch):
        save_batch(connection, outcome, files_of(connection, outcome), after_message=9)
    return outcome


def files_of(connection: Connection, batch: Batch) -> BatchFiles:
    pain = pain001(batch, MUNICIPALITY)
    lines = granted_lines(connection, "0384", batch.cut_off)
    return BatchFiles(batch_json(batch, pain), pain, specification_csv(batch, lines))


def test_a_batch_is_stored_with_its_files_and_listed(connection: Connection) -> None:
    receive(connection, 1, [(1000, LIVE), (70, REJECTED), (300, CREDITED)])
    receive(connection, 2, [(300, CREDIT)], domain="wmo")
    batch = close(connection)
    assert isinstance(batch, Batch)
    (stored,) = batches(connection)
    files = undelivered_batches(connection, "0384")[stored.number]
    assert (stored.number, stored.total_cents, stored.payments) == ("0384-2026-0001", 1000, 1)
    assert (stored.cut_off, stored.due, stored.after_message) == (CUT_OFF, date(2026, 4, 8), 9)
    assert stored.sha256 == sha256(files.pain)
    assert files.body == batch_json(batch, files.pain)
    assert files.specification.count(b'"LINE"') == 3
    assert b"999900006" not in files.specification + files.body + (files.pain or b"")
    assert undelivered_batches(connection, "0384").keys() == {"0384-2026-0001"}
    assert batches(connection, "0363") == []


def test_closing_again_with_nothing_new_stores_nothing(connection: Connection) -> None:
    receive(connection, 1, [(1000, LIVE)])
    assert isinstance(close(connection), Batch)
    assert isinstance(close(connection), NothingToPay)
    assert len(batches(connection)) == 1


def test_held_and_carried_amounts_live_on_in_the_balances(connection: Connection) -> None:
    receive(connection, 1, [(1000, LIVE)])
    receive(connection, 2, [(400, CREDIT)], provider=ELM)
    first = close(connection, held=(OAK,))
    assert isinstance(first, Batch)
    files = undelivered_batches(connection, "0384")[first.number]
    assert (files.body, files.pain) == (batch_json(first, None), None)
    assert balances(connection, "0384") == {OAK: 1000, ELM: -400}
    receive(connection, 3, [(150, LIVE)], provider=ELM, received_on="2026-04-10")
    second = close(connection, date(2026, 4, 30))
    assert isinstance(second, Batch)
    assert second.number == "0384-2026-0002"
    assert {t.provider: t.amount_cents for t in second.transactions} == {OAK: 1000}
    assert balances(connection, "0384") == {ELM: -250}
    assert next_sequence(connection, "0384", 2026) == 3
    assert next_sequence(connection, "0384", 2027) == 1


def test_open_is_what_this_municipality_received_up_to_the_cut_off(connection: Connection) -> None:
    receive(connection, 1, [(1, LIVE)], received_on="2026-03-31")
    receive(connection, 2, [(2, LIVE)], received_on="2026-04-01")
    receive(connection, 3, [(3, LIVE)], municipality="0363")
    assert [d.message_id for d in open_declarations(connection, "0384", CUT_OFF)] == [1]
    assert [one.message_id for one in granted_lines(connection, "0384", CUT_OFF)] == [1]
    close(connection)
    assert open_declarations(connection, "0384", CUT_OFF) == []
    assert granted_lines(connection, "0384", CUT_OFF) == []
    assert balances(connection, "0363") == {}


def test_a_declaration_is_covered_once_and_a_number_used_once(connection: Connection) -> None:
    receive(connection, 1, [(1000, LIVE)])
    declarations = open_declarations(connection, "0384", CUT_OFF)
    empty = {"carried_in": {}, "providers": PROVIDERS, "blocks": ()}
    first = close_batch(MUNICIPALITY, CUT_OFF, 1, declarations, **empty)  # type: ignore[arg-type]
    second = close_batch(MUNICIPALITY, CUT_OFF, 2, declarations, **empty)  # type: ignore[arg-type]
    assert isinstance(first, Batch) and isinstance(second, Batch)
    save_batch(connection, first, files_of(connection, first), after_message=1)
    for again in (first, second):
        files = BatchFiles(b"", b"x", b"")
        with pytest.raises(IntegrityError), connection.begin_nested():
            save_batch(connection, again, files, after_message=1)


@pytest.mark.parametrize("cents", [0, -1])
def test_the_store_refuses_a_payment_that_is_not_above_zero(connection: Connection, cents: int) -> None:
    receive(connection, 1, [(1000, LIVE)])
    close(connection)
    with pytest.raises(IntegrityError, match="payment_above_zero"):
        connection.execute(
            insert(payment).values(batch_id=1, provider=ELM, end_to_end_id="x", amount_cents=cents)
        )


def test_the_store_refuses_a_total_without_a_file(connection: Connection) -> None:
    receive(connection, 1, [(1000, LIVE)])
    close(connection)
    with pytest.raises(IntegrityError, match="batch_pays_with_a_file"):
        connection.execute(batch_table.update().values(pain=None))
