"""On which dates a municipality code must be valid, per message (TR378).

After a merger the old code stays in use for what started under it. `valid_on` says for one day
whether the code of the message is valid in the list of municipalities.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from schemas.allocation import Allocation
from schemas.delivery import Delivery

ValidOn = Callable[[date], bool]


def valid_for_allocations(valid_on: ValidOn, allocations: Iterable[Allocation]) -> bool:
    """301: valid on Ingangsdatum of every allocation of the message."""
    return all(valid_on(allocation.start) for allocation in allocations)


def valid_for_deliveries(
    valid_on: ValidOn, deliveries: Iterable[Delivery], known: Mapping[int, Allocation], dated_on: date
) -> bool:
    """305 and 307: valid on Ingangsdatum of each allocation; on Dagtekening where it is not known."""
    found = (None if d.allocation is None else known.get(d.allocation) for d in deliveries)
    return all(valid_on(dated_on if allocation is None else allocation.start) for allocation in found)


def valid_for_declaration(valid_on: ValidOn, dated_on: date, allocation_starts: Iterable[date]) -> bool:
    """323: valid on Dagtekening, or on Ingangsdatum of at least one allocation referred to (OC-38)."""
    return valid_on(dated_on) or any(map(valid_on, allocation_starts))
