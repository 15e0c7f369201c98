"""What time brings to ceilings, and that a replay repeats all of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from contracts.ceiling_year import announcements, pro_rata_cents
from store.ceiling_acts import Act, record_act
from store.database import transaction
from streams.replay import replay
from tests.ceilings.world import World, ceiling, told

FEBRUARY, MARCH = date(2026, 2, 5), date(2026, 3, 5)


def agrees(world: World) -> bool:
    """Whether a replay of the whole store finds the same."""
    result = replay(world.engine, None, lambda done: None)
    assert result.differences == []
    return result.messages > 0


@pytest.mark.parametrize(
    ("begin", "basis", "cents"),
    [
        (date(2025, 7, 1), None, 30_000_000),
        (date(2025, 7, 1), "months", 30_000_000),
        (date(2025, 7, 1), "days", 30_246_575),
        (date(2025, 1, 1), None, 60_000_000),
        (date(2025, 4, 15), None, 42_904_110),  # 261 of 365 days
        (date(2025, 4, 15), "months", 45_000_000),
        (date(2024, 7, 1), "days", 30_163_934),  # 184 of 366 days
        (date(2025, 12, 31), "days", 164_384),
    ],
)
def test_a_part_of_a_year(begin: date, basis: str | None, cents: int) -> None:
    """Example 31, and other first days of a year of 600,000."""
    assert pro_rata_cents(60_000_000, begin, basis) == cents  # type: ignore[arg-type]  # one of two words


@pytest.mark.parametrize(
    ("begin", "days"),
    [
        (date(2025, 7, 1), ["2025-01-01", "2025-04-01", "2025-05-01"]),
        (date(2026, 1, 1), ["2025-07-01", "2025-10-01", "2025-11-01"]),
        (date(2026, 8, 31), ["2026-02-28", "2026-05-31", "2026-06-30"]),
    ],
)
def test_the_calendar_before_a_ceiling(begin: date, days: list[str]) -> None:
    assert [str(step.due) for step in announcements(begin)] == days


def test_announcements_are_called_for_in_time() -> None:
    next_year = {"valid_from": date(2027, 1, 1), "valid_until": date(2027, 12, 31)}
    world = World([ceiling("P", 1_000, municipalities=("0384",), **next_year)])
    found = {}
    for day in (date(2026, 5, 31), date(2026, 6, 1), date(2026, 7, 1), date(2026, 7, 2), date(2026, 10, 2)):
        found[day] = [(s.kind, (s.more or {})["step"]) for s in world.pass_day(day)]
    assert list(found.values()) == [
        [],
        [("ceiling_announcement", "ANNOUNCE")],
        [],
        [("ceiling_announcement", "ANNOUNCE")],  # now it is late
        [("ceiling_announcement", "DECIDE"), ("ceiling_announcement", "PLAN")],
    ]


def test_a_calendar_that_was_kept_is_silent_and_a_late_step_is_not() -> None:
    kept = {"announced_on": date(2025, 7, 1), "plan_on": date(2025, 11, 1), "municipalities": ("0384",)}
    world = World([
        ceiling("P", 1_000, decided_on=date(2025, 9, 30), **kept),
        ceiling("Q", 1_000, decided_on=date(2025, 10, 2), **kept),
        ceiling("OLD", 1_000, municipalities=("0384",)),
    ])  # fmt: skip
    signals = world.pass_day(date(2026, 2, 1))
    assert [((s.more or {})["ceiling"], (s.more or {})["step"], s.found) for s in signals] == [
        ("Q", "DECIDE", "2025-10-02")
    ]


def test_terms_after_a_notice() -> None:
    """14 days to consult, and 14 more from the consultation; an addendum ends both."""
    world = World([ceiling("P", 1_000)])
    world.claim(world.line(800, 1), received_on=FEBRUARY)
    assert world.pass_day(FEBRUARY + timedelta(days=14)) == []
    (late,) = world.pass_day(FEBRUARY + timedelta(days=15))
    assert (late.kind, (late.more or {})["step"], (late.more or {})["due_on"]) == (
        "ceiling_term", "CONSULT", "2026-02-19",
    )  # fmt: skip
    consulted = FEBRUARY + timedelta(days=20)
    with transaction(world.engine) as connection:
        record_act(connection, Act("P", 2026, 1, "CONSULT", consulted, None))
    assert world.pass_day(consulted + timedelta(days=14)) == []
    (late,) = world.pass_day(consulted + timedelta(days=15))
    assert ((late.more or {})["step"], (late.more or {})["due_on"]) == ("DECIDE", "2026-03-11")
    assert agrees(world)


def test_an_addendum_ends_the_terms_and_a_new_notice_starts_them_again() -> None:
    world = World([ceiling("P", 1_000)])
    world.claim(world.line(800, 1), received_on=FEBRUARY)
    world.agree([ceiling("P", 2_000, version=2)])
    assert told(world.pass_day(date(2026, 4, 1))) == [("P", "threatens", 100, 1)]
    (late,) = world.pass_day(date(2026, 4, 16))
    assert (late.more or {})["version"] == 2
    assert agrees(world)


def test_overrun_threatens_when_time_makes_a_month_whole() -> None:
    """One municipality claims two months, another one: only when its term has passed two months are whole."""
    world = World([ceiling("P", 120_000)])
    world.claim(world.line(0, 1), received_on=FEBRUARY, town="0363")
    world.claim(world.line(1_000, 1, allocation=2), received_on=FEBRUARY)
    assert told(world.claim(world.line(39_000, 2, allocation=2), received_on=MARCH)) == []
    assert world.pass_day(date(2026, 3, 31)) == []
    assert told(world.pass_day(date(2026, 4, 1))) == [("P", "threatens", 100, 1)] * 2
    assert agrees(world)


def test_an_addendum_begins_with_the_day() -> None:
    rows = [ceiling("P", 100_000), ceiling("P", 120_000, version=2, valid_from=date(2026, 6, 1))]
    world = World(rows)
    world.claim(world.line(80_000, 4), received_on=date(2026, 5, 28))
    assert world.pass_day(date(2026, 5, 31)) == []
    came = world.pass_day(date(2026, 6, 1))
    assert told(came) == [("P", "below", 70, 1), ("P", "threatens", 100, 1)]
    assert world.pass_day(date(2026, 6, 1)) == came
    assert agrees(world)


def test_a_replay_repeats_addenda_and_credits() -> None:
    world = World([ceiling("P", 100_000), ceiling("Q", 1_000, kind="INDICATION")])
    wrong = world.line(75_000, 1)
    world.claim(wrong, received_on=FEBRUARY)
    world.agree([ceiling("P", 100_000), ceiling("P", 105_000, version=2)])
    world.claim(world.line(0, credits=wrong), received_on=MARCH)
    world.agree([ceiling("P", 90_000, version=3)])
    world.claim(world.line(95_000, 2), received_on=MARCH)
    world.agree([ceiling("P", 200_000, version=4)])
    assert agrees(world)
    with transaction(world.engine) as connection:
        connection.exec_driver_sql("UPDATE ceiling_use SET used_cents = used_cents + 1")
    assert {d.what for d in replay(world.engine, None, lambda done: None).differences} == {"ceiling"}
