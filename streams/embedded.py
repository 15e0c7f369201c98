"""The embedded runtime: one process, one database, messages in the order given.

Messages are committed in groups, each in its own savepoint; only what is committed leaves the
house. What was committed but not delivered (a crash in between) is delivered by the next run.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, Engine

from processors.notify import structure_rejection
from processors.wording import Lang, notice_object, rejection_object, signal_object
from schemas.notice import rejections_from_json, signals_from_json
from store.database import transaction
from store.inbox import Inbox
from store.outbox import mark_delivered, notices, parcels, undelivered, undelivered_notices
from store.registers import current_version, load
from streams.crash import point
from streams.files import File, extend_list, write_files
from streams.handle import handle, seal
from streams.house import House
from streams.outcome import Outcome
from streams.received import Received
from streams.settings import Settings
from streams.sources import Source


def refresh(house: House, connection: Connection) -> None:
    """Bring the register of the house up to date with the store."""
    version = current_version(connection)
    if version != house.register.version:
        house.use(load(connection, version))


@contextmanager
def without_collector() -> Iterator[None]:
    """Values of messages refer to nothing that refers back. Looking for cycles among a million of them,
    again and again, costs as much as deciding them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class Embedded:
    """Processes messages in this process and writes their files below `out` (None: no files)."""

    def __init__(
        self, engine: Engine, house: House, settings: Settings, out: Path | None, lang: Lang = "nl"
    ) -> None:
        self._engine = engine
        self._house = house
        self._settings = settings
        self._out = out
        self._lang: Lang = lang
        self._messages: set[int] = set()
        self._notices: set[str] = set()
        self._answered: set[str] = set()

    def process(self, sources: Iterable[Source], received_on: date) -> Iterator[Outcome]:
        """Handle messages in order, and yield what became of each once it is committed."""
        self._recover()
        for group in self._groups(sources):
            with without_collector():
                outcomes = self._commit(group, received_on)
            yield from outcomes
        self._deliver_lists()

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
            outcomes = []
            for source in group:
                if source.fault is not None:
                    received = Received(source.content, source.name, source.sha256, received_on)
                    outcomes.append(seal(source.fault, received, inbox))
                else:
                    outcomes.append(handle(source.content, source.name, received_on, inbox, self._house))
                point("decided")
            done = [o.message_id for o in outcomes if o.message_id is not None]
            files = self._answers(inbox, done)
            point("before-commit")
        point("committed")
        self._messages.update(done)
        self._notices.update(o.sha256 for o in outcomes if o.outcome in {"refused", "quarantined"})
        self._write(files)
        return outcomes

    def _recover(self) -> None:
        """Deliver what an earlier run committed and did not deliver."""
        with transaction(self._engine) as connection:
            inbox = Inbox(connection)
            self._messages.update(undelivered(inbox))
            self._notices.update(undelivered_notices(inbox))
            files = self._answers(inbox, self._messages)
        self._write(files)

    def _answers(self, inbox: Inbox, message_ids: Iterable[int]) -> list[File]:
        if self._out is None:
            return []
        files = [File(p.name, p.body) for p in parcels(inbox, message_ids, ("answers", "returns"))]
        self._answered.update(file.name.split("/")[0] for file in files)
        return files

    def _write(self, files: list[File]) -> None:
        if self._out is not None:
            point("before-files")
            write_files(self._out, files)
            point("files-written")

    def _deliver_lists(self) -> None:
        """Extend the lists with what this run handled, and only then call its messages delivered."""
        if self._out is None:
            return
        with transaction(self._engine) as connection:
            inbox = Inbox(connection)
            for topic in ("rejections", "signals"):
                for municipality, objects in self._lists(inbox, topic).items():
                    extend_list(self._out / municipality / f"{topic}.jsonl", "message_sha256", objects)
                    point("list-written")
            told = [notice_object(n, self._lang) for n in notices(inbox, self._notices)]
            extend_list(self._out / "notices.jsonl", "sha256", told)
            point("lists-written")
            mark_delivered(inbox, sorted(self._messages), sorted(self._notices))
        self._messages.clear()
        self._notices.clear()
        self._answered.clear()

    def _lists(self, inbox: Inbox, topic: str) -> dict[str, list[dict[str, object]]]:
        """What to add per municipality; a municipality that was answered has its lists, if only empty."""
        lists: dict[str, list[dict[str, object]]] = {code: [] for code in sorted(self._answered)}
        for parcel in parcels(inbox, self._messages, (topic,)):
            rows = lists.setdefault(parcel.name, [])
            if topic == "rejections":
                rows += [rejection_object(r, self._lang) for r in rejections_from_json(parcel.body)]
            else:
                rows += [signal_object(s, self._lang) for s in signals_from_json(parcel.body)]
        if topic == "rejections":
            for rejection in map(structure_rejection, notices(inbox, self._notices)):
                if rejection is not None and self._house.knows_municipality(rejection.municipality):
                    rows = lists.setdefault(rejection.municipality, [])
                    rows.append(rejection_object(rejection, self._lang))
        return lists
