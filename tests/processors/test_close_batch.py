from __future__ import annotations

from datetime import date, timedelta

import pytest

from contracts.tables import PaymentBlockRow, ProviderRow
from processors.close_batch import blocked_since
from schemas.batch import Blocked, CarriedForward, NotClosed, NothingToPay
from tests.processors.batches import (
    ASH,
    CUT_OFF,
    ELM,
    MUNICIPALITY,
    OAK,
    PROVIDERS,
    block,
    closed,
    closing,
    granted,
)


def test_nets_both_domains_into_one_payment_per_provider() -> None:
    batch = closed(granted(1, 9000), granted(2, -2500, domain="wmo"), granted(3, 700, ELM))
    assert [(t.provider, t.amount_cents, t.end_to_end_id) for t in batch.transactions] == [
        (OAK, 6500, "0384-2026-0001-41410001"),
        (ELM, 700, "0384-2026-0001-41410002"),
    ]
    assert batch.total_cents == 7200
    first = batch.transactions[0]
    assert (first.set_off_cents, first.carried_in_cents, first.iban) == (-2500, 0, "DE89370400440532013000")
    assert [d.message_id for d in batch.declarations] == [1, 2, 3]


def test_the_cut_off_day_itself_counts_and_the_next_day_does_not() -> None:
    batch = closed(granted(1, 100, received_on=CUT_OFF), granted(2, 50, received_on=date(2026, 4, 1)))
    assert batch.total_cents == 100
    assert [d.message_id for d in batch.declarations] == [1]


def test_a_negative_balance_is_carried_and_set_off_until_it_is_gone() -> None:
    first = closed(granted(1, -800))
    assert (first.transactions, first.total_cents) == ((), 0)
    assert first.carried_forward == (CarriedForward(OAK, -800),)
    second = closed(granted(2, 300), carried_in={OAK: -800})
    assert second.carried_forward == (CarriedForward(OAK, -500),)
    third = closed(granted(3, 700), carried_in={OAK: -500})
    assert third.carried_forward == ()
    payment = third.transactions[0]
    assert (payment.amount_cents, payment.carried_in_cents, payment.set_off_cents) == (200, -500, -500)


def test_a_balance_of_exactly_zero_is_neither_paid_nor_carried() -> None:
    batch = closed(granted(1, 500), granted(2, -500))
    assert (batch.transactions, batch.carried_forward, batch.blocked) == ((), (), ())
    assert len(batch.declarations) == 2


def test_a_debt_of_a_provider_without_news_is_shown_in_every_batch() -> None:
    batch = closed(granted(1, 100, ELM), carried_in={OAK: -800})
    assert batch.carried_forward == (CarriedForward(OAK, -800),)


def test_a_block_holds_everything_and_its_end_releases_it() -> None:
    held = closed(granted(1, 900), blocks=[block(reason="UBO_MISSING")])
    assert held.transactions == ()
    assert held.blocked == (Blocked(OAK, 900, "UBO_MISSING"),)
    released = closed(carried_in={OAK: 900})
    assert (released.total_cents, released.blocked) == (900, ())
    assert released.transactions[0].declarations == ()


def test_a_block_of_an_amount_holds_no_more_than_that_and_pays_the_rest() -> None:
    attachment = block(amount_cents=300, reason="ATTACHMENT")
    first = closed(granted(1, 1000), blocks=[attachment])
    assert (first.total_cents, first.blocked) == (700, (Blocked(OAK, 300, "ATTACHMENT"),))
    second = closed(granted(2, 50), carried_in={OAK: 300}, blocks=[attachment])
    assert (second.total_cents, second.blocked) == (50, (Blocked(OAK, 300, "ATTACHMENT"),))


def test_a_block_that_begins_after_the_cut_off_takes_what_others_leave() -> None:
    amounts = [block(amount_cents=300), block(valid_from=date(2026, 4, 1), amount_cents=500, reason="FRAUD")]
    batch = closed(granted(1, 1000), granted(2, 600, ELM), blocks=amounts)
    assert batch.blocked == (Blocked(OAK, 300, "OTHER"), Blocked(OAK, 500, "FRAUD"))
    assert [(t.provider, t.amount_cents) for t in batch.transactions] == [(OAK, 200), (ELM, 600)]
    sanction = block(valid_from=date(2026, 4, 1), reason="UBO_SANCTION")
    assert closed(granted(1, 1000), blocks=[amounts[0], sanction]).blocked == (
        Blocked(OAK, 300, "OTHER"), Blocked(OAK, 700, "UBO_SANCTION"),
    )  # fmt: skip


def test_amounts_of_several_blocks_add_up_and_a_whole_block_takes_all() -> None:
    amounts = [block(amount_cents=300, reason="FRAUD"), block(amount_cents=900, reason="ATTACHMENT")]
    some = closed(granted(1, 1000), blocks=amounts)
    assert some.blocked == (Blocked(OAK, 900, "ATTACHMENT"), Blocked(OAK, 100, "FRAUD"))
    everything = closed(granted(1, 1000), blocks=[*amounts, block(reason="UBO_SANCTION")])
    assert everything.blocked == (Blocked(OAK, 1000, "UBO_SANCTION"),)


@pytest.mark.parametrize(
    ("other", "held"),
    [
        (block(valid_from=CUT_OFF, valid_until=CUT_OFF), True),
        (block(valid_until=date(2026, 3, 30)), False),
        (block(valid_from=date(2026, 4, 8)), True),  # the day of payment
        (block(valid_from=date(2026, 4, 1), valid_until=date(2026, 4, 8)), True),
        (block(valid_from=date(2026, 4, 1), valid_until=date(2026, 4, 7)), False),
        (block(valid_from=date(2026, 4, 9)), False),
        (block(valid_from=date(2026, 4, 8), municipality="0363"), False),
        (block(municipality="0384"), True),
        (block(municipality="0363"), False),
        (block(ELM), False),
    ],
)
def test_a_block_counts_when_in_force_on_the_cut_off_or_the_day_of_payment_for_this_municipality(
    other: PaymentBlockRow, held: bool
) -> None:
    batch = closed(granted(1, 100), blocks=[other])
    assert batch.due == date(2026, 4, 8) or held
    assert bool(batch.blocked) is held
    assert bool(batch.transactions) is not held


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (ProviderRow(agb=OAK, name="De Eik"), "IBAN_MISSING"),
        (ProviderRow(agb=OAK, name="De Eik", iban="DE89370400440532013001"), "IBAN_INVALID"),
        (
            ProviderRow(
                agb=OAK, name="De Eik", iban="DE89370400440532013000", iban_valid_from=date(2026, 4, 9)
            ),
            "IBAN_INVALID",
        ),
        (None, "IBAN_MISSING"),
    ],
)
def test_without_a_usable_iban_a_provider_is_held_and_the_others_are_paid(
    row: ProviderRow | None, reason: str
) -> None:
    providers = {ELM: PROVIDERS[ELM]} | ({OAK: row} if row else {})
    batch = closed(granted(1, 100), granted(2, 40, ELM), providers=providers)
    assert batch.due == date(2026, 4, 8)
    assert batch.blocked == (Blocked(OAK, 100, reason),)
    assert [(t.provider, t.amount_cents) for t in batch.transactions] == [(ELM, 40)]


def test_an_iban_valid_from_the_due_date_is_used_in_its_compact_form() -> None:
    row = PROVIDERS[ELM].model_copy(update={"iban_valid_from": date(2026, 4, 8)})
    batch = closed(granted(1, 100, ELM), providers={ELM: row})
    assert batch.transactions[0].iban == "BE71096123456769"


def test_a_block_that_began_between_the_day_of_payment_and_today_is_told() -> None:
    batch = closed(granted(1, 900), granted(2, 500, ELM))
    after = batch.due + timedelta(days=1)
    blocks = [
        block(valid_from=after),
        block(ELM, valid_from=after, municipality="0406"),
        block(ASH, valid_from=after),
        block(ELM, valid_from=after + timedelta(days=9)),
    ]
    assert blocked_since(batch, blocks, after) == (blocks[0],)
    assert blocked_since(batch, blocks, batch.due) == ()
    ended = block(valid_from=after, valid_until=after)
    assert blocked_since(batch, [ended], after + timedelta(days=1)) == ()
    assert blocked_since(batch, [block(valid_from=batch.due, amount_cents=1)], after) == ()


def test_a_partial_block_and_a_missing_iban_hold_the_whole_with_both_reasons() -> None:
    providers = {OAK: ProviderRow(agb=OAK, name="De Eik")}
    batch = closed(granted(1, 100), blocks=[block(amount_cents=30)], providers=providers)
    assert batch.blocked == (Blocked(OAK, 30, "OTHER"), Blocked(OAK, 70, "IBAN_MISSING"))


@pytest.mark.parametrize("iban", [None, "", "NL91ABNA0417164301"])
def test_a_municipality_without_a_valid_iban_cannot_close(iban: str | None) -> None:
    outcome = closing([granted(1, 100)], municipality=MUNICIPALITY.model_copy(update={"iban": iban}))
    assert isinstance(outcome, NotClosed)
    assert (outcome.element, outcome.found) == ("municipalities.iban", iban)
    assert "0384" in outcome.explanation
    assert "importeer" in outcome.how_to_fix


def test_nothing_new_and_nothing_released_makes_no_batch() -> None:
    carried_in = {OAK: -800, ELM: 500}
    outcome = closing(carried_in=carried_in, blocks=[block(ELM)])
    assert outcome == NothingToPay(
        "0384", CUT_OFF, (CarriedForward(OAK, -800),), (Blocked(ELM, 500, "OTHER"),)
    )
    assert isinstance(closing([granted(1, 0)]), NothingToPay)
    assert isinstance(closing(), NothingToPay)


@pytest.mark.parametrize(
    ("dated_on", "cut_off", "due"),
    [
        (date(2026, 3, 9), CUT_OFF, date(2026, 4, 8)),  # a Wednesday, day 30
        (date(2026, 3, 12), CUT_OFF, date(2026, 4, 10)),  # day 30 is a Saturday: the Friday before
        (date(2026, 3, 7), CUT_OFF, date(2026, 4, 2)),  # day 30 is Easter Monday: before Good Friday
        (date(2026, 1, 1), CUT_OFF, CUT_OFF),  # term over: at once
        (date(2026, 1, 1), date(2026, 4, 4), date(2026, 4, 7)),  # at once is after Easter
        (date(2026, 3, 5), date(2026, 4, 4), date(2026, 4, 7)),  # moving back would pass the cut-off
    ],
)
def test_due_on_a_banking_day_within_the_term_but_not_before_the_cut_off(
    dated_on: date, cut_off: date, due: date
) -> None:
    assert closed(granted(1, 100, received_on=dated_on, dated_on=dated_on), cut_off=cut_off).due == due


def test_the_earliest_term_of_a_paid_debit_decides_and_released_amounts_are_due_at_once() -> None:
    early, late = date(2026, 3, 2), date(2026, 3, 9)
    assert closed(granted(1, 100, dated_on=late), granted(2, 100, dated_on=early)).due == date(2026, 4, 1)
    assert closed(granted(1, 100, dated_on=late), granted(2, -50, dated_on=early)).due == date(2026, 4, 8)
    held = closed(granted(1, 9, dated_on=late), granted(2, 9, ELM, dated_on=early), blocks=[block(ELM)])
    assert held.due == date(2026, 4, 8)
    assert closed(granted(1, 100, dated_on=late), carried_in={ASH: 10}).due == CUT_OFF
    assert closed(granted(1, 100, dated_on=date.max)).due == date(2026, 4, 9)
