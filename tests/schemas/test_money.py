"""Money: rounding, signs, splitting and the way people write it."""

import math
import random
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.money import euro, half_up, signed, split, unsigned

_WEIGHTS = st.dictionaries(st.text("ABCDEFGHIJ", min_size=1, max_size=2), st.integers(0, 10**6), min_size=1)
_USABLE = _WEIGHTS.filter(lambda weights: sum(weights.values()) > 0)
_CENTS = st.integers(-(10**12), 10**12)


@given(st.integers(0, 10**15), st.integers(1, 10**6))
def test_half_up_is_exact(numerator: int, denominator: int) -> None:
    assert half_up(numerator, denominator) == math.floor(Fraction(numerator, denominator) + Fraction(1, 2))


@pytest.mark.parametrize(
    ("numerator", "denominator", "result"),
    [(253, 2, 127), (252, 2, 126), (1, 2, 1), (3, 2, 2), (5, 2, 3), (149, 100, 1), (150, 100, 2), (0, 7, 0)],
)
def test_a_half_always_goes_up(numerator: int, denominator: int, result: int) -> None:
    assert half_up(numerator, denominator) == result


@given(_CENTS)
def test_the_wire_form_of_signed_cents_comes_back(cents: int) -> None:
    amount, side = unsigned(cents)
    assert amount >= 0
    assert signed(amount, side) == cents
    assert side == ("C" if cents < 0 else "D")


@given(_CENTS, _USABLE)
def test_a_split_adds_up_and_stays_within_a_cent_of_the_exact_share(
    cents: int, weights: dict[str, int]
) -> None:
    parts = split(cents, weights)
    whole = sum(weights.values())
    assert parts.keys() == weights.keys()
    assert sum(parts.values()) == cents
    for key, part in parts.items():
        assert abs(part - Fraction(cents * weights[key], whole)) < 1
        assert part == 0 or weights[key] > 0


@given(_CENTS, _USABLE, st.randoms(use_true_random=False))
def test_a_split_does_not_depend_on_the_order(
    cents: int, weights: dict[str, int], shuffler: random.Random
) -> None:
    shuffled = dict(shuffler.sample(list(weights.items()), len(weights)))
    assert split(cents, shuffled) == split(cents, weights)


@given(_CENTS, _USABLE)
def test_a_negative_total_gives_the_exact_negatives(cents: int, weights: dict[str, int]) -> None:
    assert split(-cents, weights) == {key: -part for key, part in split(cents, weights).items()}


@given(_CENTS, _USABLE)
def test_a_larger_weight_never_gets_less(cents: int, weights: dict[str, int]) -> None:
    parts = split(abs(cents), weights)
    by_weight = sorted(weights, key=lambda key: weights[key])
    for lighter, heavier in pairwise(by_weight):
        assert weights[lighter] == weights[heavier] or parts[lighter] <= parts[heavier]


def test_the_left_over_cent_goes_to_the_largest_remainder_then_to_the_first_key() -> None:
    assert split(100, {"B": 1, "A": 1, "C": 1}) == {"A": 34, "B": 33, "C": 33}
    assert split(101, {"A": 1, "B": 2}) == {"A": 34, "B": 67}
    assert split(10, {"A": 0, "B": 3}) == {"A": 0, "B": 10}


@pytest.mark.parametrize("weights", [{}, {"A": 0}, {"A": 0, "B": 0}, {"A": -1, "B": 3}, {"A": -1}])
def test_unusable_weights_are_refused(weights: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(100, weights)


@pytest.mark.parametrize(
    ("cents", "dutch", "english"),
    [
        (0, "€ 0,00", "€ 0.00"),
        (5, "€ 0,05", "€ 0.05"),
        (123_456, "€ 1.234,56", "€ 1,234.56"),
        (-123_456_789, "€ -1.234.567,89", "€ -1,234,567.89"),
    ],
)
def test_euro(cents: int, dutch: str, english: str) -> None:
    assert euro(cents) == dutch
    assert euro(cents, "en") == english
