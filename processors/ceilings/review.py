"""What a declaration claims above a ceiling: paid all the same, or to be decided about (4.3, CE-10)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    """A granted debit and the part of it that lies above the ceiling."""

    line: Line
    cents: int


def above(
    declaration: Declaration, states: Sequence[int], watch: Watch, used_before_cents: int
) -> Iterator[Above]:
    """The debits that go above the ceiling, in the order in which they are decided: credits first."""
    header, used_cents, room_cents = declaration.header, used_before_cents, watch.amount_cents
    parties = (header.provider, header.municipality, header.domain.value)
    counted: dict[tuple[str, date], bool] = {}
    for line in in_order(declaration):
        if not states[line.position]:
            continue
        product = (line.code, line.period.begin)
        if product not in counted:
            counted[product] = watch.counts(Claim(*parties, *product))
        if counted[product]:
            used_cents += line.signed_cents
            if used_cents > room_cents and line.side != "C":
                yield Above(line, min(line.amount_cents, used_cents - room_cents))


def care_of(line: Line, allocation: Allocation | None, provider: str, domain: str) -> Care:
    """The care of a line as its allocation names it; crisis care by the category of the line itself."""
    start = line.period.begin if allocation is None else allocation.start
    end = None if allocation is None else allocation.end
    return Care(provider, domain, line.category, line.code, start, end)


def totals(parts: Sequence[Above], grounds: Sequence[str]) -> list[tuple[str, int, int]]:
    """Per ground the lines and the cents above the ceiling."""
    sums: dict[str, tuple[int, int]] = {}
    for part, why in zip(parts, grounds, strict=True):
        lines, cents = sums.get(why, (0, 0))
        sums[why] = (lines + 1, cents + part.cents)
    return [(why, *sums[why]) for why in sorted(sums)]


def decide_by(dated_on: date, received_on: date) -> date:
    """The last banking day within 30 days after the 323: from then on it is paid without a decision."""
    return banking_day_on_or_before(min(dated_on, received_on) + _PAYMENT_TERM)
