"""Instalments: exact, on the day, by the members of that day, and paid once."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from contracts.costs import CostKeys
from contracts.register import Register
from contracts.tables import Row
from processors.lump_sums import due_instalments, instalments_cents, planned
from schemas.batch import Batch, Instalment
from schemas.money import half_up
from tests.contracts.costs import INHABITANTS, key_rows, lump_sum, register, town
from tests.processors.batches import CUT_OFF, MUNICIPALITY, OAK, closing, granted

AGB = "41410001"


def plan(found: Register) -> dict[str, list[Instalment]]:
    """Everything planned, per municipality."""
    by_municipality: dict[str, list[Instalment]] = {}
    for row in found.tables["lump_sums"]:
        for municipality, instalment in planned(row, CostKeys(found)):  # type: ignore[arg-type]
            by_municipality.setdefault(municipality, []).append(instalment)
    return by_municipality


def test_three_crisis_beds_cost_the_same_every_month() -> None:
    total = 3 * 365 * 15_000
    assert total == 16_425_000
    assert instalments_cents(total, 12) == [1_368_750] * 12


def test_the_share_of_one_municipality_in_eight_months() -> None:
    found = plan(
        register(
            *key_rows(INHABITANTS, method="PERCENT_0"),
            lump_sum(17_400_000, 8, cost_key="INWONERS", first_due=date(2025, 5, 1), year=2025),
        )
    )
    assert [i.amount_cents for i in found["0406"]] == [369_750] * 8
    assert sum(i.amount_cents for i in found["0406"]) == 2_958_000
    assert sum(i.amount_cents for each in found.values() for i in each) == 17_400_000
    assert found["0406"][-1].due_on == date(2025, 12, 1)


def test_a_remainder_is_spread_by_rounding_what_was_reached() -> None:
    assert instalments_cents(100, 3) == [33, 34, 33]
    assert instalments_cents(1, 4) == [0, 1, 0, 0]


def test_instalments_fall_due_monthly_and_on_the_last_day_of_a_short_month() -> None:
    found = plan(register(lump_sum(400, 4, municipality="0384", first_due=date(2026, 1, 31))))
    due = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]
    assert [i.due_on for i in found["0384"]] == due
    assert plan(register(lump_sum(1, 1, municipality="0384")))["0384"][0].due_on == date(2026, 1, 1)


def test_the_only_municipality_pays_what_names_none() -> None:
    found = register(lump_sum(300, 3), towns=(town("0384"),))
    assert [i.amount_cents for i in plan(found)["0384"]] == [100] * 3


def test_who_leaves_pays_nothing_that_falls_due_later_and_the_others_pay_the_rest() -> None:
    leaving = date(2026, 6, 30)
    rows: list[Row] = [
        *key_rows({"0001": 1, "0002": 1}),
        *key_rows({"0003": 1}, valid_until=leaving),
        lump_sum(1_000_000, 12, cost_key="INWONERS"),
    ]
    by_key = plan(register(*rows))
    assert max(i.due_on for i in by_key["0003"]) <= leaving
    assert [sum(i.amount_cents for i in by_key[code]) for code in ("0001", "0002", "0003")] == [
        416_667, 416_667, 166_666,
    ]  # fmt: skip
    ended = (town("0001"), town("0002"), town("0003", valid_until=leaving))
    rows[2:3] = key_rows({"0003": 1})
    assert plan(register(*rows, towns=ended)) == by_key


def paid_of(instalments: list[Instalment]) -> dict[tuple[str, str, int], dict[int, int]]:
    paid: dict[tuple[str, str, int], dict[int, int]] = {}
    for each in instalments:
        paid.setdefault(("CRISIS", each.provider, 2026), {})[each.number] = each.amount_cents
    return paid


def test_what_is_due_is_paid_once() -> None:
    agreed = register(lump_sum(1_200, 12, municipality="0384"))
    first = due_instalments(agreed, "0384", date(2026, 3, 31), {})
    assert [(i.number, i.amount_cents) for i in first] == [(1, 100), (2, 100), (3, 100)]
    assert due_instalments(agreed, "0384", date(2026, 3, 31), paid_of(first)) == []
    later = due_instalments(agreed, "0384", date(2026, 4, 30), paid_of(first))
    assert [i.number for i in later] == [4]
    assert due_instalments(agreed, "0406", date(2026, 12, 31), {}) == []


def test_a_changed_amount_is_made_good_by_the_last_instalment_that_falls_due() -> None:
    before = register(lump_sum(1_200, 12, municipality="0384"))
    paid = due_instalments(before, "0384", date(2026, 3, 31), {})
    after = register(lump_sum(2_400, 12, municipality="0384"))
    caught_up = due_instalments(after, "0384", date(2026, 5, 1), paid_of(paid))
    assert [(i.number, i.amount_cents) for i in caught_up] == [(4, 200), (5, 500)]
    rest = due_instalments(after, "0384", date(2026, 12, 31), paid_of([*paid, *caught_up]))
    assert sum(i.amount_cents for i in (*paid, *caught_up, *rest)) == 2_400


def test_a_changed_amount_of_which_all_is_paid_is_made_good_by_one_more() -> None:
    paid = due_instalments(register(lump_sum(1_200, 2, municipality="0384")), "0384", CUT_OFF, {})
    for amount_cents, more in ((1_300, 100), (900, -300)):
        after = register(lump_sum(amount_cents, 2, municipality="0384"))
        (made_good,) = due_instalments(after, "0384", date(2026, 4, 30), paid_of(paid))
        assert (made_good.number, made_good.amount_cents, made_good.due_on) == (3, more, date(2026, 4, 30))
        assert due_instalments(after, "0384", date(2026, 5, 31), paid_of([*paid, made_good])) == []


def test_an_earlier_cut_off_asks_nothing_back() -> None:
    agreed = register(lump_sum(1_200, 12, municipality="0384"))
    paid = due_instalments(agreed, "0384", date(2026, 12, 31), {})
    assert due_instalments(agreed, "0384", date(2026, 3, 31), paid_of(paid)) == []
    assert due_instalments(agreed, "0384", date(2026, 3, 31), paid_of(paid[:6])) == []


def test_what_moves_to_another_municipality_is_due_back_from_the_provider() -> None:
    paid = due_instalments(register(lump_sum(1_200, 12, municipality="0384")), "0384", CUT_OFF, {})
    after = register(lump_sum(1_200, 12, municipality="0406"))
    (back,) = due_instalments(after, "0384", date(2026, 4, 30), paid_of(paid))
    assert (back.provider, back.number, back.amount_cents) == (AGB, 4, -300)
    assert due_instalments(after, "0384", date(2026, 5, 31), paid_of([*paid, back])) == []
    there = due_instalments(after, "0406", date(2026, 12, 31), {})
    assert sum(i.amount_cents for i in (*paid, back, *there)) == 1_200


def test_what_moves_to_another_provider_is_due_back_from_the_first() -> None:
    paid = due_instalments(register(lump_sum(1_200, 1, municipality="0384")), "0384", CUT_OFF, {})
    after = register(lump_sum(1_200, 1, municipality="0384", agb="41410002"))
    found = due_instalments(after, "0384", date(2026, 4, 30), paid_of(paid))
    assert [(i.provider, i.amount_cents) for i in found] == [(AGB, -1_200), ("41410002", 1_200)]


def test_one_of_two_providers_leaves_a_schedule_and_keeps_what_he_was_paid() -> None:
    both = [
        lump_sum(1_200, 12, municipality="0384"),
        lump_sum(1_200, 12, municipality="0384", agb="41410002"),
    ]
    paid = due_instalments(register(*both), "0384", CUT_OFF, {})
    assert sum(i.amount_cents for i in paid) == 600
    left = due_instalments(register(both[1]), "0384", date(2026, 4, 30), paid_of(paid))
    assert [(i.provider, i.amount_cents) for i in left] == [("41410002", 100)]
    elsewhere = lump_sum(1_200, 12, municipality="0406", agb="41410002")
    only = [i for i in paid if i.provider == AGB]
    assert due_instalments(register(elsewhere), "0384", date(2026, 4, 30), paid_of(only)) == []


def test_a_schedule_that_left_the_register_stays_as_it_was_paid() -> None:
    paid = due_instalments(register(lump_sum(1_200, 1, municipality="0384")), "0384", CUT_OFF, {})
    next_year = register(lump_sum(1_200, 1, municipality="0384", year=2027))
    assert due_instalments(next_year, "0384", date(2026, 12, 31), paid_of(paid)) == []
    nothing = register(lump_sum(0, 1, municipality="0384"))
    (back,) = due_instalments(nothing, "0384", date(2026, 12, 31), paid_of(paid))
    assert back.amount_cents == -1_200


@given(
    st.integers(0, 10**10),
    st.integers(1, 40),
    st.dictionaries(st.sampled_from([*INHABITANTS]), st.integers(1, 10**6), min_size=2),
    st.sampled_from(["EXACT", "PERCENT_0", "PERCENT_2", "FIXED"]),
    st.dates(date(2026, 1, 1), date(2028, 12, 31)),
)
def test_whoever_leaves_and_whatever_the_key_a_schedule_adds_up(
    total: int, count: int, weights: dict[str, int], method: str, leaving: date
) -> None:
    stays, leaves = dict(weights), min(weights)
    rows = key_rows({leaves: stays.pop(leaves)}, method=method, valid_until=leaving)
    rows += key_rows(stays, method=method)
    agreed = register(*rows, lump_sum(total, count, cost_key="INWONERS"))
    found = plan(agreed)
    assert sum(i.amount_cents for each in found.values() for i in each) == total
    assert all(i.amount_cents > 0 for each in found.values() for i in each)
    for municipality, all_of_it in found.items():
        due = due_instalments(agreed, municipality, date(2031, 1, 1), {})
        assert sorted(due) == sorted(all_of_it)


@given(st.integers(0, 10**12), st.integers(1, 366))
def test_instalments_add_up_and_never_differ_by_more_than_a_cent(total: int, count: int) -> None:
    cents = instalments_cents(total, count)
    assert sum(cents) == total
    assert max(cents) - min(cents) <= 1
    assert sum(cents[: count // 2]) == half_up(total * (count // 2), count)


def test_a_batch_pays_instalments_beside_declarations_and_nets_them() -> None:
    due = due_instalments(register(lump_sum(1_200, 12, municipality="0384")), "0384", CUT_OFF, {})
    batch = closing([granted(1, -250)], instalments=due)
    assert isinstance(batch, Batch)
    (payment,) = batch.transactions
    assert (payment.provider, payment.amount_cents, payment.set_off_cents) == (OAK, 50, -250)
    assert batch.lump_sums == payment.instalments == tuple(due)
    assert batch.municipality == MUNICIPALITY.code


def test_a_batch_of_lump_sums_alone_is_due_on_the_first_banking_day() -> None:
    due = due_instalments(register(lump_sum(300, 3, municipality="0384")), "0384", date(2026, 4, 4), {})
    batch = closing(instalments=due, cut_off=date(2026, 4, 4))  # the Saturday before Easter
    assert isinstance(batch, Batch)
    assert (batch.total_cents, batch.due) == (300, date(2026, 4, 7))
