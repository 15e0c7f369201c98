"""Faults of a 305 or 307, each answered by a 306 or 308 with its code."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from desk.synthetic.letters import CareMishap, Draft, Letters, Spoil, spoiled


def _status_of_a_change(draft: Draft) -> Draft:
    """CS058: a delivery that is neither new nor removed."""
    return draft.saying(status="2")


def _same_product_twice(draft: Draft) -> Draft:
    """TR101: one product twice in a message."""
    return replace(draft, deliveries=draft.deliveries * 2)


def _stopped_before_it_started(draft: Draft) -> Draft:
    """TR018: a stop on the day before the start."""
    return draft.saying(end=draft.deliveries[0].begin - timedelta(days=1))


def _start_without_allocation(letters: Letters) -> tuple[Draft, ...]:
    """9019: a start on an allocation number nobody gave out."""
    return letters.allocated(), letters.started().saying(allocation=letters.stage.numbers.allocation())


def _stop_without_allocation(letters: Letters) -> tuple[Draft, ...]:
    """9019: a stop on an allocation number nobody gave out."""
    wrong = letters.ended().saying(allocation=letters.stage.numbers.allocation())
    return letters.allocated(), letters.started(), wrong


def _start_of_other_category(letters: Letters) -> tuple[Draft, ...]:
    """S329: the code of a start is listed under another category."""
    return letters.allocated(), letters.started().saying(code=letters.stage.stranger.code)


def _stop_of_other_category(letters: Letters) -> tuple[Draft, ...]:
    """S329: the code of a stop is listed under another category, so no start bears it either (9069)."""
    return letters.allocated(), letters.started(), letters.ended().saying(code=letters.stage.stranger.code)


def _removal_of_no_start(letters: Letters) -> tuple[Draft, ...]:
    """9063: a start is removed that was not reported."""
    return letters.allocated(), letters.started().saying(status="3")


def _removal_of_no_stop(letters: Letters) -> tuple[Draft, ...]:
    """9063: a stop is removed that was not reported."""
    return letters.allocated(), letters.started(), letters.ended().saying(status="3")


def _removal_of_what_was_stopped(letters: Letters) -> tuple[Draft, ...]:
    """9071: a start is removed before its stop is."""
    return letters.allocated(), letters.started(), letters.paused(), letters.started().saying(status="3")


def _same_start_twice(letters: Letters) -> tuple[Draft, ...]:
    """9074: after a pause the same start again, of the same day."""
    return letters.allocated(), letters.started(), letters.paused(), letters.started()


def _same_stop_twice(letters: Letters) -> tuple[Draft, ...]:
    """9074: the same stop again, which ends what has ended (9415)."""
    return letters.allocated(), letters.started(), letters.ended(), letters.ended()


def _started_while_running(letters: Letters) -> tuple[Draft, ...]:
    """9326: a second start while the first was not stopped."""
    return letters.allocated(), letters.started(), letters.started(day=5)


def _stop_without_start(letters: Letters) -> tuple[Draft, ...]:
    """9069: a stop of what was not started."""
    return letters.allocated(), letters.ended()


def _paused_twice(letters: Letters) -> tuple[Draft, ...]:
    """9413: a second pause without a new start."""
    return letters.allocated(), letters.started(), letters.paused(), letters.paused(day=15)


def _ended_before_the_pause(letters: Letters) -> tuple[Draft, ...]:
    """9414: an end before the pause that was reported."""
    return letters.allocated(), letters.started(), letters.paused(), letters.ended(day=5)


def _ended_twice(letters: Letters) -> tuple[Draft, ...]:
    """9415: a second end, of a later day."""
    return letters.allocated(), letters.started(), letters.ended(), letters.ended(day=25)


_INSIDE: Final[dict[str, Spoil]] = {
    "305-CS058": _status_of_a_change,
    "305-TR101": _same_product_twice,
    "307-CS058": _status_of_a_change,
    "307-TR101": _same_product_twice,
    "307-TR018": _stopped_before_it_started,
}
_STORIES: Final = {
    "305-9019": _start_without_allocation,
    "305-9063": _removal_of_no_start,
    "305-9071": _removal_of_what_was_stopped,
    "305-9074": _same_start_twice,
    "305-9326": _started_while_running,
    "305-S329": _start_of_other_category,
    "307-9019": _stop_without_allocation,
    "307-9063": _removal_of_no_stop,
    "307-9069": _stop_without_start,
    "307-9413": _paused_twice,
    "307-9414": _ended_before_the_pause,
    "307-9415": _ended_twice,
}
DELIVERY_MISHAPS: Final = {
    **{name: CareMishap(spoiled(name[:3], spoil), "answered") for name, spoil in _INSIDE.items()},
    **{name: CareMishap(tell, "answered", "product", (name[4:],)) for name, tell in _STORIES.items()},
    "307-9074": CareMishap(_same_stop_twice, "answered", "product", ("9074", "9415")),
    "307-S329": CareMishap(_stop_of_other_category, "answered", "product", ("9069", "S329")),
}
