"""Decide a few messages together: each step for all of them before the next step for any.

Each step asks the database once for many messages, and finds its code and its tables in the caches of the
processor. What a declaration is judged by depends on earlier messages of its own relation only, and on those
that share a ceiling with it; so they are decided in waves in which no message depends on another. Each has
its number before, and what leaves the house is written in the order of the numbers: nothing tells that it
was not decided alone, but the ids of rows about ceilings, which follow the waves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

from schemas.declaration import Declaration
from schemas.xml.fault import Fault
from store.ceilings import hold_all
from store.database import StoreUnavailable
from store.inbox import Inbox
from streams.crash import point
from streams.handle import Opened, again, decide_alone, open_message, receive, seal
from streams.handle_declaration import Sent, decide_declarations
from streams.house import House
from streams.outcome import Outcome
from streams.received import Received, unknown_party
from streams.sources import Source
from streams.watch_ceilings import watched_keys

_MOST_BYTES: Final = 2**23  # what was read of them stays in memory until all of them are decided


class Faulty(NamedTuple):
    """A message that is refused or set aside, and how it came."""

    fault: Fault
    received: Received


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
        inbox.look_for_relations(
            _relation(each.content) for each in opened if isinstance(each.content, Declaration)
        )
        outcomes = [outcome for some in _segments(opened, house) for outcome in _decide(some, inbox, house)]
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


def _segments(opened: Iterable[Opened], house: House) -> Iterator[list[Sent | Faulty] | Opened]:
    """Declarations and faulty messages, as many as follow each other, or one message of another kind."""
    segment: list[Sent | Faulty] = []
    for each in opened:
        if isinstance(each.content, Declaration):
            stranger = unknown_party(each.content.header, house)
            segment.append(Faulty(stranger, each.received) if stranger else Sent(each.content, each.received))
            continue
        if isinstance(each.content, Fault):
            segment.append(Faulty(each.content, each.received))
            continue
        if segment:
            yield segment
            segment = []
        yield each
    if segment:
        yield segment


def _relation(declaration: Declaration) -> tuple[str, str, str]:
    header = declaration.header
    return header.municipality, header.provider, header.domain.value


def _decide(some: list[Sent | Faulty] | Opened, inbox: Inbox, house: House) -> Iterable[Outcome]:
    if isinstance(some, list):
        return _decide_segment(some, inbox, house)
    inbox.flush()  # what fails alone takes nothing of others with it
    return [_decide_alone(some, inbox, house)]


def _decide_segment(segment: list[Sent | Faulty], inbox: Inbox, house: House) -> list[Outcome]:
    """Decide the declarations, then seal what is faulty as if each had waited for its turn."""
    claims = [each for each in segment if isinstance(each, Sent)]
    last = inbox.last_message_id() if len(claims) < len(segment) else 0
    decided = iter(_decide_claims(claims, inbox, house))
    outcomes = []
    for each in segment:
        if isinstance(each, Sent):
            outcome = next(decided)
            last = max(last, outcome.message_id or 0)
        else:
            outcome = seal(each.fault, each.received, inbox, last)
            point("decided")
        outcomes.append(outcome)
    return outcomes


def _decide_claims(segment: list[Sent], inbox: Inbox, house: House) -> list[Outcome]:
    keys = [
        watched_keys(each.declaration.header, each.received.received_on, house.register) for each in segment
    ]
    hold_all(inbox, {key for some in keys for key in some})
    relations = [inbox.relation(*_relation(each.declaration)) for each in segment]
    firsts: dict[str, int] = {}
    for place, each in enumerate(segment):
        if inbox.seen(each.received.sha256) is None:
            firsts.setdefault(each.received.sha256, place)
    places = sorted(firsts.values())
    numbers = dict(zip(places, inbox.next_message_ids(len(places)), strict=True)) if places else {}
    outcomes: dict[int, Outcome] = {}
    for wave in _waves(relations, keys, places):
        sent = [segment[place] for place in wave]
        decided = decide_declarations(sent, [numbers[place] for place in wave], inbox, house)
        outcomes.update(zip(wave, decided, strict=True))
    for place, each in enumerate(segment):  # only now: telling of it writes what is to leave the house
        if place not in outcomes:
            seen = inbox.seen(each.received.sha256)
            assert seen is not None, "it came before, in this group or in another"
            outcomes[place] = again(inbox, seen, each.received)
    for _ in outcomes:
        point("decided")
    return [outcomes[place] for place in range(len(segment))]


def _waves(
    relations: Sequence[int], watched: Sequence[list[tuple[str, int]]], places: Iterable[int]
) -> Iterator[list[int]]:
    """Places of messages of which none depends on another of its wave, only on those of earlier ones."""
    waves: dict[int, list[int]] = {}
    last: dict[object, int] = {}
    for place in places:
        depends_on = [relations[place], *watched[place]]
        wave = 1 + max(last.get(key, 0) for key in depends_on)
        last.update(dict.fromkeys(depends_on, wave))
        waves.setdefault(wave, []).append(place)
    yield from (waves[number] for number in sorted(waves))


def _decide_alone(opened: Opened, inbox: Inbox, house: House) -> Outcome:
    seen = inbox.seen(opened.received.sha256)
    received = opened.received
    outcome = decide_alone(opened, inbox, house) if seen is None else again(inbox, seen, received)
    point("decided")
    return outcome
