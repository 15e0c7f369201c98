"""Sums that are paid on schedule without a 323: who pays which instalment on which day.

Source: LS-01 … LS-08 of the purchasing agreements. Pure and exact: whatever the key, the number of
instalments or a change of members, the instalments of a schedule add up to its amount.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import groupby, pairwise

from contracts.costs import CostKeys
from contracts.lump_sums import Due, due_days, payers
from contracts.register import Register
from contracts.tables import LumpSumRow
from schemas.batch import Instalment
from schemas.money import half_up

ScheduleKey = tuple[str, str, int]
"""Schedule, provider and year: what identifies a lump sum in the register."""
Paid = Mapping[ScheduleKey, Mapping[int, int]]
"""Per lump sum the cents of each instalment that a batch of one municipality has covered."""


def instalments_cents(total_cents: int, count: int) -> list[int]:
    """A total in `count` instalments: the i-th is round(T·i/n) − round(T·(i−1)/n), half up (LS-04)."""
    reached = [half_up(total_cents * place, count) for place in range(count + 1)]
    return [after - before for before, after in pairwise(reached)]


def planned(row: LumpSumRow, keys: CostKeys) -> Iterator[tuple[str, Instalment]]:
    """Every instalment of a lump sum with the municipality that pays it, in order of number.

    The total is divided over the members of the cost key first, then each share over the instalments.
    Where the members change on the way, that holds for the instalments before and after the change by
    themselves: who left pays nothing that falls due later, and the others together the rest.
    """
    parts = instalments_cents(row.amount_cents, row.instalments)
    with_payers = [(due, payers(row, keys, due.on)) for due in due_days(row)]
    for key, group in groupby(with_payers, key=lambda each: each[1]):
        days = [due for due, _ in group]
        if key is None:
            continue
        part_cents = sum(parts[due.number - 1] for due in days)
        shares = {
            municipality: instalments_cents(share_cents, len(days))
            for municipality, share_cents in key.split(part_cents).items()
        }
        for place, due in enumerate(days):
            for municipality, cents in shares.items():
                if cents[place]:
                    yield municipality, _instalment(row, due, cents[place])


def due_instalments(register: Register, municipality: str, cut_off: date, paid: Paid) -> list[Instalment]:
    """The instalments a municipality must pay up to and including the cut-off, in a fixed order.

    An instalment that was paid is never paid again. When the register changed after some were paid, the
    last one now due makes good what those should have been, and after the last of all one more does, so that
    a schedule still ends on its amount. What was paid is due back when another municipality takes its place,
    or a provider whom this one paid nothing of the schedule (LS-08); a row that left the register otherwise
    stays as it was paid.
    """
    keys = CostKeys(register)
    own: defaultdict[ScheduleKey, list[Instalment]] = defaultdict(list)
    purposes: dict[ScheduleKey, str] = {}
    replaced: dict[tuple[str, int], str] = {}
    for row in register.rows("lump_sums", LumpSumRow):
        key = (row.schedule, row.agb, row.year)
        purposes[key] = row.purpose
        for payer, instalment in planned(row, keys):
            if payer == municipality:
                own[key].append(instalment)
        if key in own and key not in paid:
            replaced[row.schedule, row.year] = row.purpose
    found: list[Instalment] = []
    for key in sorted({*own, *paid}):
        schedule, agb, year = key
        purpose = purposes.get(key) or replaced.get((schedule, year))
        if purpose is not None:
            one_more = Instalment(schedule, agb, year, 0, cut_off, purpose, 0)
            found += _unpaid(own.get(key, []), paid.get(key, {}), one_more)
    return found


def _unpaid(own: list[Instalment], paid: Mapping[int, int], one_more: Instalment) -> list[Instalment]:
    """What is due of its own instalments up to the day of `one_more`, which is its form when all are paid."""
    unpaid = [instalment for instalment in own if instalment.number not in paid]
    due = [instalment for instalment in unpaid if instalment.due_on <= one_more.due_on]
    short_cents = sum(i.amount_cents for i in own if i.number in paid) - sum(paid.values())
    if due:
        due[-1] = due[-1]._replace(amount_cents=due[-1].amount_cents + short_cents)
    elif short_cents and not unpaid:
        number = 1 + max(*paid, *(i.number for i in own), 0)
        due = [one_more._replace(number=number, amount_cents=short_cents)]
    return due


def _instalment(row: LumpSumRow, due: Due, cents: int) -> Instalment:
    return Instalment(row.schedule, row.agb, row.year, due.number, due.on, row.purpose, cents)
