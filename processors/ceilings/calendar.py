"""What time brings to a ceiling: announcements that are due, terms that passed (CE-05, CE-08)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from contracts.ceiling_year import ANNOUNCE, DECIDE, PLAN, announcements
from contracts.ceilings import Member, Watch
from processors.ceilings.signals import CONSULT_WITHIN, DECIDE_WITHIN, parties_of
from processors.ceilings.thresholds import Event
from schemas.notice import Due, Signal
from schemas.period import minus_months

_CALENDAR_WORDS: Final = {ANNOUNCE: "⟨step_announce⟩", DECIDE: "⟨step_amount⟩", PLAN: "⟨step_plan⟩"}
_TERM_WORDS: Final = {"CONSULT": "⟨step_consult⟩", "DECIDE": "⟨step_decide⟩"}
_WARN_MONTHS: Final = 1


class Term(NamedTuple):
    """A step after a notice: the day it is due, and the day it was done."""

    version: int
    step: str
    due: date
    done: date | None


def due_announcements(watches: Iterable[Watch], day: date) -> Iterator[Due]:
    """Steps before a ceiling: a month ahead while nothing is recorded, and once more when it is late.

    Of a ceiling that has begun only what was recorded too late is told: an empty column may mean
    that nobody keeps the calendar here.
    """
    for watch in watches:
        for member in watch.members if watch.enforceable else ():
            for step, due in announcements(member.begin):
                done = _recorded(member, step)
                late = day > due and (done > due if done else day < member.begin)
                soon = done is None and minus_months(due, _WARN_MONTHS) <= day <= due
                if (late and day <= watch.end) or soon:
                    yield from _announcement(watch, member, step, due, done, "late" if late else "soon")


def terms(events: Iterable[tuple[Event, date]], acts: Mapping[tuple[str, int, int, str], date]) -> list[Term]:
    """The terms of one ceiling: 14 days to consult from the first notice in a version, and 14 days to
    decide from the consultation (contracts.md 11, 7)."""
    first: dict[tuple[str, int, int], date] = {}
    for event, happened_on in events:
        if event.letter_due:
            first.setdefault((event.name, event.year, event.version), happened_on)
    found = []
    for (name, year, version), noticed_on in first.items():
        consulted = acts.get((name, year, version, "CONSULT"))
        found.append(Term(version, "CONSULT", noticed_on + CONSULT_WITHIN, consulted))
        if consulted is not None:
            decided = acts.get((name, year, version, "DECIDE"))
            found.append(Term(version, "DECIDE", consulted + DECIDE_WITHIN, decided))
    return found


def due_terms(watch: Watch, running: Iterable[Term], day: date, claimed_from: Iterable[str]) -> Iterator[Due]:
    """Terms that passed without their step. An addendum ends the terms of the version before it."""
    parties = parties_of(watch, claimed_from)
    for term in running:
        if term.version == watch.version and term.done is None and day > term.due:
            more: dict[str, Any] = {
                "ceiling": watch.name,
                "version": term.version,
                "step": term.step,
                "step_words": _TERM_WORDS[term.step],
                "due_on": str(term.due),
            }
            for party in parties:
                name = f"{watch.name}:{watch.year}:{term.version}:{term.step}"
                key = f"ceiling_term:{name}:{party.municipality}"
                words = ("⟨not_done⟩", f"<= {term.due}")
                yield Due(key, Signal(*party, "ceiling_term", "", None, *words, "", more))


def _recorded(member: Member, step: str) -> date | None:
    row = member.first
    return {ANNOUNCE: row.announced_on, DECIDE: row.decided_on, PLAN: row.plan_on}[step]


def _announcement(
    watch: Watch, member: Member, step: str, due: date, done: date | None, when: str
) -> Iterator[Due]:
    ceiling = member.row.ceiling
    more = {
        "ceiling": ceiling,
        "step": step,
        "step_words": _CALENDAR_WORDS[step],
        "due_on": str(due),
        "begin": str(member.begin),
    }
    found = "⟨not_done⟩" if done is None else str(done)
    for party in parties_of(watch):
        key = f"ceiling_announcement:{ceiling}:{watch.year}:{step}:{when}:{party.municipality}"
        signal = Signal(*party, "ceiling_announcement", "", None, found, f"<= {due}", "", more)
        yield Due(key, signal)
