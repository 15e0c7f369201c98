"""Above a ceiling: who is paid all the same, what waits for a decision, and what a batch does with it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.client_stops import Care, ClientStops
from contracts.tables import ClientStopRow
from schemas.batch import Batch
from store.batches import balances
from store.ceiling_reviews import decide, reviews
from store.database import transaction
from store.inbox import Inbox
from store.registers import load
from streams.close import close
from tests.ceilings.world import BSNS, OAK, OTHER_TOWN, TOWN, World, ceiling, told

FEBRUARY, MARCH, APRIL = date(2026, 2, 5), date(2026, 3, 5), date(2026, 4, 7)
STOP = {"stop": "S", "agb": OAK, "ground": "CEILING", "valid_from": date(2026, 10, 1)}
NOVEMBER, DECEMBER = date(2026, 11, 5), date(2026, 12, 7)


def full(**columns: Any) -> World:
    """A ceiling of 1,000 of which all was used on 5 February."""
    world = World([ceiling("P", 1_000, **columns)])
    world.claim(world.line(1_000, 1), received_on=FEBRUARY)
    return world


def cases(world: World) -> list[tuple[int, str, str | None]]:
    """Every case as cents above the ceiling, day on which it is due, decision."""
    with transaction(world.engine) as connection:
        return [(each.above_cents, str(each.due_on), each.decision) for each in reviews(connection)]


def grounds(world: World) -> list[tuple[str, int, int]]:
    """What was claimed above ceilings, by ground, with lines and cents."""
    with transaction(world.engine) as connection:
        query = "SELECT ground, lines, cents FROM ceiling_above ORDER BY message_id, ground"
        return list(Inbox(connection).execute(query).fetchall())


def batch(world: World, cut_off: date, **options: Any) -> tuple[int, list[tuple[str, int]]]:
    """Close a batch: what it pays in euros, and what it holds; no cent goes astray."""
    with transaction(world.engine) as connection:
        register = load(connection)
        closed = close(connection, register, TOWN, cut_off, **options)
        granted = connection.exec_driver_sql(
            f"SELECT COALESCE(SUM(granted_cents), 0) FROM declaration WHERE municipality = '{TOWN}'"
            f" AND received_on <= '{cut_off}'"
        ).scalar_one()
        paid = connection.exec_driver_sql("SELECT COALESCE(SUM(amount_cents), 0) FROM payment").scalar_one()
        assert balances(connection, TOWN).get(OAK, 0) == granted - paid
    held = [(each.reason, each.amount_cents // 100) for each in closed.blocked]  # type: ignore[union-attr]  # it closes
    assert sum(each.amount_cents for each in closed.blocked) == granted - paid  # type: ignore[union-attr]  # it closes
    return (closed.total_cents // 100 if isinstance(closed, Batch) else 0), held


def test_running_care_is_paid() -> None:
    world = full()
    assert told(world.claim(world.line(300, 2), received_on=MARCH)) == []
    assert (cases(world), grounds(world)) == ([], [("RUNNING", 1, 30_000)])
    assert batch(world, MARCH) == (1_300, [])


def test_specific_and_crisis_care_are_paid() -> None:
    """Example 29, and the specific allocation beside it: both to new clients."""
    world = full()
    start = date(2026, 2, 10)
    world.allocate(2, bsn=BSNS[1], start=start, specific=True)
    world.allocate(3, bsn=BSNS[2], start=start, crisis=True)
    special = (
        world.line(50, 3, allocation=2, bsn=BSNS[1]),
        world.line(70, 3, allocation=3, bsn=BSNS[2], crisis=True),
    )
    world.claim(*special, received_on=APRIL)
    assert (cases(world), grounds(world)) == ([], [("CRISIS", 1, 7_000), ("SPECIFIC", 1, 5_000)])


def test_new_care_waits_until_it_is_due() -> None:
    """Granted at once; held until the last banking day within 30 days; then paid, once and for all."""
    world = full()
    world.allocate(2, bsn=BSNS[1], start=date(2026, 2, 6))
    (signal,) = world.claim(world.line(400, 3, allocation=2, bsn=BSNS[1]), received_on=APRIL)
    assert (signal.kind, (signal.more or {})["due_on"]) == ("ceiling_review", "2026-05-07")
    assert cases(world) == [(40_000, "2026-05-07", None)]
    assert batch(world, date(2026, 4, 30)) == (1_000, [("CEILING_REVIEW", 400)])
    assert batch(world, date(2026, 5, 6)) == (0, [("CEILING_REVIEW", 400)])
    assert batch(world, date(2026, 5, 7)) == (400, [])
    assert cases(world) == [(40_000, "2026-05-07", "DUE")]


def test_only_the_part_above_the_ceiling_waits() -> None:
    world = World([ceiling("P", 1_000)], [STOP | {"valid_from": date(2026, 2, 1)}])
    world.allocate(1, start=date(2026, 2, 2))
    world.claim(world.line(900, 2, first=2), received_on=MARCH)
    world.claim(world.line(300, 3), received_on=APRIL)
    assert cases(world) == [(20_000, "2026-05-07", None)]
    assert batch(world, APRIL) == (1_000, [("CEILING_REVIEW", 200)])


def test_what_came_after_the_cut_off_holds_nothing_back() -> None:
    world = full()
    world.allocate(2, bsn=BSNS[1], start=date(2026, 2, 6))
    world.claim(world.line(400, 3, allocation=2, bsn=BSNS[1]), received_on=APRIL)
    assert batch(world, MARCH) == (1_000, [])
    assert batch(world, APRIL) == (0, [("CEILING_REVIEW", 400)])


def test_pay_and_recover_holds_nothing() -> None:
    world = full()
    world.allocate(2, bsn=BSNS[1], start=date(2026, 2, 6))
    world.claim(world.line(400, 3, allocation=2, bsn=BSNS[1]), received_on=APRIL)
    assert batch(world, APRIL, hold_reviews=False) == (1_400, [])


@pytest.mark.parametrize(
    ("decision", "first", "later"),
    [("PAY", (1_400, []), (0, [])), ("RECOVER", (1_000, [("CEILING_RECOVERY", 400)]),
                                     (0, [("CEILING_RECOVERY", 400)]))],
)  # fmt: skip
def test_a_decision_ends_a_case(decision: str, first: Any, later: Any) -> None:
    world = full()
    world.allocate(2, bsn=BSNS[1], start=date(2026, 2, 6))
    world.claim(world.line(400, 3, allocation=2, bsn=BSNS[1]), received_on=APRIL)
    with transaction(world.engine) as connection:
        assert decide(connection, [1], decision, APRIL, "letter 5") == 1
        assert decide(connection, [1], "PAY", APRIL, None) == 0
    assert batch(world, APRIL) == first
    assert batch(world, date(2026, 6, 1)) == later


def test_room_again_ends_all_cases() -> None:
    """An addendum, or a credit in a later message; what is used up after it does not bring them back."""
    world = full()
    world.allocate(2, bsn=BSNS[1], start=date(2026, 2, 6))
    world.claim(world.line(400, 3, allocation=2, bsn=BSNS[1]), received_on=APRIL)
    world.agree([ceiling("P", 1_000), ceiling("P", 1_500, version=2)])
    assert cases(world) == [(40_000, "2026-05-07", "BELOW")]
    world.claim(world.line(900, 3), received_on=APRIL)
    assert batch(world, APRIL) == (2_300, [])


def test_a_credited_line_holds_no_money_of_others() -> None:
    world = full()
    world.allocate(2, bsn=BSNS[1], start=date(2026, 2, 6))
    late = world.line(400, 3, allocation=2, bsn=BSNS[1])
    world.claim(late, world.line(100, 3), received_on=APRIL)
    world.claim(world.line(0, credits=late), received_on=APRIL)
    assert world.used("P") == 1_100
    assert batch(world, APRIL) == (1_100, [])


def test_a_correction_of_nothing_does_not_release_money() -> None:
    """A held line that is credited and claimed again for the same amount is held again."""
    world = full()
    world.allocate(2, bsn=BSNS[1], start=date(2026, 2, 6))
    late = world.line(400, 3, allocation=2, bsn=BSNS[1])
    world.claim(late, received_on=APRIL)
    again = world.line(400, 3, allocation=2, bsn=BSNS[1])
    world.claim(world.line(0, credits=late), again, received_on=APRIL)
    assert [(decision, cents) for cents, _, decision in cases(world)] == [("BELOW", 40_000), (None, 40_000)]
    assert batch(world, APRIL) == (1_000, [("CEILING_REVIEW", 400)])


def test_a_line_above_two_ceilings_is_held_once() -> None:
    world = World([ceiling("P", 1_000), ceiling("Q", 1_200)])
    world.claim(world.line(1_200, 1), received_on=FEBRUARY)
    world.allocate(2, bsn=BSNS[1], start=date(2026, 2, 6))
    world.claim(world.line(400, 3, allocation=2, bsn=BSNS[1]), received_on=APRIL)
    assert len(cases(world)) == 2
    assert batch(world, APRIL) == (1_200, [("CEILING_REVIEW", 400)])


def test_an_indication_never_holds_a_payment() -> None:
    world = full(kind="INDICATION")
    world.allocate(2, bsn=BSNS[1], start=date(2026, 2, 6))
    world.claim(world.line(400, 3, allocation=2, bsn=BSNS[1]), received_on=APRIL)
    assert (cases(world), batch(world, APRIL)) == ([], (1_400, []))


def test_care_that_directly_follows_is_running() -> None:
    """The next allocation of a client who was there before; a day in between makes him new."""
    for start, expected in ((date(2026, 3, 1), []), (date(2026, 3, 2), [40_000])):
        world = full()
        world.allocate(2, bsn=BSNS[1], start=date(2026, 1, 5), end=date(2026, 2, 28))
        world.allocate(3, bsn=BSNS[1], start=start)
        world.claim(world.line(400, 3, allocation=3, bsn=BSNS[1], first=start.day), received_on=APRIL)
        assert [cents for cents, *_ in cases(world)] == expected


def test_a_new_client_during_a_client_stop() -> None:
    """Example 27: a specific allocation issued during the stop is paid in full, and somebody is told."""
    world = World([ceiling("P", 1_000)], [STOP])
    world.claim(world.line(2_000, 9), received_on=date(2026, 10, 5))
    (told_at_once,) = world.allocate(2, bsn=BSNS[1], start=date(2026, 10, 7), specific=True)
    (told_with_line,) = world.claim(world.line(300, 11, allocation=2, bsn=BSNS[1]), received_on=DECEMBER)
    for signal in (told_at_once, told_with_line):
        assert (signal.kind, (signal.more or {})["stop"]) == ("allocation_during_stop", "S")
    assert told_with_line.reference is not None
    assert cases(world) == []
    assert world.claim(world.line(300, 10, allocation=2, bsn=BSNS[1], first=7), received_on=DECEMBER) == []


@pytest.mark.parametrize("exempt", ["before the stop", "crisis", "follows", "other domain"])
def test_who_is_no_new_client(exempt: str) -> None:
    world = World([], [STOP | ({"domain": "wmo"} if exempt == "other domain" else {})])
    world.allocate(1, start=date(2026, 1, 1), end=date(2026, 10, 6))
    start = date(2026, 9, 30) if exempt == "before the stop" else date(2026, 10, 7)
    bsn = BSNS[0] if exempt == "follows" else BSNS[1]
    assert world.allocate(2, bsn=bsn, start=start, crisis=exempt == "crisis") == []


def test_a_stop_for_a_ceiling_makes_care_new_from_its_first_day() -> None:
    """All is used in November only, but since the stop of October nobody was to come."""
    world = World([ceiling("P", 1_000)], [STOP])
    world.allocate(2, bsn=BSNS[1], start=date(2026, 10, 7))
    signals = world.claim(
        world.line(1_000, 10), world.line(400, 10, allocation=2, bsn=BSNS[1], first=7), received_on=NOVEMBER
    )
    assert [signal.kind for signal in signals][-2:] == ["ceiling_review", "allocation_during_stop"]
    assert cases(world) == [(40_000, "2026-12-04", None)]


@pytest.mark.parametrize(
    ("ground", "category", "asked_on", "reason"),
    [
        ("CEILING", "45", date(2026, 10, 6), "2"),
        ("CEILING", "45", date(2026, 9, 30), None),
        ("CEILING", "46", date(2026, 10, 6), None),
        ("QUALITY", "45", date(2026, 10, 6), "4"),
    ],
)
def test_a_request_for_a_new_client_under_a_stop(
    ground: str, category: str, asked_on: date, reason: str | None
) -> None:
    """Example 27: a 315 of 6 October is answered with reason 2."""
    world = World([], [STOP | {"ground": ground}])
    with transaction(world.engine) as connection:
        stops = ClientStops(load(connection))
        assert load(connection).rows("client_stops", ClientStopRow)
    care = Care(OAK, "jw", category, None, date(2026, 10, 12))
    assert stops.refusal_of_request(care, asked_on) == reason


def test_a_ceiling_of_one_town_holds_nothing_elsewhere() -> None:
    world = full(municipalities=(TOWN,))
    world.allocate(2, bsn=BSNS[1], start=date(2026, 2, 6), town=OTHER_TOWN)
    world.claim(world.line(400, 3, allocation=2, bsn=BSNS[1]), received_on=APRIL, town=OTHER_TOWN)
    assert (cases(world), grounds(world)) == ([], [])
