"""How often each fault occurs: shares by name, handed out by a running quota.

A quota gives every fault its share of what has passed so far, so a small region shows about as
many as a large one has per line. Shares are kept in millionths.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from decimal import Decimal
from random import Random
from typing import Final

from desk.synthetic.care_mishaps import CARE_MISHAPS
from desk.synthetic.mishaps import MISHAPS, ON_REQUEST
from desk.synthetic.scenes import LINE_FAULTS

_WHOLE: Final = 1_000_000
_SHARE: Final = re.compile(r"[0-9]+(?:\.[0-9]{1,6})?|\.[0-9]{1,6}")


def read_shares(text: str) -> dict[str, float]:
    """`9321=0.01,0611=0.02` as a mapping. Raises ValueError naming the part that does not fit."""
    shares: dict[str, float] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, share = (side.strip() for side in part.partition("="))
        if not _SHARE.fullmatch(share):
            raise ValueError(
                f"{part!r}: expected NAME=SHARE with a point and at most six decimals, such as 9321=0.01"
            )
        if name in shares:
            raise ValueError(f"{part!r}: {name} has a share already")
        shares[name] = float(share)
    check_shares(0, shares)
    return shares


def check_shares(overall: float, named: Mapping[str, float]) -> None:
    """Raises ValueError for a name that is not a fault, or a share outside 0..1."""
    known = {**LINE_FAULTS, **MISHAPS, **CARE_MISHAPS}
    for name in named:
        if name not in known:
            raise ValueError(f"{name!r} is not a fault; known are {', '.join(known)}")
    for name, share in {"all faults": overall, **named}.items():
        if not 0 <= share <= 1:
            raise ValueError(f"{name}={share}: expected a share from 0 to 1")


class Quota:
    """Hands out names, each in its share of the units that passed."""

    def __init__(
        self, rng: Random, weights: Mapping[str, int], overall: float, named: Mapping[str, float]
    ) -> None:
        total = sum(weights.values())
        overall_millionths = _millionths(overall)
        self._shares = {name: overall_millionths * weight // total for name, weight in weights.items()}
        self._shares.update((name, _millionths(named[name])) for name in weights if name in named)
        self._owed = {name: rng.randrange(_WHOLE) for name in self._shares}

    def take(self, units: int, impossible: Container[str] = ()) -> Iterable[str]:
        """The names that fall due after this many more units, in the order of the table.

        What is impossible here stays owed, and falls due where it is not.
        """
        due = []
        for name, share in self._shares.items():
            self._owed[name] += share * units
            if name not in impossible:
                times, self._owed[name] = divmod(self._owed[name], _WHOLE)
                due += [name] * times
        return due


def line_quota(rng: Random, fault_share: float, faults: Mapping[str, float]) -> Quota:
    """Faults in lines; a share counts per line."""
    return Quota(rng, {name: fault.weight for name, fault in LINE_FAULTS.items()}, fault_share, faults)


def mishap_quota(rng: Random, fault_share: float, faults: Mapping[str, float]) -> Quota:
    """Faults of whole messages, of any kind; a share counts per ordinary declaration."""
    takes_part = {name: m.weight for name, m in MISHAPS.items() if name in faults or name not in ON_REQUEST}
    asked = {name: 0 for name in CARE_MISHAPS if name in faults}
    return Quota(rng, {**takes_part, **asked}, fault_share, faults)


def _millionths(share: float) -> int:
    return int(Decimal(str(share)) * _WHOLE)
