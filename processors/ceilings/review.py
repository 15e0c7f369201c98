"""What a declaration claims above a ceiling: paid all the same, or to be decided about (4.3, CE-10)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from contracts.ceilings import Claim, Watch
from contracts.client_stops import Care, is_running
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
    header, used_cents = declaration.header, used_before_cents
    parties = (header.provider, header.municipality, header.domain.value)
    for line in in_order(declaration):
        if states[line.position] and watch.counts(Claim(*parties, line.code, line.period.begin)):
            used_cents += line.signed_cents
            if line.side != "C" and used_cents > watch.amount_cents:
                yield Above(line, min(line.amount_cents, used_cents - watch.amount_cents))


def care_of(line: Line, allocation: Allocation | None, provider: str, domain: str) -> Care:
    """The care of a line as its allocation names it; crisis care by the category of the line itself."""
    start = line.period.begin if allocation is None else allocation.start
    end = None if allocation is None else allocation.end
    return Care(provider, domain, line.category, line.code, start, end)


def ground_of(care: Care, allocation: Allocation | None, crisis: bool, effective_on: date) -> str:
    """Why a line above the ceiling is paid, as far as its own allocation tells; else REVIEW (CE-10)."""
    if crisis:
        return CRISIS
    if allocation is None or allocation.code is not None:
        return SPECIFIC
    return RUNNING if is_running(care, (), effective_on) else REVIEW


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
