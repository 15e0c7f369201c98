"""Things to look at in a 301 that was taken in: what the standard forbids and no rule refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from schemas.allocation import Allocation, AllocationMessage
from schemas.notice import Signal

DELETION_WITHOUT_END = "deletion_without_end"
SIZE_CHANGED = "size_changed"


def allocation_signals(
    message: AllocationMessage, earlier: Mapping[int, Allocation], sha256: str, received_on: date
) -> Iterator[Signal]:
    """Signals by allocation; `earlier` holds what was current under the same numbers before.

    A deletion (reason 13) without Einddatum deletes nothing (ERR-28). Unit and frequency never change
    under one number (lifecycle 2.1): another size is another allocation.
    """
    header = message.header
    for allocation in message.allocations:
        before = earlier.get(allocation.number)
        clashes = []
        if allocation.change_reason == "13" and allocation.end is None:
            clashes.append((DELETION_WITHOUT_END, "13", str(allocation.start)))
        if before is not None and before.size is not None and allocation.size is not None:
            now, then = allocation.size, before.size
            if (now.unit, now.frequency) != (then.unit, then.frequency):
                clashes.append((SIZE_CHANGED, f"{now.unit}/{now.frequency}", f"{then.unit}/{then.frequency}"))
        for kind, found, expected in clashes:
            yield Signal(
                municipality=header.municipality,
                provider=header.provider,
                domain=header.domain.value,
                kind=kind,
                message_sha256=sha256,
                reference=str(allocation.number),
                found=found,
                expected=expected,
                received_on=str(received_on),
            )
