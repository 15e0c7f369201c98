"""After any history the totals are what the lines add up to, and every event has its counterpart."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest

from contracts.ceilings import ceilings_of
from processors.ceilings.thresholds import met
from store.ceilings import events, uses
from store.database import transaction
from store.inbox import Inbox
from store.registers import load
from streams.replay import replay
from tests.ceilings.world import BSNS, ELM, OAK, OTHER_TOWN, TOWN, World, ceiling

_YEARS = [{"valid_from": date(y, 1, 1), "valid_until": date(y, 12, 31)} for y in (2025, 2026)]


def _ceilings(rng: Random) -> list[dict[str, object]]:
    """Ceilings of every reach, each with up to three versions."""
    rows = []
    for name in ("A", "B", "C"):
        reach = rng.choice(
            [{}, {"domain": "jw"}, {"municipalities": (TOWN,)}, {"agb": (OAK, ELM)}, {"codes": ("50B01",)}]
        )
        pool = {"pool": "TOGETHER"} if name != "C" and rng.random() < 0.3 else {}
        year = rng.choice(_YEARS)
        for version in range(1, rng.randint(1, 3) + 1):
            amount = rng.randint(200, 2_000)
            later = {"valid_from": year["valid_from"] + timedelta(days=rng.choice((0, 0, 150, 230)))}
            columns = year | reach | pool | (later if version > 1 else {})
            rows.append(
                ceiling(name, amount, **(columns | {"version": version, "thresholds": (50, 80, 100)}))
            )
    return rows


def _hold_events(world: World) -> None:
    """Thresholds are reached and left in turn, and those that are kept are those that are met."""
    with transaction(world.engine) as connection:
        index = ceilings_of(load(connection))
        kept = uses(Inbox(connection))
        told = events(connection)
    for key, use in kept.items():
        watch = index.watch(key, use.judged_on)
        if watch is None:  # a later register left it out
            continue
        assert use.reached == met(watch, use.used_cents)
        for threshold in watch.thresholds:
            kinds = [
                e.event.kind for e in told
                if (e.event.name, e.event.year) == key and e.event.threshold == threshold
                and e.event.kind != "threatens"
            ]  # fmt: skip
            up = False
            for kind in kinds:
                assert up is (kind != "reached"), kinds
                up = kind != "below"
            assert up is (threshold in use.reached), (key, threshold, kinds)


@pytest.mark.parametrize("seed", range(8))
def test_any_history(seed: int) -> None:
    rng = Random(seed)
    world = World(_ceilings(rng))
    places = [(d, t, p) for d in ("jw", "wmo") for t in (TOWN, OTHER_TOWN) for p in (OAK, ELM)]
    open_lines: list[list[dict[str, object]]] = [[] for _ in places]
    for place, (domain, town, provider) in enumerate(places):
        for client in range(2):
            start = date(2025, 11, 1) if client == 0 else date(2026, 2, 15)
            world.allocate(
                10 * place + client + 1,
                bsn=BSNS[client],
                domain=domain,
                town=town,
                provider=provider,
                start=start,
            )
    day = date(2025, 12, 8)
    month = 2025 * 12 + 10
    for _ in range(24):
        day += timedelta(days=rng.choice((0, 0, 3, 20)))
        month = min(max(month, day.year * 12 + day.month - 2), 2026 * 12 + 10)
        action = rng.random()
        if action < 0.12:
            world.agree(_ceilings(rng))
        elif action < 0.24:
            world.pass_day(day)
        else:
            place = rng.randrange(len(places))
            domain, town, provider = places[place]
            lines = []
            if open_lines[place] and rng.random() < 0.5:
                wrong = open_lines[place].pop(rng.randrange(len(open_lines[place])))
                lines.append(world.line(0, credits=wrong))
            client = rng.randrange(2)
            made = world.line(
                rng.randint(1, 700), month % 12 + 1, year=month // 12, allocation=10 * place + client + 1,
                bsn=BSNS[client], domain=domain,
            )  # fmt: skip
            message = world.message(
                [*lines, made], received_on=day, domain=domain, town=town, provider=provider
            )
            outcome = world.send(message, day)
            assert outcome.outcome == "answered"
            if outcome.rejected == 0:
                open_lines[place].append(made)
        world.hold()
        _hold_events(world)
    result = replay(world.engine, None, lambda done: None)
    assert result.differences == []


def test_a_miscount_would_be_seen() -> None:
    """The control: a total that is one cent off does not hold."""
    world = World([ceiling("P", 1_000)])
    world.claim(world.line(300, 1), received_on=date(2026, 2, 5))
    with transaction(world.engine) as connection:
        connection.exec_driver_sql("UPDATE ceiling_use SET used_cents = used_cents - 1")
    with pytest.raises(AssertionError):
        world.hold()
