"""Random histories of debits, credits, cuts, blocks and releases: no cent appears or disappears."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from processors.batch_json import batch_json
from processors.pain001 import pain001
from schemas.batch import Batch, NotClosed, OpenDeclaration
from tests.processors.batches import ASH, ELM, MUNICIPALITY, OAK, PROVIDERS, block, closing

FIRST_DAY = date(2026, 1, 30)
IBANS = st.sampled_from(["NL91ABNA0417164300", "NL91ABNA0417164301", None])

amounts = st.one_of(st.integers(-5, 5), st.integers(-(10**11), 10**11))
arrivals = st.tuples(
    st.sampled_from([OAK, ELM, ASH]), st.sampled_from(["jw", "wmo"]), amounts, st.integers(0, 40)
)
holds = st.tuples(st.sampled_from([OAK, ELM, ASH]), st.one_of(st.none(), st.integers(0, 10**11)))
steps = st.tuples(
    st.lists(arrivals, max_size=6),
    st.lists(holds, max_size=2),
    st.dictionaries(st.sampled_from([OAK, ELM, ASH]), IBANS, max_size=2),
)
histories = st.lists(steps, min_size=1, max_size=6)

Arrival = tuple[str, str, int, int]
Hold = tuple[str, int | None]


@given(histories, st.randoms(use_true_random=False))
def test_granted_is_paid_carried_or_blocked_at_every_cut(
    history: list[tuple[list[Arrival], list[Hold], dict[str, str | None]]],
    shuffler: random.Random,
) -> None:
    everything: list[OpenDeclaration] = []
    covered: Counter[int] = Counter()
    paid: Counter[str] = Counter()
    for month, (arriving, held, ibans) in enumerate([*history, ([], [], {})]):
        cut_off = FIRST_DAY + timedelta(days=30 * month)
        for provider, domain, cents, age in arriving:
            received_on = cut_off + timedelta(days=20 - age)
            number = str(len(everything))
            dated_on = received_on - timedelta(days=age)
            everything.append(
                OpenDeclaration(len(everything), provider, domain, number, received_on, dated_on, cents)
            )
        providers = {
            agb: row.model_copy(update={"iban": ibans[agb]}) if agb in ibans else row
            for agb, row in PROVIDERS.items()
        }
        blocks = [block(provider, cents) for provider, cents in held]
        still_open = [d for d in everything if d.message_id not in covered]
        carried_in = {
            agb: sum(d.granted_cents for d in everything if d.message_id in covered and d.provider == agb)
            - paid[agb]
            for agb in PROVIDERS
        }
        outcome = closing(still_open, carried_in, blocks, providers, cut_off=cut_off, sequence=month + 1)
        assert not isinstance(outcome, NotClosed)

        shuffler.shuffle(still_open)
        again = closing(
            still_open, dict(reversed(carried_in.items())), blocks, providers,
            cut_off=cut_off, sequence=month + 1,
        )  # fmt: skip
        assert again == outcome

        if isinstance(outcome, Batch):
            covered.update(d.message_id for d in outcome.declarations)
            pain = pain001(outcome, MUNICIPALITY)
            document = json.loads(batch_json(outcome, pain))
            assert (pain is None) is (document["total_cents"] == 0)
            for transaction in document["transactions"]:
                assert transaction["amount_cents"] > 0
                paid[transaction["provider"]] += transaction["amount_cents"]
            assert document["total_cents"] == sum(t["amount_cents"] for t in document["transactions"])
        due_cents = {
            agb: sum(d.granted_cents for d in everything if d.provider == agb and d.received_on <= cut_off)
            for agb in PROVIDERS
        }
        for agb, granted_cents in due_cents.items():
            carried = [c.amount_cents for c in outcome.carried_forward if c.provider == agb]
            blocked = [b.amount_cents for b in outcome.blocked if b.provider == agb]
            assert granted_cents == paid[agb] + sum(carried) + sum(blocked)
            assert all(cents < 0 for cents in carried) and len(carried) <= 1
            assert all(cents > 0 for cents in blocked)
            assert not (carried and blocked)
        if month == len(history):
            assert outcome.blocked == ()
    assert all(count == 1 for count in covered.values())
    assert {d.message_id for d in everything if d.granted_cents and d.received_on <= cut_off} <= set(covered)
