"""The terms of a contract over time: which one runs, until when notice can be given, what follows.

Renewal is data (CT-02, CT-03): a tacit term begins unless it was stopped in time, a term by decision
begins only when it was decided. Notice counts in whole months before the end: for 31 December and six
months the last day is 30 June.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple

from contracts.contract_tables import ContractRow, ContractTermRow, NonRenewalRow
from schemas.period import minus_months

_DAY = timedelta(days=1)

Following = Literal["tacit", "decided", "undecided", "none"]


class Course(NamedTuple):
    """Where a contract stands on a day: the term that runs, and what follows it.

    `deadline` is the last day for notice or decision before the term ends. `following` is `tacit` or
    `decided` when the next term will begin as things stand, `undecided` when it waits for a decision,
    `none` when there is no next term.
    """

    term: ContractTermRow
    deadline: date
    following: Following


def notice_deadline(end: date, months: int) -> date:
    """The last day on which notice can be given of a term that ends on `end` (closed)."""
    return minus_months(end + _DAY, months) - _DAY


def course(terms: Iterable[ContractTermRow], day: date) -> Course | None:
    """Where the terms of one contract stand; None before the first and after the last that began."""
    in_order = sorted(terms, key=lambda term: term.seq)
    for place, term in enumerate(in_order):
        if not _begins(term):
            return None
        if term.valid_from <= day <= term.valid_until:
            following = _following(in_order, place)
            return Course(term, notice_deadline(term.valid_until, term.notice_months), following)
    return None


def end_of(terms: Iterable[ContractTermRow], day: date) -> date | None:
    """The last day of the contract as things stand on a day: tacit and decided terms follow."""
    in_order = sorted(terms, key=lambda term: term.seq)
    now = course(in_order, day)
    if now is None:
        return None
    end = now.term.valid_until
    for term in in_order:
        if term.seq > now.term.seq:
            if not _begins(term):
                break
            end = term.valid_until
    return end


def leaves_on(
    contract: ContractRow, non_renewals: Iterable[NonRenewalRow], agb: str, day: date
) -> date | None:
    """The last day of one provider who is not renewed, as long as it has not passed."""
    ends = [
        row.valid_until
        for row in non_renewals
        if row.contract == contract.contract and row.agb == agb and row.valid_until >= day
    ]
    return min(ends, default=None)


def _begins(term: ContractTermRow) -> bool:
    return term.renewal != "DECISION" or term.decided_on is not None


def _following(in_order: Sequence[ContractTermRow], place: int) -> Following:
    if place + 1 == len(in_order):
        return "none"
    following = in_order[place + 1]
    if not _begins(following):
        return "undecided"
    return "decided" if following.renewal == "DECISION" else "tacit"
