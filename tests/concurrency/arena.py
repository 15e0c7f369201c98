"""Allocations with little room, and many declarations that want it at the same time."""

from __future__ import annotations

import calendar
from datetime import date
from pathlib import Path
from typing import Any

from tests.crash.scenario import BSNS, Trial, allocation, declaration, line
from tests.simulation.wire import Message, bytes_of

HOURS, BUDGET, WAGE = 12, 100_000, 9345
VOLUME, MONEY, MONTH, REST = 1, 2, 3, 4  # allocations, named after what runs out
DECLARATIONS = 24
START = date(2024, 1, 1)
MONTHS = [date(2024 + n // 12, n % 12 + 1, 1) for n in range(27)]


def allocations() -> list[Message]:
    """Twelve hours in all; a budget for ten hours; one debit a month; three hours in all."""
    total = {"frequency": "6", "start": START}
    return [
        allocation(VOLUME, BSNS[0], volume=HOURS, **total),
        allocation(MONEY, BSNS[1], code=None, volume=None, unit=None, **(total | {"frequency": None}),
                   budget=BUDGET),
        allocation(MONTH, BSNS[2], volume=31, frequency="1", start=START),
        allocation(REST, BSNS[3], volume=3, **total),
    ]  # fmt: skip


def write_round(folder: Path, racers: int) -> list[Path]:
    """A folder of messages per racer; the first message is the same for all of them."""
    shared = bytes_of(declaration("D0", _hours("R0", VOLUME, 25)))
    folders = []
    for racer in range(racers):
        own = folder / str(racer)
        own.mkdir(parents=True)
        (own / "00.xml").write_bytes(shared)
        for turn in range(DECLARATIONS // racers):
            name, month = f"{racer}N{turn}", racer * DECLARATIONS // racers + turn
            message = declaration(
                f"D{name}",
                _hours(f"V{name}", VOLUME, month),
                _hours(f"M{name}", MONEY, month),
                _hours(f"O{name}", MONTH, 20),
                _hours(f"L{name}", REST, month, 3),
            )
            (own / f"{turn + 1:02d}.xml").write_bytes(bytes_of(message))
        folders.append(own)
    return folders


def _hours(reference: str, number: int, month: int, volume: int = 1) -> dict[str, Any]:
    begin = MONTHS[month]
    end = begin.replace(day=calendar.monthrange(begin.year, begin.month)[1])
    values = {"begin": begin, "end": end, "tariff_cents": WAGE, "amount_cents": WAGE * volume}
    return line(reference, number, BSNS[number - 1], volume) | values


def overspent(trial: Trial) -> list[str]:
    """Everything that is wrong with the books, recomputed from the lines; empty when all is well."""
    used = {
        number: rest
        for number, *rest in trial.rows(
            "SELECT allocation_number, SUM(volume), SUM(amount_cents) FROM line WHERE state = 1 GROUP BY 1"
        )
    }
    wrong = []
    for number, cap in ((VOLUME, HOURS), (REST, 3)):
        if number in used and used[number][0] > cap:
            wrong.append(f"{used[number][0]} hours of {cap}")
    if MONEY in used and used[MONEY][1] > BUDGET:
        wrong.append(f"{used[MONEY][1]} cents of {BUDGET}")
    doubled = trial.rows(
        "SELECT allocation_id, month FROM line WHERE state = 1"
        " GROUP BY 1, 2, category, code HAVING COUNT(*) > 1"
    )
    wrong += [f"two live debits in one month: {row}" for row in doubled]
    counted = trial.rows(
        "SELECT number, used_volume / 60, used_cents FROM allocation"
        " JOIN allocation_use ON allocation_id = id ORDER BY number"
    )
    if [(n, *used[n]) for n in sorted(used)] != counted:
        wrong.append(f"counters {counted} are not the lines {used}")
    return wrong


def full(trial: Trial) -> bool:
    """Whether everything that fits was granted."""
    granted = trial.rows(
        "SELECT allocation_number, SUM(volume) FROM line WHERE state = 1 GROUP BY 1 ORDER BY 1"
    )
    return granted == [(VOLUME, HOURS), (MONEY, BUDGET // WAGE), (MONTH, 1), (REST, 3)]
