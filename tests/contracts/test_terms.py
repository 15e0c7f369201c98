"""The terms of a contract: the twelve schemes of the example register, and what follows on any day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.contract_tables import ContractRow, ContractTermRow, NonRenewalRow
from contracts.terms import course, end_of, leaves_on, notice_deadline


def _terms(*years: int, renewal: str = "TACIT") -> list[ContractTermRow]:
    first, terms = 2025, []
    for seq, length in enumerate(years, start=1):
        row = {"contract": "C", "seq": seq, "renewal": "INITIAL" if seq == 1 else renewal}
        ends = {"valid_from": date(first, 1, 1), "valid_until": date(first + length - 1, 12, 31)}
        terms.append(ContractTermRow.model_validate({**row, **ends}))
        first += length
    return terms


@pytest.mark.parametrize(
    ("end", "months", "deadline"),
    [
        (date(2027, 12, 31), 6, date(2027, 6, 30)),
        (date(2027, 6, 30), 6, date(2026, 12, 31)),
        (date(2028, 8, 31), 6, date(2028, 2, 29)),
        (date(2027, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 10, 14), 1, date(2027, 9, 14)),
        (date(2027, 12, 31), 12, date(2026, 12, 31)),
    ],
)
def test_notice_counts_in_whole_months_before_the_end(end: date, months: int, deadline: date) -> None:
    assert notice_deadline(end, months) == deadline


def test_tacit_terms_follow_each_other_to_the_last() -> None:
    terms = _terms(3, 2, 2, 2, 1)
    for day, end, following in (
        (date(2025, 1, 1), date(2027, 12, 31), "tacit"),
        (date(2027, 12, 31), date(2027, 12, 31), "tacit"),
        (date(2028, 1, 1), date(2029, 12, 31), "tacit"),
        (date(2034, 6, 1), date(2034, 12, 31), "none"),
    ):
        now = course(terms, day)
        assert now is not None
        assert (now.term.valid_until, now.following) == (end, following)
        assert end_of(terms, day) == date(2034, 12, 31)
    assert course(terms, date(2024, 12, 31)) is None
    assert course(terms, date(2035, 1, 1)) is None


def test_a_term_by_decision_begins_only_when_it_was_decided() -> None:
    terms = _terms(4, 4, 2, renewal="DECISION")
    day = date(2028, 7, 1)
    now = course(terms, day)
    assert now is not None
    assert (now.following, now.deadline, end_of(terms, day)) == (
        "undecided", date(2028, 6, 30), date(2028, 12, 31),
    )  # fmt: skip
    assert course(terms, date(2029, 1, 1)) is None
    terms[1] = terms[1].model_copy(update={"decided_on": date(2028, 5, 2)})
    later = course(terms, day)
    assert later is not None and later.following == "decided"
    assert end_of(terms, day) == date(2032, 12, 31)
    assert course(terms, date(2033, 1, 1)) is None


def test_one_provider_may_leave_at_the_end_of_a_term() -> None:
    contract = ContractRow(contract="C", name="C", domains=("jw",), individual_non_renewal=True)
    row = NonRenewalRow(
        contract="C", agb="41410001", valid_until=date(2027, 12, 31), told_on=date(2027, 5, 1)
    )
    assert leaves_on(contract, [row], "41410001", date(2027, 12, 31)) == date(2027, 12, 31)
    assert leaves_on(contract, [row], "41410001", date(2028, 1, 1)) is None
    assert leaves_on(contract, [row], "41410002", date(2027, 6, 1)) is None


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.integers(1, 24))
def test_notice_lies_that_many_months_before_the_end_and_never_less(end: date, months: int) -> None:
    deadline = notice_deadline(end, months)
    after, counted = end + timedelta(days=1), deadline + timedelta(days=1)
    assert (after.year * 12 + after.month) - (counted.year * 12 + counted.month) == months
    assert counted.day <= after.day


@given(st.lists(st.integers(1, 5), min_size=1, max_size=8), st.dates(date(2024, 1, 1), date(2070, 1, 1)))
def test_on_every_day_of_a_tacit_contract_exactly_one_term_runs(years: list[int], day: date) -> None:
    terms = _terms(*years)
    running = [term for term in terms if term.valid_from <= day <= term.valid_until]
    now = course(terms, day)
    assert ([] if now is None else [now.term]) == running
