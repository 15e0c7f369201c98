"""Ceilings through whole messages: the worked examples, and what lies around them."""

from __future__ import annotations

from datetime import date

import pytest

from tests.ceilings.world import ELM, OAK, OTHER_TOWN, World, ceiling, told

FEBRUARY, MARCH, APRIL = date(2026, 2, 5), date(2026, 3, 5), date(2026, 4, 7)
FOUR = (70, 80, 90, 100)


@pytest.mark.parametrize("domain", ["jw", "wmo"])
def test_several_thresholds_at_once(domain: str) -> None:
    """Example 23: 65 percent, then 107.5 percent in one message."""
    world = World([ceiling("P", 200_000, thresholds=FOUR)])
    world.claim(world.line(130_000, 1, domain=domain), received_on=FEBRUARY, domain=domain)
    signals = world.claim(world.line(85_000, 2, domain=domain), received_on=MARCH, domain=domain)
    assert told(signals) == [("P", "reached", threshold, 1) for threshold in FOUR]
    assert len({signal.message_sha256 for signal in signals}) == 1
    figures = [signal.more or {} for signal in signals]
    assert [each["overshoot_cents"] for each in figures] == [0, 0, 0, 1_500_000]
    assert {each["used_cents"] for each in figures} == {21_500_000}
    assert {each["amount_cents"] for each in figures} == {20_000_000}
    assert all(each["letter_due"] for each in figures)


def test_one_threshold_exactly() -> None:
    """Exactly 70 percent counts, one euro less does not."""
    world = World([ceiling("P", 100_000)])
    assert told(world.claim(world.line(69_999, 12), received_on=date(2027, 1, 5))) == []
    assert told(world.claim(world.line(1, 12, allocation=2), received_on=date(2027, 1, 6))) == [
        ("P", "reached", 70, 1)
    ]


def test_the_law_adds_its_threshold_to_a_ceiling() -> None:
    world = World(
        [ceiling("P", 1_000, thresholds=(90,)), ceiling("Q", 1_000, thresholds=(90,), kind="INDICATION")]
    )
    signals = world.claim(world.line(950), received_on=FEBRUARY)
    assert told(signals) == [("P", "reached", 70, 1), ("P", "reached", 90, 1), ("Q", "reached", 90, 1)]
    assert [(signal.more or {})["letter_due"] for signal in signals] == [True, True, False]


def test_a_correction_pair_is_not_seen() -> None:
    """Example 25: what lies between a credit and its debit in one message never happened."""
    world = World([ceiling("P", 400_000)])
    wrong = world.line(5_000, 1)
    world.claim(wrong, world.line(275_500, 1, allocation=2), received_on=FEBRUARY)
    pair = (world.line(0, credits=wrong), world.line(5_200, 1))
    assert told(world.claim(*pair, received_on=MARCH)) == []
    assert world.used("P") == 280_700


def test_below_and_reached_again() -> None:
    """A credit in a later message leaves a threshold; reaching it again is occurrence 2, without a letter."""
    world = World([ceiling("P", 100_000)])
    wrong = world.line(75_000, 1)
    assert told(world.claim(wrong, received_on=FEBRUARY)) == [("P", "reached", 70, 1)]
    back = world.claim(world.line(0, credits=wrong), received_on=MARCH)
    assert told(back) == [("P", "below", 70, 1)]
    again = world.claim(world.line(72_000, 1), received_on=APRIL)
    assert told(again) == [("P", "reached", 70, 2)]
    assert (again[0].more or {})["letter_due"] is False


def test_thresholds_are_left_from_the_highest_down() -> None:
    world = World([ceiling("P", 1_000, thresholds=FOUR)])
    wrong = world.line(1_100, 1)
    world.claim(wrong, received_on=FEBRUARY)
    back = world.claim(world.line(0, credits=wrong), received_on=MARCH)
    assert told(back) == [("P", "below", threshold, 1) for threshold in reversed(FOUR)]


def test_usage_goes_by_service_period() -> None:
    """Care of December that is claimed in January counts for the old year."""
    old = ceiling("P", 100_000, version=1, valid_from=date(2025, 1, 1), valid_until=date(2025, 12, 31))
    world = World([old, ceiling("P", 100_000, version=2)])
    world.claim(world.line(80_000, 12, year=2025), world.line(5_000, 1), received_on=FEBRUARY)
    assert (world.used("P", 2025), world.used("P", 2026)) == (80_000, 5_000)
    assert [(s.more or {})["year"] for s in world.signals() if s.kind == "reached"] == [2025]


def test_an_addendum_clears_and_arms_again() -> None:
    """Example 33: 75 percent of 400,000 is 66.67 percent of 450,000."""
    first = ceiling("P", 400_000)
    world = World([first])
    world.claim(world.line(300_000, 1), received_on=FEBRUARY)
    signals = world.agree([first, ceiling("P", 450_000, version=2)])
    assert told(signals) == [("P", "below", 70, 1)]
    assert (signals[0].more or {})["amount_cents"] == 45_000_000
    assert told(world.claim(world.line(14_999, 1, allocation=2), received_on=MARCH)) == [
        ("P", "threatens", 100, 1)
    ]
    assert told(world.claim(world.line(1, 1, allocation=3), received_on=MARCH)) == [("P", "reached", 70, 1)]


def test_an_addendum_replaces_the_row_and_carries_over() -> None:
    world = World([ceiling("P", 400_000)])
    world.claim(world.line(360_000, 1), received_on=FEBRUARY)
    signals = world.agree([ceiling("P", 450_000, version=2)])
    assert told(signals) == [("P", "carried_over", 70, 1)]
    assert (signals[0].more or {})["letter_due"] is False
    assert world.agree([ceiling("P", 450_000, version=2)]) == []


def test_an_addendum_of_a_later_day_waits_for_it() -> None:
    rows = [ceiling("P", 100_000), ceiling("P", 120_000, version=2, valid_from=date(2026, 3, 1))]
    world = World(rows)
    world.claim(world.line(80_000, 1), received_on=FEBRUARY)
    signals = world.claim(world.line(1_000, 2), received_on=MARCH)
    assert told(signals) == [("P", "below", 70, 1), ("P", "threatens", 100, 1)]
    assert world.used("P") == 81_000
    assert told(world.claim(world.line(3_000, 2, allocation=2), received_on=MARCH)) == [
        ("P", "reached", 70, 1)
    ]


def test_pooled_ceilings_are_added_together() -> None:
    """One at 90 percent and one at 10: together 50 percent, with permission."""
    apart = [ceiling("A", 100_000, domain="jw"), ceiling("B", 100_000, domain="wmo")]
    for rows, expected in (
        (apart, [("A", "reached", 70, 1)]),
        ([row | {"pool": "Letter 7"} for row in apart], [("Letter 7", "threatens", 100, 1)]),
    ):
        world = World(rows)
        found = world.claim(world.line(90_000, 1), received_on=FEBRUARY)
        other = world.line(10_000, 1, allocation=2, domain="wmo")
        found += world.claim(other, received_on=FEBRUARY, domain="wmo")
        assert told(found)[:1] == expected
    signals = world.claim(world.line(50_000, 1, allocation=3), received_on=MARCH)
    assert told(signals) == [("Letter 7", "reached", 70, 1)]
    assert (signals[0].more or {})["members"] == ["A", "B"]


def test_a_joint_indication_counts_every_provider() -> None:
    world = World([ceiling("J", 100_000, agb=(OAK, ELM), kind="INDICATION")])
    world.claim(world.line(40_000, 11), received_on=date(2026, 12, 5))
    signals = world.claim(world.line(60_000, 11, allocation=2), received_on=date(2026, 12, 6), provider=ELM)
    assert told(signals) == [("J", "reached", 70, 1), ("J", "reached", 100, 1)]
    assert {signal.provider for signal in signals} == {ELM}


def test_what_is_out_of_scope_does_not_count() -> None:
    rows = [
        ceiling("TOWN", 1_000, municipalities=(OTHER_TOWN,)),
        ceiling("CODE", 1_000, codes=("46A01",)),
        ceiling("WMO", 1_000, domain="wmo"),
        ceiling("SEGMENT", 1_000, segments=("Ambulant",)),
        ceiling("ALL", 1_000),
    ]
    world = World(rows)
    assert told(world.claim(world.line(800, 1), received_on=FEBRUARY)) == [("ALL", "reached", 70, 1)]
    there = world.line(800, 1, allocation=2)
    assert told(world.claim(there, received_on=FEBRUARY, town=OTHER_TOWN)) == [
        ("ALL", "reached", 100, 1), ("TOWN", "reached", 70, 1),
    ]  # fmt: skip


def test_rejected_lines_do_not_count() -> None:
    world = World([ceiling("P", 1_000)])
    world.allocate(1)
    unknown = world.line(500, 1, allocation=9)
    world.send(world.message([world.line(400, 1), unknown], received_on=FEBRUARY), FEBRUARY)
    world.hold()
    assert world.used("P") == 400


def test_a_threat_without_70_percent() -> None:
    """Example 35: four fully claimed months of 24,000 are 120 percent of 240,000 over the year."""
    world = World([ceiling("P", 240_000)])
    lines = [world.line(24_000, month) for month in (1, 2, 3, 4)]
    (signal,) = world.claim(*lines, received_on=date(2026, 5, 5))
    assert told([signal]) == [("P", "threatens", 100, 1)]
    assert (signal.more or {})["forecast_cents"] == 28_800_000
    assert (signal.more or {})["used_cents"] == 9_600_000
    assert told(world.claim(world.line(24_000, 5), received_on=date(2026, 6, 5))) == []


def test_no_threat_where_the_year_fits() -> None:
    world = World([ceiling("P", 240_000)])
    lines = [world.line(19_999, month) for month in (1, 2, 3)]
    assert told(world.claim(*lines, received_on=APRIL)) == []


def test_a_new_ceiling_counts_what_was_claimed_before() -> None:
    world = World([])
    world.claim(world.line(900, 1), received_on=FEBRUARY)
    signals = world.agree([ceiling("P", 1_000)])
    assert told(signals) == [("P", "reached", 70, 1)]
    assert world.used("P") == 900
