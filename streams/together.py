"""Decide a few messages together: each step for all of them before the next step for any.

A step that runs for one message after the other finds its code and its tables in the caches of the
processor; between other work, reading and answering take three to six times as long. What a declaration is
judged by depends on earlier messages of its own relation only, so a wave holds at most one of each relation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from schemas.declaration import Declaration
from schemas.xml.fault import Fault
from store.database import StoreUnavailable
from store.inbox import Inbox
from streams.crash import point
from streams.handle import Opened, again, decide_alone, open_message, receive, seal
from streams.handle_declaration import Case, conclude, judge, look_up
from streams.house import House
from streams.outcome import Outcome
from streams.received import Received
from streams.sources import Source

_MOST_BYTES: Final = 2**20  # what was read of them stays in memory until all of them are decided


def portions(sources: Iterable[Source]) -> Iterator[list[Source]]:
    """Messages to decide together, in order; a large one is alone."""
    portion: list[Source] = []
    size = 0
    for source in sources:
        if portion and size + len(source.content) > _MOST_BYTES:
            yield portion
            portion, size = [], 0
        portion.append(source)
        size += len(source.content)
    if portion:
        yield portion


def decide_together(
    inbox: Inbox, house: House, sources: Sequence[Source], received_on: date
) -> list[Outcome]:
    """Decide messages as if none of them fails. When one does, decide each in a savepoint of its own."""
    received = [_receive(source, received_on) for source in sources]
    inbox.look_for([each.sha256 for each in received])
    opened = [_open(each, source.fault, inbox) for each, source in zip(received, sources, strict=True)]
    inbox.execute("SAVEPOINT together")
    try:
        inbox.look_for_relations(filter(None, map(_relation, opened)))
        outcomes = [outcome for wave in _waves(opened) for outcome in _decide_wave(wave, inbox, house)]
        inbox.flush()
    except StoreUnavailable:
        raise
    except inbox.failures:
        raise
    except Exception:  # alone, it will be told of
        inbox.roll_back("together")
        return [_decide_alone(each, inbox, house) for each in opened]
    inbox.execute("RELEASE together")
    return outcomes


def _receive(source: Source, received_on: date) -> Received:
    if source.fault is None:
        return receive(source.content, source.name, received_on)
    return Received(source.content, source.name, source.sha256, received_on)


def _open(received: Received, fault: Fault | None, inbox: Inbox) -> Opened:
    """Read a message, unless its bytes were seen before."""
    if fault is not None:
        return Opened(received, fault)
    return Opened(received, None) if inbox.seen(received.sha256) else open_message(received)


def _waves(opened: Iterable[Opened]) -> Iterator[list[Opened]]:
    """Declarations of different relations, or one message of another kind."""
    wave: dict[tuple[str, str, str] | None, Opened] = {}
    for each in opened:
        relation = _relation(each)
        if wave and (relation in wave or relation is None or None in wave):
            yield list(wave.values())
            wave = {}
        wave[relation] = each
    if wave:
        yield list(wave.values())


def _relation(opened: Opened) -> tuple[str, str, str] | None:
    """Between whom a declaration is; None for a message of another kind."""
    if not isinstance(opened.content, Declaration):
        return None
    header = opened.content.header
    return header.municipality, header.provider, header.domain.value


def _decide_wave(wave: list[Opened], inbox: Inbox, house: House) -> Iterator[Outcome]:
    if not isinstance(wave[0].content, Declaration):
        inbox.flush()  # what fails alone takes nothing of others with it
        yield _decide_alone(wave[0], inbox, house)
        return
    cases = [_look_up(each, inbox, house) for each in wave]
    judged = [judge(case) if isinstance(case, Case) else None for case in cases]
    for each, case, assessment in zip(wave, cases, judged, strict=True):
        received = each.received
        if isinstance(case, int):
            outcome = again(inbox, case, received)
        elif isinstance(case, Fault):
            outcome = seal(case, received, inbox)
        else:
            assert assessment is not None, "a case was judged"
            outcome = conclude(case, assessment, inbox, house)
        point("decided")
        yield outcome


def _look_up(opened: Opened, inbox: Inbox, house: House) -> Case | Fault | int:
    """What must be known to judge a declaration, or the number under which it came before."""
    assert isinstance(opened.content, Declaration), "a wave holds declarations"
    seen = inbox.seen(opened.received.sha256)
    return look_up(opened.content, opened.received, inbox, house) if seen is None else seen


def _decide_alone(opened: Opened, inbox: Inbox, house: House) -> Outcome:
    seen = inbox.seen(opened.received.sha256)
    received = opened.received
    outcome = decide_alone(opened, inbox, house) if seen is None else again(inbox, seen, received)
    point("decided")
    return outcome
