"""Long lists in parts: a statement takes only so many values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def parts(values: Sequence[T], most: int = 500) -> Iterator[Sequence[T]]:
    """The values in order, at most so many at a time."""
    return (values[first : first + most] for first in range(0, len(values), most))
