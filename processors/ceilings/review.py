"""What a declaration claims above a ceiling: paid all the same, or to be decided about (4.3, CE-10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from contracts.ceilings import Claim, Watch
from contracts.client_stops import Care
from processors.assess import in_order
from reference.banking_days import banking_day_on_or_before
from schemas.allocation import Allocation
from schemas.declaration import Declaration, Line

CRISIS, SPECIFIC, RUNNING, REVIEW = "CRISIS", "SPECIFIC", "RUNNING", "REVIEW"
_PAYMENT_TERM: Final = timedelta(days=30)


class Above(NamedTuple):
    """Granted debits, and of each the part that lies above the ceiling: two lists of one length."""

    lines: list[Line]
    cents: list[int]


def above(declaration: Declaration, states: Sequence[int], watch: Watch, used_before_cents: int) -> Above:
    """The debits that go above the ceiling, in the order in which they are decided: credits first."""
    header, over_cents = declaration.header, used_before_cents - watch.amount_cents
    parties = (header.provider, header.municipality, header.domain.value)
    counted: dict[tuple[str, date], bool] = {}
    found = Above([], [])
    for line in in_order(declaration):
        product = (line.code, line.period.begin)
        counts = counted.get(product)
        if counts is None:
            counts = counted[product] = watch.counts(Claim(*parties, *product))
        if not (counts and states[line.position]):
            continue
        cents = line.amount_cents
        if line.side == "C":
            over_cents -= cents
        else:
            over_cents += cents
            if over_cents > 0:
                found.lines.append(line)
                found.cents.append(cents if cents < over_cents else over_cents)
    return found


def care_of(line: Line, allocation: Allocation | None, provider: str, domain: str) -> Care:
    """The care of a line as its allocation names it; crisis care by the category of the line itself."""
    start = line.period.begin if allocation is None else allocation.start
    end = None if allocation is None else allocation.end
    return Care(provider, domain, line.category, line.code, start, end)


def totals(parts: Above, grounds: Sequence[str]) -> list[tuple[str, int, int]]:
    """Per ground the lines and the cents above the ceiling."""
    cents: dict[str, int] = dict.fromkeys(sorted(set(grounds)), 0)
    for part_cents, why in zip(parts.cents, grounds, strict=True):
        cents[why] += part_cents
    return [(why, grounds.count(why), total) for why, total in cents.items()]


def decide_by(dated_on: date, received_on: date) -> date:
    """The last banking day within 30 days after the 323: from then on it is paid without a decision."""
    return banking_day_on_or_before(min(dated_on, received_on) + _PAYMENT_TERM)
