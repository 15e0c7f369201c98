"""Who bears the costs of a year: what was granted, what is recharged, what is pooled. Signed cents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Cost(NamedTuple):
    """What a municipality granted on one product over lines that begin in one `month` (since year 0)."""

    municipality: str
    domain: str
    code: str
    month: int
    cents: int


class BorneLine(NamedTuple):
    """A granted line on an allocation that somebody else may bear; a credit has negative cents."""

    municipality: str
    domain: str
    provider: str
    allocation: int
    reference: str
    code: str
    begin_on: date
    cents: int


class Recharge(NamedTuple):
    """What `bearer` repays to the municipality that paid a line (CO-04)."""

    bearer: str
    line: BorneLine


class Share(NamedTuple):
    """One municipality in one pool. `paid_cents` is after recharges; a positive delta is paid in."""

    municipality: str
    paid_cents: int
    share_cents: int

    @property
    def delta_cents(self) -> int:
        """Share minus paid: positive is paid to the others, negative received from them."""
        return self.share_cents - self.paid_cents


class Pool(NamedTuple):
    """One group of products of a year with its regime. Shares in order of municipality; deltas sum to 0.

    `settled` is False when there was no key to settle by: then everybody bears what he paid.
    """

    domain: str
    codes: tuple[str, ...]
    regime: str
    key: str | None
    settled: bool
    shares: tuple[Share, ...]


class Account(NamedTuple):
    """The year of one municipality: what it granted and what it bears in the end."""

    municipality: str
    granted_cents: int
    recharged_out_cents: int
    recharged_in_cents: int
    settled_cents: int
    lump_sum_cents: int

    @property
    def borne_cents(self) -> int:
        """Granted, minus what others repay, plus what it repays, plus or minus the pools, plus lump sums."""
        moved_cents = self.recharged_in_cents - self.recharged_out_cents + self.settled_cents
        return self.granted_cents + moved_cents + self.lump_sum_cents


@dataclass(frozen=True)
class Settlement:
    """A year of a region. What all municipalities bear together is what they granted and paid together."""

    year: int
    costs: tuple[Cost, ...]
    recharges: tuple[Recharge, ...]
    pools: tuple[Pool, ...]
    lump_sums: tuple[tuple[str, int], ...]

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The year per municipality, in order of code."""
        granted = _sum((cost.municipality, cost.cents) for cost in self.costs)
        out = _sum((recharge.line.municipality, recharge.line.cents) for recharge in self.recharges)
        into = _sum((recharge.bearer, recharge.line.cents) for recharge in self.recharges)
        settled = _sum((s.municipality, s.delta_cents) for pool in self.pools for s in pool.shares)
        lump = _sum(self.lump_sums)
        codes = sorted(granted.keys() | into.keys() | settled.keys() | lump.keys())
        parts = (granted, out, into, settled, lump)
        return tuple(Account(code, *(part.get(code, 0) for part in parts)) for code in codes)


def _sum(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: defaultdict[str, int] = defaultdict(int)
    for key, cents in pairs:
        found[key] += cents
    return dict(found)
