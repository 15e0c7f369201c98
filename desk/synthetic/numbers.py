"""Numbers that are used once: BSNs of nobody, and counters for messages, allocations and lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, count
from typing import Final

_TEST_PREFIXES: Final = range(99990000, 100000000)
_OTHER_PREFIXES: Final = range(99989999, 89999999, -1)
_WEIGHTS: Final = (9, 8, 7, 6, 5, 4, 3, 2)


def bsns() -> Iterator[str]:
    """Distinct numbers that pass the eleven test, about 9 million of them.

    First the range kept for tests, 999900006 to 999999990; a larger region goes on below it. All
    begin with 9, which no number of a living person does yet. They are synthetic: nobody's.
    """
    high, low = _partial_sums(_WEIGHTS[:4]), _partial_sums(_WEIGHTS[4:])
    for prefix in chain(_TEST_PREFIXES, _OTHER_PREFIXES):
        check = (high[prefix // 10_000] + low[prefix % 10_000]) % 11
        if check < 10:
            yield f"{prefix}{check}"


def one_off(bsn: str) -> str:
    """A BSN with another last digit, which fails the eleven test."""
    return f"{bsn[:-1]}{(int(bsn[-1]) + 1) % 10}"


@cache
def _partial_sums(weights: tuple[int, ...]) -> tuple[int, ...]:
    """The weighted sum of the digits of every number of four digits."""
    a, b, c, d = weights
    digits = range(10)
    return tuple(
        a * i + b * j + c * k + d * m for i in digits for j in digits for k in digits for m in digits
    )


@dataclass
class Numbers:
    """The next number of each kind; one object for a whole region, so no number comes twice."""

    bsn: Iterator[str] = field(default_factory=bsns)
    _allocation: Iterator[int] = field(default_factory=lambda: count(100_001))
    _line: Iterator[int] = field(default_factory=lambda: count(1))
    _message: Iterator[int] = field(default_factory=lambda: count(1))

    def allocation(self) -> int:
        """ToewijzingNummer, distinct over all municipalities and both domains."""
        return next(self._allocation)

    def reference(self) -> str:
        """ReferentieNummer, distinct over all providers."""
        return f"R{next(self._line)}"

    def message(self) -> int:
        """Makes Identificatie, DeclaratieNummer and file name distinct, and orders the files."""
        return next(self._message)
