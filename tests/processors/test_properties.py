"""Properties of the whole core, for any declarations: what is granted, replayed, reordered and credited."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from schemas.standard import MESSAGE_TYPES
from schemas.xml.parser import parser
from schemas.xml.xsd import schema_for
from tests.crash.scenario import BSNS, ELM, OAK, OTHER_TOWN, TOWN, allocation, credit, declaration, line
from tests.simulation import books
from tests.simulation.agreed import first_agreed
from tests.simulation.answers import read_answer, sha256
from tests.simulation.law import signed
from tests.simulation.machine import Machine
from tests.simulation.wire import Message, bytes_of

MACHINE = Machine()
DAY = date(2026, 4, 8)
SETTINGS = settings(max_examples=100, deadline=None, derandomize=True)
# allocation (4 is nobody's), month, hours, what is wrong with it
Claim = tuple[int, int, int, str]
CLAIMS = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.integers(1, 3),
        st.integers(1, 25),
        st.sampled_from(["", "", "", "amount", "tariff", "month"]),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda claim: claim[:2],
)


def start() -> None:
    """An empty store with three allocations: 20 hours a month, 30 hours in all, a budget for ten hours."""
    MACHINE.restart(first_agreed())
    send(
        allocation(1, BSNS[0]),
        allocation(2, BSNS[1], volume=30, frequency="6"),
        allocation(3, BSNS[2], code=None, volume=None, unit=None, frequency=None, budget=93_450),
    )


def send(*messages: Message) -> list[Any]:
    """Handle messages, each in a transaction of its own, and hold the books after each."""
    outcomes = []
    for message in messages:
        before = dict(MACHINE.rows("SELECT id, state FROM line"))
        outcomes += MACHINE.deliver([(bytes_of(message), DAY)])
        books.hold(MACHINE, before)
    return outcomes


def claimed(number: str, claims: Sequence[Claim]) -> Message:
    """A declaration with a line per claim."""
    return declaration(number, *(_claimed_line(f"{number}-{n}", claim) for n, claim in enumerate(claims)))


def _claimed_line(reference: str, claim: Claim) -> dict[str, Any]:
    number, month, hours, wrong = claim
    made = line(reference, number, BSNS[number - 1], hours, month)
    if wrong == "amount":
        made["amount_cents"] += 1
    elif wrong == "tariff":
        made["tariff_cents"] -= 1
    elif wrong == "month":
        made["end"] = made["end"].replace(day=20)
    return made


def answer_to(message: Message) -> bytes:
    content = MACHINE.answer_to(sha256(bytes_of(message)))
    assert content is not None
    return content


@SETTINGS
@given(st.lists(CLAIMS, min_size=1, max_size=3))
def test_every_line_is_granted_or_returned(declared: list[list[Claim]]) -> None:
    """Approved and rejected are disjoint and all that was claimed; the answer is valid (TR342, M1, M2)."""
    start()
    for n, claims in enumerate(declared):
        message = claimed(f"D{n}", claims)
        (outcome,) = send(message)
        content = answer_to(message)
        assert schema_for(MESSAGE_TYPES["JW325"]).validate(etree.fromstring(content, parser()))
        told = read_answer(content)
        lines = {x["reference"]: x for _, of_client in message["clients"] for x in of_client}
        returned = [x["ReferentieNummer"] for _, _, of_client in told["clients"] for x, _ in of_client]
        stored = dict(MACHINE.rows("SELECT reference, state FROM line WHERE reference LIKE ?", f"D{n}-%"))
        assert stored.keys() == lines.keys()
        assert sorted(returned) == sorted(r for r, state in stored.items() if state == books.REJECTED)
        assert told["claimed"] - told["granted"] == sum(signed(lines[r]) for r in returned)
        assert told["claimed"] == outcome.claimed_cents == sum(map(signed, lines.values()))
        assert told["granted"] == outcome.granted_cents


@SETTINGS
@given(st.lists(CLAIMS, min_size=1, max_size=3), st.data())
def test_a_prefix_replayed_changes_nothing(declared: list[list[Claim]], data: st.DataObject) -> None:
    """The same bytes any number of times, in any order, have the effect of once (A2)."""
    start()
    messages = [claimed(f"D{n}", claims) for n, claims in enumerate(declared)]
    send(*messages)
    state = MACHINE.state()
    again = data.draw(st.lists(st.sampled_from(messages), min_size=1, max_size=6))
    assert {outcome.outcome for outcome in send(*again)} == {"duplicate"}
    assert MACHINE.state() == state


@SETTINGS
@given(CLAIMS, CLAIMS, CLAIMS)
def test_independent_messages_commute(one: list[Claim], two: list[Claim], three: list[Claim]) -> None:
    """Messages that share no allocation, reference or number are decided the same in every order (A6)."""
    parties = ((OAK, TOWN, one), (ELM, TOWN, two), (OAK, OTHER_TOWN, three))
    groups = []
    for group, (provider, town, claims) in enumerate(parties):
        allocations = [
            allocation(group * 10 + n, BSNS[n - 1], provider, town, volume=25, frequency="6")
            for n in (1, 2, 3)
        ]
        lines = [
            _claimed_line(f"L{n}", claim) | {"allocation": group * 10 + claim[0]}
            for n, claim in enumerate(claims)
        ]
        groups.append([*allocations, declaration("D1", *lines, provider=provider, town=town)])
    results = set()
    for order in itertools.permutations(groups):
        MACHINE.restart(first_agreed())
        send(*itertools.chain(*order))
        answers = tuple(answer_to(group[-1]) for group in groups)
        used = tuple(
            MACHINE.rows(
                "SELECT number, used_volume, used_cents FROM allocation"
                " JOIN allocation_use ON allocation_id = id ORDER BY number"
            )
        )
        lines_now = tuple(MACHINE.rows("SELECT allocation_number, reference, state FROM line ORDER BY 1, 2"))
        results.add((answers, used, lines_now))
    assert len(results) == 1


@SETTINGS
@given(st.lists(CLAIMS, min_size=1, max_size=3), st.integers(0, 3))
def test_crediting_everything_leaves_nothing(declared: list[list[Claim]], closed_after: int) -> None:
    """A credit of every granted line returns counters and balances to zero; what was paid is owed (M3)."""
    start()
    messages = [claimed(f"D{n}", claims) for n, claims in enumerate(declared)]
    paid = 0
    for n, message in enumerate(messages):
        send(message)
        if n == closed_after:
            MACHINE.close(TOWN, DAY)
            ((paid,),) = MACHINE.rows("SELECT COALESCE(SUM(amount_cents), 0) FROM payment")
    live = {reference for (reference,) in MACHINE.rows("SELECT reference FROM line WHERE state = 1")}
    originals = [x for m in messages for _, lines in m["clients"] for x in lines if x["reference"] in live]
    if not originals:
        return
    credits = declaration("C1", *(credit(f"C{n}", x) for n, x in enumerate(originals)))
    (outcome,) = send(credits)
    assert outcome.rejected == 0
    assert MACHINE.rows("SELECT COUNT(*) FROM line WHERE state = 1") == [(0,)]
    assert MACHINE.rows("SELECT SUM(used_volume), SUM(used_cents) FROM allocation_use") == [(0, 0)]
    assert MACHINE.rows("SELECT SUM(granted_cents) FROM declaration") == [(0,)]
    MACHINE.close(TOWN, DAY)
    assert MACHINE.rows("SELECT COALESCE(SUM(amount_cents), 0) FROM payment") == [(paid,)]
    assert send(claimed("D9", [(2, 1, 25, "")]))[0].rejected == 0, "there is room again"


def _in_state(state: str) -> dict[str, Any]:
    """A line that is now in this state, and what it was like."""
    start()
    wanted = line("R1", 1, BSNS[0], 99 if state == "rejected" else 10)
    send(declaration("D1", wanted))
    if state in {"credited", "credit"}:
        send(declaration("D2", credit("R2", wanted)))
    return wanted if state != "credit" else credit("R2", wanted)


@pytest.mark.parametrize(
    ("state", "codes", "after"),
    [
        ("rejected", ["8017"], [("R1", 0), ("R9", 0)]),
        ("live", None, [("R1", 2), ("R9", 3)]),
        ("credited", ["9390"], [("R1", 2), ("R2", 3), ("R9", 0)]),
        ("credit", ["8017"], [("R1", 2), ("R2", 3), ("R9", 0)]),
    ],
)
def test_a_line_changes_its_state_once(
    state: str, codes: list[str] | None, after: list[tuple[str, int]]
) -> None:
    """A10: from live to credited and nowhere else; a credit of anything but a live debit is returned."""
    message = declaration("D9", credit("R9", _in_state(state)))
    send(message)
    told = [codes_of for _, _, lines in read_answer(answer_to(message))["clients"] for _, codes_of in lines]
    assert told == ([] if codes is None else [codes])
    assert MACHINE.rows("SELECT reference, state FROM line ORDER BY id") == after
