"""Start (305) and stop (307) of delivery."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from schemas.allocation import BirthDate
from schemas.declaration import Header


class Delivery(NamedTuple):
    """One StartProduct or StopProduct. `end` and `end_reason` are filled for a stop only.

    `status` is StatusAanlevering: 1 first delivery, 3 delete. No allocation number means
    task-based delivery (IV096).
    """

    position: int
    allocation: int | None
    category: str | None
    code: str | None
    allocation_start: date | None
    begin: date
    end: date | None
    end_reason: str | None
    status: str

    @property
    def is_stop(self) -> bool:
        """True for a StopProduct."""
        return self.end_reason is not None

    @property
    def is_temporary_stop(self) -> bool:
        """True for a stop after which delivery is expected to go on (reason 20)."""
        return self.end_reason == "20"

    @property
    def subject(self) -> tuple[object, ...]:
        """What is delivered: an allocation, or without one (task-based) a product."""
        if self.allocation is not None:
            return (self.allocation,)
        return (self.category, self.code)

    @property
    def series(self) -> tuple[object, ...]:
        """A start and its stops: what is delivered, and since when (TR413-TR415)."""
        return (*self.subject, self.begin)

    @property
    def start_key(self) -> tuple[object, ...]:
        """Logical key of a start, or of the start a stop refers to (TR382)."""
        return (self.allocation, self.category, self.code, self.begin)

    @property
    def key(self) -> tuple[object, ...]:
        """Logical key of the standard: what may be delivered once, and is named to delete it."""
        return (*self.start_key, self.end_reason, self.end) if self.is_stop else self.start_key


class DeliveryMessage(NamedTuple):
    """A 305 or 307 that passed the gate: one client, one or more products."""

    header: Header
    bsn: str
    birth_date: BirthDate
    products: tuple[Delivery, ...]
