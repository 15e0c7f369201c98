"""Things to look at in a 301 that was taken in: what the standard forbids and no rule refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from rules.facts import ClaimedCare
from rules.volume import cap_in_total, volume_text
from schemas.allocation import Allocation, AllocationMessage
from schemas.money import euro
from schemas.notice import Signal

DELETION_WITHOUT_END = "deletion_without_end"
SIZE_CHANGED = "size_changed"
CLAIMED_CARE_CUT = "claimed_care_cut"


def allocation_signals(
    message: AllocationMessage,
    earlier: Mapping[int, Allocation],
    claimed: Mapping[int, ClaimedCare],
    sha256: str,
    received_on: date,
) -> Iterator[Signal]:
    """Signals by allocation; `earlier` holds what was current under the same numbers before, `claimed` what
    was granted on them.

    A deletion (reason 13) without Einddatum deletes nothing (ERR-28). Unit and frequency never change
    under one number (lifecycle 2.1): another size is another allocation. No change may take the ground from
    under care that was claimed (OP362, lifecycle 4.4).
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
        care = claimed.get(allocation.number)
        if care is not None and before is not None and allocation.decided_at >= before.decided_at:
            clashes += [(CLAIMED_CARE_CUT, *clash) for clash in _cuts(allocation, care)]
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


def _cuts(allocation: Allocation, care: ClaimedCare) -> Iterator[tuple[str, str]]:
    """Where an allocation is less than what was granted on it: what it is, and what it may be at least."""
    if allocation.end is not None and allocation.end < care.until:
        yield str(allocation.end), f">= {care.until}"
    size, budget_cents = allocation.size, allocation.budget_cents
    cap = None if size is None else cap_in_total(allocation, size)
    if size is not None and cap is not None and cap < care.volume:
        yield volume_text(cap, size.unit), f">= {volume_text(care.volume, size.unit)}"
    if budget_cents is not None and budget_cents < care.cents:
        yield euro(budget_cents), f">= {euro(care.cents)}"
