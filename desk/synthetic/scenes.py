"""Faults in lines, each as a small scene: its own client, allocations and lines, and what must follow.

A scene says per line which return codes are due. Its steps go into consecutive declarations of one
provider to one municipality; nothing in it touches other clients, so the expectation is exact.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final, NamedTuple

from desk.synthetic.stage import Claim, Scene, Stage
from schemas.period import Period

SceneMaker = Callable[[Stage], Scene]


def valid(stage: Stage) -> Scene:
    """Nothing wrong: two months, two lines."""
    person = stage.person()
    allocation = stage.hours(person)
    lines = (stage.line(allocation.number, period=stage.before), stage.line(allocation.number))
    return stage.alone(person, allocation, tuple(Claim(person.bsn, line) for line in lines))


def other_tariff(stage: Stage) -> Scene:
    """0611: a tariff that was not agreed, the amount right by that tariff."""
    person = stage.person()
    allocation = stage.hours(person)
    line = stage.line(allocation.number)
    tariff = (line.tariff_cents or 0) + 25
    line = line._replace(tariff_cents=tariff, amount_cents=line.volume * tariff)
    return stage.one(person, allocation, line, "0611")


def wrong_amount(stage: Stage) -> Scene:
    """9346: more than volume times tariff."""
    person = stage.person()
    allocation = stage.hours(person)
    line = stage.line(allocation.number)
    return stage.one(person, allocation, line._replace(amount_cents=line.amount_cents + 100), "9346")


def too_much_in_period(stage: Stage) -> Scene:
    """9321: one hour above the volume of a month."""
    person = stage.person()
    allocation = stage.hours(person, volume=12)
    return stage.one(person, allocation, stage.line(allocation.number, 13), "9321")


def too_much_in_total(stage: Stage) -> Scene:
    """9322: two months that each fit, together more than the total."""
    person = stage.person()
    allocation = stage.hours(person, volume=30, frequency="6")
    first, second = (
        stage.line(allocation.number, 20, period=stage.before),
        stage.line(allocation.number, 11),
    )
    return stage.alone(person, allocation, (Claim(person.bsn, first), Claim(person.bsn, second, ("9322",))))


def over_budget(stage: Stage) -> Scene:
    """9369: a cent above the budget."""
    person = stage.person()
    budget = stage.line(0, 10).amount_cents - 1
    allocation = stage.wide(person, budget_cents=budget)
    return stage.one(person, allocation, stage.line(allocation.number, 10), "9369")


def unknown_allocation(stage: Stage) -> Scene:
    """9338: an allocation number nobody gave out."""
    person = stage.person()
    return stage.one(person, stage.hours(person), stage.line(stage.numbers.allocation()), "9338")


def other_category(stage: Stage) -> Scene:
    """9339: a product of another category than was allocated."""
    person = stage.person()
    allocation = stage.wide(person)
    return stage.one(person, allocation, stage.line(allocation.number, product=stage.stranger), "9339")


def other_code(stage: Stage) -> Scene:
    """9340: another product of the same category."""
    person = stage.person()
    allocation = stage.hours(person)
    return stage.one(person, allocation, stage.line(allocation.number, product=stage.sibling), "9340")


def other_unit(stage: Stage) -> Scene:
    """9341: euros on an allocation in hours."""
    person = stage.person()
    allocation = stage.hours(person)
    line = stage.line(allocation.number)
    line = line._replace(unit="83", volume=line.amount_cents, tariff_cents=None)
    return stage.one(person, allocation, line, "9341")


def before_start(stage: Stage) -> Scene:
    """9307: the allocation starts next month."""
    person = stage.person()
    allocation = stage.hours(person, start=stage.month.end + timedelta(days=1))
    return stage.one(person, allocation, stage.line(allocation.number), "9307")


def after_end(stage: Stage) -> Scene:
    """9308: the allocation ended last month."""
    person = stage.person()
    allocation = stage.hours(person, end=stage.before.end)
    return stage.one(person, allocation, stage.line(allocation.number), "9308")


def late_begin(stage: Stage) -> Scene:
    """9387: the period of delivery instead of the product period, at its begin."""
    person = stage.person()
    allocation = stage.hours(person)
    period = Period(stage.month.begin + timedelta(days=4), stage.month.end)
    return stage.one(person, allocation, stage.line(allocation.number, period=period), "9387")


def early_end(stage: Stage) -> Scene:
    """9388: the period of delivery instead of the product period, at its end."""
    person = stage.person()
    allocation = stage.hours(person)
    period = Period(stage.month.begin, stage.month.end - timedelta(days=4))
    return stage.one(person, allocation, stage.line(allocation.number, period=period), "9388")


def next_month(stage: Stage) -> Scene:
    """9319: the last two days of an allocation, in the month after the declared one."""
    person = stage.person()
    period = Period(stage.month.end + timedelta(days=1), stage.month.end + timedelta(days=2))
    allocation = stage.hours(person, end=period.end)
    return stage.one(person, allocation, stage.line(allocation.number, period=period), "9319")


def deleted_allocation(stage: Stage) -> Scene:
    """9384: the allocation was deleted (reason 13, equal dates)."""
    person = stage.person()
    day = stage.month.begin
    allocation = stage.hours(person, start=day, end=day, change_reason="13")
    return stage.one(person, allocation, stage.line(allocation.number), "9384")


def claimed_twice(stage: Stage) -> Scene:
    """9389: the same month again in a later declaration, without a credit."""
    person = stage.person()
    allocation = stage.hours(person)
    first = Claim(person.bsn, stage.line(allocation.number))
    again = Claim(person.bsn, stage.line(allocation.number), ("9389",))
    return stage.alone(person, allocation, (first,), (again,))


def credited_twice(stage: Stage) -> Scene:
    """9390: a second credit of one line."""
    person = stage.person()
    allocation = stage.hours(person)
    line = stage.line(allocation.number)
    steps = ((line, ()), (stage.credit(line), ()), (stage.credit(line), ("9390",)))
    return stage.alone(person, allocation, *((Claim(person.bsn, claim, codes),) for claim, codes in steps))


def partial_credit(stage: Stage) -> Scene:
    """8017: a credit of an hour less than was granted."""
    person = stage.person()
    allocation = stage.hours(person)
    line = stage.line(allocation.number)
    tariff = line.tariff_cents or 0
    part = stage.credit(line)._replace(volume=line.volume - 1, amount_cents=line.amount_cents - tariff)
    return stage.alone(person, allocation, (Claim(person.bsn, line),), (Claim(person.bsn, part, ("8017",)),))


def same_reference(stage: Stage) -> Scene:
    """8021: one reference on lines of two clients; neither can be told apart (OC-05)."""
    reference = stage.numbers.reference()
    clients, claims = [], []
    for person in (stage.person(), stage.person()):
        allocation = stage.hours(person)
        clients.append((person, (allocation,)))
        claims.append(Claim(person.bsn, stage.line(allocation.number, reference=reference), ("8021",)))
    return Scene(tuple(clients), (tuple(claims),))


def unknown_client(stage: Stage) -> Scene:
    """8187: somebody this provider has no allocation for; the whole client goes back."""
    line = stage.line(stage.numbers.allocation())
    return Scene((), ((Claim(stage.person().bsn, line, ("0233",)),),), client_code="8187")


def allocation_of_another(stage: Stage) -> Scene:
    """8187 on a line: the allocation is another client's (OC-06)."""
    person, other = stage.person(), stage.person()
    own, others = stage.hours(person), stage.hours(other)
    claim = Claim(person.bsn, stage.line(others.number), ("8187",))
    return Scene(((person, (own,)), (other, (others,))), ((claim,),))


def code_of_other_category(stage: Stage) -> Scene:
    """S329: the code is listed under another category."""
    person = stage.person()
    allocation = stage.wide(person)
    line = stage.line(allocation.number, product=stage.stranger)
    return stage.one(person, allocation, line._replace(category=stage.product.category), "S329")


def taken_back(stage: Stage) -> Scene:
    """No fault: a granted line credited later."""
    person = stage.person()
    allocation = stage.hours(person)
    line = stage.line(allocation.number)
    return stage.alone(
        person, allocation, (Claim(person.bsn, line),), (Claim(person.bsn, stage.credit(line)),)
    )


def corrected(stage: Stage) -> Scene:
    """No fault: a credit and a new debit for the same month in one later declaration."""
    person = stage.person()
    allocation = stage.hours(person)
    line = stage.line(allocation.number)
    pair = (stage.credit(line), stage.line(allocation.number))
    return stage.alone(
        person, allocation, (Claim(person.bsn, line),), tuple(Claim(person.bsn, part) for part in pair)
    )


class LineFault(NamedTuple):
    """A scene by the name one asks for it, and its weight among all when only a share is given."""

    make: SceneMaker
    weight: int


LINE_FAULTS: Final = {
    "0611": LineFault(other_tariff, 12),
    "8017": LineFault(partial_credit, 4),
    "8021": LineFault(same_reference, 3),
    "8187": LineFault(unknown_client, 4),
    "TR304": LineFault(allocation_of_another, 1),
    "9307": LineFault(before_start, 6),
    "9308": LineFault(after_end, 10),
    "9319": LineFault(next_month, 2),
    "9321": LineFault(too_much_in_period, 12),
    "9322": LineFault(too_much_in_total, 5),
    "9338": LineFault(unknown_allocation, 8),
    "9339": LineFault(other_category, 3),
    "9340": LineFault(other_code, 5),
    "9341": LineFault(other_unit, 4),
    "9346": LineFault(wrong_amount, 6),
    "9369": LineFault(over_budget, 4),
    "9384": LineFault(deleted_allocation, 2),
    "9387": LineFault(late_begin, 5),
    "9388": LineFault(early_end, 5),
    "9389": LineFault(claimed_twice, 6),
    "9390": LineFault(credited_twice, 2),
    "S329": LineFault(code_of_other_category, 2),
    "CREDIT": LineFault(taken_back, 8),
    "CORRECTION": LineFault(corrected, 20),
}
