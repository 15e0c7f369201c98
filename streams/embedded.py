"""The embedded runtime: one process, one database, messages in the order given.

Messages are committed in groups, each in its own savepoint; only what is committed leaves the
house. What was committed but not delivered (a crash in between) is delivered by the next run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine

from processors.wording import Lang
from store.database import transaction
from store.inbox import Inbox
from store.outbox import undelivered, undelivered_notices
from streams.attempts import persist
from streams.crash import point
from streams.files import File
from streams.group import decide, refresh, without_collector
from streams.handover import Handover
from streams.house import House
from streams.outcome import Outcome
from streams.settings import Settings
from streams.sources import Source

__all__ = ["Embedded", "refresh", "without_collector"]


class _Decided(NamedTuple):
    """What one attempt at a group came to, and the answers it makes."""

    outcomes: list[Outcome]
    files: list[File]

    def was_kept(self, inbox: Inbox) -> bool:
        """Whether its commit took place, when the server was lost before it could say so."""
        fresh = (o for o in self.outcomes if o.outcome in {"answered", "stored"})
        first = next(fresh, None)
        return first is not None and inbox.seen(first.sha256) == first.message_id


class Embedded:
    """Processes messages in this process and writes their files below `out` (None: no files)."""

    def __init__(
        self, engine: Engine, house: House, settings: Settings, out: Path | None, lang: Lang = "nl"
    ) -> None:
        self._engine = engine
        self._house = house
        self._settings = settings
        self._handover = Handover(engine, house, out, lang)
        self._recovered = False

    def process(self, sources: Iterable[Source], received_on: date) -> Iterator[Outcome]:
        """Handle messages in order, and yield what became of each once it is committed."""
        for group in self._groups(sources):
            with without_collector():
                outcomes = self._commit(group, received_on)
            group.clear()  # their bytes are in the database, and others may take much room
            yield from outcomes
        if not self._recovered:
            self._commit([], received_on)
        persist(self._handover.finish, self._settings.patience_seconds)

    def _groups(self, sources: Iterable[Source]) -> Iterator[list[Source]]:
        group: list[Source] = []
        size = 0
        for source in sources:
            group.append(source)
            size += len(source.content)
            del source  # or this place would hold it while the group is decided, and after
            if len(group) >= self._settings.group_messages or size >= self._settings.group_bytes:
                yield group
                group, size = [], 0
        if group:
            yield group

    def _commit(self, group: list[Source], received_on: date) -> list[Outcome]:
        point("received")
        before: list[_Decided] = []

        def attempt() -> _Decided:
            with transaction(self._engine) as connection:
                inbox = Inbox(connection)
                if before and before[-1].was_kept(inbox):
                    return before[-1]
                refresh(self._house, connection)
                earlier = [] if self._recovered else self._earlier(inbox)
                outcomes = list(decide(inbox, self._house, group, received_on))
                done = [o.message_id for o in outcomes if o.message_id is not None]
                before.append(_Decided(outcomes, [*earlier, *self._handover.answers(inbox, done)]))
                point("before-commit")
            return before[-1]

        decided = persist(attempt, self._settings.patience_seconds)
        point("committed")
        self._recovered = True
        self._handover.add(decided.outcomes)
        self._handover.write(decided.files)
        return decided.outcomes

    def _earlier(self, inbox: Inbox) -> list[File]:
        """What an earlier run committed and did not deliver."""
        messages = undelivered(inbox)
        self._handover.add_earlier(messages, undelivered_notices(inbox))
        return self._handover.answers(inbox, messages)
