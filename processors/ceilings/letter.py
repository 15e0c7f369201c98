"""The written notice to the provider: one letter for all thresholds that one cause reached (CE-07)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from contracts.ceilings import Watch
from processors.ceilings.signals import CONSULT_WITHIN
from processors.ceilings.thresholds import Event
from processors.wording import Lang
from reference.texts import letter_texts
from schemas.money import euro


class Notice(NamedTuple):
    """The events of one ceiling, version and cause of which the provider is told in one letter."""

    day: date
    events: tuple[Event, ...]


def notices(happened: Iterable[tuple[Event, date, str]]) -> list[Notice]:
    """Group events with a letter by version, kind and cause, in order."""
    groups: dict[tuple[int, str, str], tuple[date, list[Event]]] = {}
    for event, day, cause in happened:
        if event.letter_due:
            groups.setdefault((event.version, event.kind, cause), (day, []))[1].append(event)
    return [Notice(day, tuple(events)) for day, events in groups.values()]


def letter(watch: Watch, notice: Notice, provider: str, municipality: str, lang: Lang = "nl") -> str:
    """The letter in full. `provider` and `municipality` are the names it mentions."""
    last, texts = notice.events[-1], letter_texts()
    over = max(event.overshoot_cents for event in notice.events)
    overshoot = texts["overshoot"][lang].format(overshoot=euro(over, lang)) if over else ""
    text: str = texts[last.kind][lang]
    filled = text.format(
        ceiling=watch.name,
        year=watch.year,
        provider=provider,
        municipality=municipality,
        day=notice.day,
        begin=watch.begin,
        end=watch.end,
        amount=euro(last.amount_cents, lang),
        used=euro(last.used_cents, lang),
        thresholds=" %, ".join(str(event.threshold) for event in notice.events) + " %",
        overshoot=overshoot,
        forecast=euro(last.forecast_cents or 0, lang),
        consult_by=notice.day + CONSULT_WITHIN,
    )
    return "\n".join(line.rstrip() for line in filled.splitlines()) + "\n"
