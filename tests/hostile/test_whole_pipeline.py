"""Hostile cases through the whole of `handle`: outcome, no trace in the books, business as usual after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine

from contracts.register import Register
from contracts.tables import MunicipalityRow, ProviderRow
from rules.facts import Choices
from store.database import open_store, transaction
from store.inbox import Inbox
from streams.handle import handle
from streams.house import House
from tests.hostile.base import VALID
from tests.hostile.corpus import Case, all_cases
from tests.standard.world import read_answer

RECEIVED_ON = date(2026, 12, 31)
BOOKS = (
    *("message", "message_body", "declaration", "line"),
    *("allocation", "allocation_version", "delivery", "outbox"),
)
CASES = [case for case in all_cases() if case.category != "Z"]


@pytest.fixture(scope="module")
def house() -> House:
    """The rules, and a register that knows everybody who sends something."""
    providers = tuple(ProviderRow(agb=agb, name=agb) for agb in ("41410001", "41410002", "41420001"))
    tenants = tuple(MunicipalityRow(code=c, name=c, valid_from=date(2021, 1, 1)) for c in ("0384", "0406"))
    made = House(Choices())
    made.use(Register(1, {"municipalities": tenants, "providers": providers}))
    return made


@pytest.fixture(scope="module")
def store() -> Iterator[Engine]:
    """One store for all cases: the next message meets what the one before left behind."""
    engine = open_store("sqlite://")
    yield engine
    engine.dispose()


def _counts(inbox: Inbox) -> list[int]:
    return [inbox.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in BOOKS]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: Case, house: House, store: Engine) -> None:
    with transaction(store) as connection:
        inbox = Inbox(connection)
        before = _counts(inbox)
        outcome = handle(case.data, f"{case.id}.xml", RECEIVED_ON, inbox, house)
        assert outcome.reason != "defect"
        if case.outcome == "admitted":
            assert outcome.outcome in {"answered", "stored", "duplicate", "quarantined"}
            if outcome.outcome == "quarantined":
                assert outcome.reason in {"unknown-municipality", "unknown-provider"}
        else:
            assert (outcome.outcome, outcome.reason) == (case.outcome, case.reason)
        if outcome.outcome in {"quarantined", "refused"}:
            assert _counts(inbox) == before
            again = handle(case.data, "again.xml", RECEIVED_ON, inbox, house)
            assert (again.outcome, again.reason) == (outcome.outcome, outcome.reason)
            sealed = "SELECT COUNT(*) FROM fault WHERE sha256 = ?"
            assert inbox.execute(sealed, (outcome.sha256,)).fetchone()[0] == 1
        if case.codes is not None:
            told = inbox.execute("SELECT body FROM outbox WHERE topic = 'answers' ORDER BY id DESC LIMIT 1")
            assert tuple(read_answer(told.fetchone()[0])["header"]) == case.codes
        normal = VALID.replace("B900", f"N{case.id}").encode()
        assert handle(normal, "next.xml", RECEIVED_ON, inbox, house).outcome == "answered"
