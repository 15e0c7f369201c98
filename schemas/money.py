"""Money: whole eurocents, one way to round, one way to split. Nothing here is ever a float."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Side = Literal["D", "C"]


def half_up(numerator: int, denominator: int) -> int:
    """Divide and round half up, exactly (TR346: 126.5 becomes 127). Both numbers non-negative."""
    return (2 * numerator + denominator) // (2 * denominator)


def signed(amount_cents: int, side: str) -> int:
    """Signed cents of an amount on the wire: D positive, C negative (IV024)."""
    return -amount_cents if side == "C" else amount_cents


def unsigned(cents: int) -> tuple[int, Side]:
    """The wire form of signed cents; zero is always D (CS325)."""
    return (-cents, "C") if cents < 0 else (cents, "D")


def split(total_cents: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Split cents over weights by largest remainder; ties go to the key that sorts first.

    The parts always add up to the total, do not depend on the order of the mapping, and a
    negative total gives exactly the negatives of the positive one. Raises ValueError when no
    weight is positive or one is negative.
    """
    whole = sum(weights.values())
    if whole <= 0 or min(weights.values()) < 0:
        raise ValueError("a split needs non-negative weights with a positive sum")
    sign, amount = (-1, -total_cents) if total_cents < 0 else (1, total_cents)
    shares = {key: amount * weight // whole for key, weight in weights.items()}
    rest = amount - sum(shares.values())
    by_remainder = sorted(weights, key=lambda key: (-(amount * weights[key] % whole), key))
    for key in by_remainder[:rest]:
        shares[key] += 1
    return {key: sign * share for key, share in shares.items()}


def euro(cents: int, lang: str = "nl") -> str:
    """Cents as people write them: `€ 1.234,56` in Dutch, `€ 1,234.56` in English."""
    whole, part = divmod(abs(cents), 100)
    text = f"{whole:,}.{part:02d}"
    if lang == "nl":
        text = text.translate(str.maketrans(",.", ".,"))
    return f"€ {'-' if cents < 0 else ''}{text}"
