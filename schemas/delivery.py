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
    def key(self) -> tuple[object, ...]:
        """Logical key of the standard: what may be delivered once, and is named to delete it."""
        start = (self.allocation, self.category, self.code, self.begin)
        return (*start, self.end_reason, self.end) if self.is_stop else start


class DeliveryMessage(NamedTuple):
    """A 305 or 307 that passed the gate: one client, one or more products."""

    header: Header
    bsn: str
    birth_date: BirthDate
    products: tuple[Delivery, ...]
