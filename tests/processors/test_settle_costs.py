"""Settling a year: own residents, pools that sum to zero, use, centre municipalities, recharges."""

from __future__ import annotations

import random
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from contracts.register import Register
from processors.cost_report import municipality_table
from processors.settle_costs import settle_costs
from schemas.costs import BorneLine, Cost, Settlement
from tests.contracts.costs import INHABITANTS, bearer, key_rows, regime, register, town

YEAR = 2026
JANUARY, JULY = YEAR * 12, YEAR * 12 + 6
GOUDA, WADDINXVEEN = "0513", "0627"


def cost(
    municipality: str, cents: int, code: str = "43A01", domain: str = "jw", month: int = JANUARY
) -> Cost:
    return Cost(municipality, domain, code, month, cents)


def borne(settlement: Settlement) -> dict[str, int]:
    return {account.municipality: account.borne_cents for account in settlement.accounts}


def test_by_default_everybody_pays_for_its_own_residents() -> None:
    settlement = settle_costs(register(), YEAR, [cost("0001", 500), cost("0002", 300), cost("0001", -50)])
    assert borne(settlement) == {"0001": 450, "0002": 300}
    assert settlement.pools == ()


def test_a_pool_divides_what_its_members_paid_and_sums_to_zero() -> None:
    agreed = register(*key_rows({"0001": 3, "0002": 1}), regime("43A01", "POOLED", "INWONERS"))
    settlement = settle_costs(agreed, YEAR, [cost("0001", 100), cost("0002", 303), cost("0002", 77, "45A04")])
    (pool,) = settlement.pools
    assert [(s.municipality, s.paid_cents, s.share_cents, s.delta_cents) for s in pool.shares] == [
        ("0001", 100, 302, 202),
        ("0002", 303, 101, -202),
    ]
    assert borne(settlement) == {"0001": 302, "0002": 178}


def test_who_is_no_member_for_this_law_stays_out_of_its_pool() -> None:
    agreed = register(
        *key_rows({"0402": 1, "0406": 1}, "JW"),
        *key_rows({"0402": 1, "0406": 1, "0317": 1}, "WMO"),
        regime("43A01", "POOLED", "JW"),
        regime("15A01", "POOLED", "WMO", domain="wmo"),
    )
    paid = [cost("0317", 900), cost("0317", 900, "15A01", "wmo")]
    settlement = settle_costs(agreed, YEAR, paid)
    assert borne(settlement) == {"0317": 900 + 300, "0402": 300, "0406": 300}


def test_a_regime_is_that_of_the_service_year() -> None:
    agreed = register(*key_rows({"0001": 1, "0002": 1}), regime("43A01", "POOLED", "INWONERS", year=2025))
    assert borne(settle_costs(agreed, YEAR, [cost("0001", 100)])) == {"0001": 100}
    before = [cost("0001", 100, month=2025 * 12)]
    assert borne(settle_costs(agreed, 2025, before)) == {"0001": 50, "0002": 50}


def test_who_leaves_in_the_course_of_a_year_shares_in_what_was_delivered_before() -> None:
    agreed = register(
        *key_rows({"0001": 1}),
        *key_rows({"0002": 1}, valid_until=date(2026, 6, 30)),
        regime("43A01", "POOLED", "INWONERS"),
    )
    paid = [cost("0001", 100), cost("0001", 1000, month=JULY), cost("0002", 40, month=JULY)]
    assert borne(settle_costs(agreed, YEAR, paid)) == {"0001": 1050, "0002": 90}


def test_costs_of_a_merged_municipality_are_those_of_its_successor() -> None:
    towns = (town("0001"), town("0002", valid_until=date(2025, 12, 31), successor="0001"), town("0003"))
    agreed = register(*key_rows({"0002": 1, "0003": 1}), regime("43A01", "POOLED", "INWONERS"), towns=towns)
    (pool,) = settle_costs(agreed, YEAR, [cost("0002", 100), cost("0003", 300)]).pools
    assert [(s.municipality, s.delta_cents) for s in pool.shares] == [("0001", 100), ("0003", -100)]


def test_a_centre_municipality_bears_what_the_others_paid() -> None:
    agreed = register(*key_rows({"0344": 1}, "CENTRUM"), regime("43A01", "CENTRE", "CENTRUM"))
    settlement = settle_costs(agreed, YEAR, [cost("0344", 10), cost("0310", 700), cost("0321", 90)])
    assert borne(settlement) == {"0310": 0, "0321": 0, "0344": 800}


def test_a_centre_municipality_whose_key_lists_its_members_bears_for_those_only() -> None:
    agreed = register(*key_rows({"0344": 1, "0310": 0}, "CENTRUM"), regime("43A01", "CENTRE", "CENTRUM"))
    settlement = settle_costs(agreed, YEAR, [cost("0310", 700), cost("0321", 90)])
    assert borne(settlement) == {"0310": 0, "0321": 90, "0344": 700}


def test_costs_are_redistributed_by_use() -> None:
    agreed = register(
        *key_rows({GOUDA: 31, WADDINXVEEN: 62}, "ETMALEN", method="FIXED"),
        regime("15A01", "BY_USE", "ETMALEN", domain="wmo"),
    )
    settlement = settle_costs(agreed, YEAR, [cost(GOUDA, 930_000, "15A01", "wmo")])
    assert borne(settlement) == {GOUDA: 310_000, WADDINXVEEN: 620_000}


def test_a_pool_without_a_key_settles_nothing_and_says_so() -> None:
    settlement = settle_costs(register(regime("43A01", "POOLED")), YEAR, [cost("0001", 10)])
    assert not settlement.pools[0].settled
    assert borne(settlement) == {"0001": 10}


def line(cents: int, begin_on: date = date(2026, 11, 1), reference: str = "R1") -> BorneLine:
    return BorneLine(GOUDA, "wmo", "41410001", 70101, reference, "15A01", begin_on, cents)


def test_the_municipality_that_was_left_repays_and_a_credit_reverses_it() -> None:
    agreed = register(
        bearer(70101, GOUDA, WADDINXVEEN, valid_until=date(2026, 12, 1)),
        towns=(town(GOUDA), town(WADDINXVEEN)),
    )
    november = YEAR * 12 + 10
    paid = [cost(GOUDA, 310_000, "15A01", "wmo", november)]
    settlement = settle_costs(agreed, YEAR, paid, [line(310_000)])
    assert borne(settlement) == {GOUDA: 0, WADDINXVEEN: 310_000}
    rows = municipality_table(settlement, GOUDA).rows
    assert [(row[2], row[8], row[9]) for row in rows] == [
        ("GRANTED", "", 310_000),
        ("RECHARGE", WADDINXVEEN, -310_000),
    ]
    credited = [cost(GOUDA, 0, "15A01", "wmo", november)]
    both = settle_costs(agreed, YEAR, credited, [line(310_000), line(-310_000, reference="R2")])
    assert borne(both) == {GOUDA: 0, WADDINXVEEN: 0}
    later = settle_costs(agreed, YEAR, [], [line(5, date(2026, 12, 2))])
    assert later.recharges == ()


def test_what_is_recharged_is_the_cost_of_its_bearer_in_a_pool_too() -> None:
    agreed = register(
        *key_rows({GOUDA: 1, WADDINXVEEN: 3}),
        regime("15A01", "POOLED", "INWONERS", domain="wmo"),
        bearer(70101, GOUDA, WADDINXVEEN),
        towns=(town(GOUDA), town(WADDINXVEEN)),
    )
    (pool,) = settle_costs(
        agreed, YEAR, [cost(GOUDA, 400, "15A01", "wmo", YEAR * 12 + 10)], [line(400)]
    ).pools
    assert [(s.paid_cents, s.delta_cents) for s in pool.shares] == [(0, 100), (400, -100)]


costs = st.lists(
    st.builds(
        Cost,
        st.sampled_from([*INHABITANTS, "0317"]),
        st.just("jw"),
        st.sampled_from(["43A01", "45A04", "46A01"]),
        st.integers(JANUARY, JANUARY + 11),
        st.integers(-(10**9), 10**9),
    ),
    max_size=30,
)


def agreed_for(method: str, kind: str, leaving: date) -> Register:
    weights = dict(INHABITANTS)
    return register(
        *key_rows({"0406": weights.pop("0406")}, method=method, valid_until=leaving),
        *key_rows(weights, method=method),
        regime("43A01", kind, "INWONERS"),
        regime("45A04", "POOLED", "INWONERS"),
    )


@given(
    costs,
    st.sampled_from(["EXACT", "PERCENT_0", "PERCENT_3", "FIXED"]),
    st.sampled_from(["POOLED", "BY_USE", "CENTRE", "OWN"]),
    st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    st.randoms(use_true_random=False),
)
def test_every_pool_sums_to_zero_in_any_order_and_credits_undo_debits(
    paid: list[Cost], method: str, kind: str, leaving: date, shuffler: random.Random
) -> None:
    agreed = agreed_for(method, kind, leaving)
    settlement = settle_costs(agreed, YEAR, paid)
    assert all(sum(s.delta_cents for s in pool.shares) == 0 for pool in settlement.pools)
    assert sum(borne(settlement).values()) == sum(each.cents for each in paid)
    shuffled = list(paid)
    shuffler.shuffle(shuffled)
    assert settle_costs(agreed, YEAR, shuffled) == settlement
    negatives = [each._replace(cents=-each.cents) for each in paid]
    undone = settle_costs(agreed, YEAR, negatives)
    assert borne(undone) == {code: -cents for code, cents in borne(settlement).items()}
    for account in settlement.accounts:
        table = municipality_table(settlement, account.municipality)
        assert sum(int(str(row[-1])) for row in table.rows) == account.borne_cents
