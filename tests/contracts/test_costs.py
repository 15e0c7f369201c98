"""Cost keys: who is a member on a day, and how a sum is divided to the cent."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.costs import CostKeys, Key, percentages
from tests.contracts.costs import INHABITANTS, key_rows, register, town

TEAM_CENTS = 17_400_000
DAY = date(2026, 7, 1)
METHODS = ("EXACT", "FIXED", *(f"PERCENT_{places}" for places in range(5)))


def key(method: str, weights: dict[str, int] = INHABITANTS) -> Key:
    return Key(method, tuple(sorted(weights.items())))


def test_whole_percents_give_the_published_table_to_the_euro() -> None:
    published = {"0402": 66_120, "1942": 43_500, "0406": 29_580, "0376": 8_700, "0417": 8_700, "1696": 17_400}
    shares = key("PERCENT_0").split(TEAM_CENTS)
    assert shares == {code: euros * 100 for code, euros in published.items()}
    assert percentages(key("PERCENT_0")) == {
        "0402": "38", "1942": "25", "0406": "17", "0376": "5", "0417": "5", "1696": "10",
    }  # fmt: skip


def test_an_exact_key_divides_the_same_sum_to_the_cent() -> None:
    assert key("EXACT").split(TEAM_CENTS) == {
        "0402": 6_662_058, "1942": 4_306_553, "0406": 2_944_166,
        "0376": 891_415, "0417": 835_889, "1696": 1_759_919,
    }  # fmt: skip


def test_one_decimal_gives_other_amounts_than_whole_percents() -> None:
    assert key("PERCENT_1").split(TEAM_CENTS) == {
        "0402": 6_664_200, "1942": 4_315_200, "0406": 2_940_600,
        "0376": 887_400, "0417": 835_200, "1696": 1_757_400,
    }  # fmt: skip


def test_the_left_over_cent_goes_to_the_largest_remainder_and_a_credit_undoes_it() -> None:
    shares = key("EXACT").split(10_000)
    assert shares == {"0402": 3829, "1942": 2475, "0406": 1692, "0376": 512, "0417": 480, "1696": 1012}
    assert key("EXACT").split(-10_000) == {code: -cents for code, cents in shares.items()}


def test_percentages_that_would_add_up_to_99_are_repaired() -> None:
    three = key("PERCENT_0", {"0001": 1, "0002": 1, "0003": 1})
    assert percentages(three) == {"0001": "34", "0002": "33", "0003": "33"}
    assert sum(three.split(TEAM_CENTS).values()) == TEAM_CENTS
    assert sum(key("PERCENT_2").parts().values()) == 100_00
    assert set(percentages(key("PERCENT_2")).values()) == {"38.29", "24.75", "16.92", "5.12", "4.80", "10.12"}


@pytest.mark.parametrize("total", [8_000, 10_000, 16_000])
def test_fixed_amounts_and_fixed_percentages_keep_their_proportion(total: int) -> None:
    amounts = {"0001": 5_000, "0002": 3_000}
    shares = key("FIXED", amounts).split(total)
    assert shares == {"0001": total * 5 // 8, "0002": total * 3 // 8}


def test_members_are_those_of_the_day_and_a_later_row_counts() -> None:
    keys = CostKeys(
        register(
            *key_rows({"0001": 10, "0002": 10}),
            *key_rows({"0003": 20}, valid_until=date(2026, 6, 30)),
            *key_rows({"0002": 30}, valid_from=date(2026, 7, 1)),
        )
    )
    assert keys.on("INWONERS", date(2026, 6, 30)) == Key("EXACT", (("0001", 10), ("0002", 10), ("0003", 20)))
    assert keys.on("INWONERS", DAY) == Key("EXACT", (("0001", 10), ("0002", 30)))
    assert keys.on("INWONERS", date(2024, 12, 31)) is None
    assert keys.on("ANDERS", DAY) is None


def test_membership_differs_per_law() -> None:
    keys = CostKeys(
        register(*key_rows({"0402": 3, "1942": 2}, "JW"), *key_rows({"0402": 3, "1942": 2, "0317": 1}, "WMO"))
    )
    youth, support = keys.on("JW", DAY), keys.on("WMO", DAY)
    assert youth is not None and support is not None
    assert "0317" not in youth.split(100)
    assert support.split(600)["0317"] == 100


def test_a_merged_member_is_replaced_by_its_successor_and_a_leaver_by_nobody() -> None:
    towns = (
        town("0001"),
        town("0002", valid_until=date(2025, 12, 31), successor="0001"),
        town("0003", valid_until=date(2026, 6, 30)),
    )
    keys = CostKeys(register(*key_rows({"0001": 1, "0002": 2, "0003": 3}), towns=towns))
    assert keys.on("INWONERS", date(2025, 12, 31)) == Key("EXACT", (("0001", 1), ("0002", 2), ("0003", 3)))
    assert keys.on("INWONERS", date(2026, 6, 30)) == Key("EXACT", (("0001", 3), ("0003", 3)))
    assert keys.on("INWONERS", DAY) == Key("EXACT", (("0001", 3),))


def test_municipalities_that_succeed_each_other_in_a_ring_are_nobody() -> None:
    towns = tuple(
        town(code, valid_until=date(2025, 12, 31), successor=other)
        for code, other in (("0001", "0002"), ("0002", "0001"))
    )
    assert CostKeys(register(*key_rows({"0001": 1}), towns=towns)).on("INWONERS", DAY) is None


@given(
    st.integers(-(10**12), 10**12),
    st.dictionaries(st.sampled_from([*INHABITANTS]), st.integers(0, 10**7), min_size=1),
    st.sampled_from(METHODS),
    st.randoms(use_true_random=False),
)
def test_shares_add_up_whatever_the_key_and_the_order(
    total: int, weights: dict[str, int], method: str, shuffler: random.Random
) -> None:
    if not sum(weights.values()):
        return
    shares = key(method, weights).split(total)
    assert sum(shares.values()) == total
    assert key(method, weights).split(-total) == {code: -cents for code, cents in shares.items()}
    rows = key_rows(weights, method=method)
    shuffler.shuffle(rows)
    found = CostKeys(register(*rows)).on("INWONERS", DAY)
    assert found is not None
    assert found.split(total) == shares
