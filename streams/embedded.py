"""The embedded runtime: one process, one database, messages in the order given.

Messages are committed in groups, each in its own savepoint; only what is committed leaves the
house. What was committed but not delivered (a crash in between) is delivered by the next run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from sqlalchemy import Engine

from processors.wording import Lang
from store.database import transaction
from store.inbox import Inbox
from store.outbox import undelivered, undelivered_notices
from streams.crash import point
from streams.group import decide, refresh, without_collector
from streams.handover import Handover
from streams.house import House
from streams.outcome import Outcome
from streams.settings import Settings
from streams.sources import Source

__all__ = ["Embedded", "refresh", "without_collector"]


class Embedded:
    """Processes messages in this process and writes their files below `out` (None: no files)."""

    def __init__(
        self, engine: Engine, house: House, settings: Settings, out: Path | None, lang: Lang = "nl"
    ) -> None:
        self._engine = engine
        self._house = house
        self._settings = settings
        self._handover = Handover(engine, house, out, lang)

    def process(self, sources: Iterable[Source], received_on: date) -> Iterator[Outcome]:
        """Handle messages in order, and yield what became of each once it is committed."""
        self._recover()
        for group in self._groups(sources):
            with without_collector():
                outcomes = self._commit(group, received_on)
            yield from outcomes
        self._handover.finish()

    def _groups(self, sources: Iterable[Source]) -> Iterator[list[Source]]:
        group: list[Source] = []
        size = 0
        for source in sources:
            group.append(source)
            size += len(source.content)
            if len(group) >= self._settings.group_messages or size >= self._settings.group_bytes:
                yield group
                group, size = [], 0
        if group:
            yield group

    def _commit(self, group: list[Source], received_on: date) -> list[Outcome]:
        point("received")
        with transaction(self._engine) as connection:
            refresh(self._house, connection)
            inbox = Inbox(connection)
            outcomes = list(decide(inbox, self._house, group, received_on))
            done = [o.message_id for o in outcomes if o.message_id is not None]
            files = self._handover.answers(inbox, done)
            point("before-commit")
        point("committed")
        self._handover.add(outcomes)
        self._handover.write(files)
        return outcomes

    def _recover(self) -> None:
        """Deliver what an earlier run committed and did not deliver."""
        with transaction(self._engine) as connection:
            inbox = Inbox(connection)
            messages = undelivered(inbox)
            self._handover.add_earlier(messages, undelivered_notices(inbox))
            files = self._handover.answers(inbox, messages)
        self._handover.write(files)
