"""Hand what was decided over as files: answers at once, lists at the end, in the order of the messages."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from sqlalchemy import Engine

from processors.notify import structure_rejection
from processors.wording import Lang, notice_object, rejection_object, signal_object
from schemas.notice import Notice, rejections_from_json, signals_from_json
from store.database import transaction
from store.inbox import Inbox, Parcel
from store.outbox import mark_delivered, notices, parcels
from streams.ceiling_register import deliver_ceiling_signals
from streams.crash import point
from streams.files import Delivery, File
from streams.house import House
from streams.outcome import Outcome

_Objects = Iterable[dict[str, object]]


class Handover:
    """The files of one run below `out` (None: no files), and which messages they are of."""

    def __init__(self, engine: Engine, house: House, out: Path | None, lang: Lang = "nl") -> None:
        self._engine = engine
        self._house = house
        self._out = None if out is None else Delivery(out)
        self._lang: Lang = lang
        self._messages: dict[int, None] = {}
        self._notices: dict[str, None] = {}
        self._answered: set[str] = set()

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """These belong to the run, after those that were added before."""
        for outcome in outcomes:
            if outcome.message_id is not None:
                self._messages[outcome.message_id] = None
            elif outcome.outcome in {"refused", "quarantined"}:
                self._notices[outcome.sha256] = None

    def add_earlier(self, message_ids: Iterable[int], hashes: Iterable[str]) -> None:
        """Messages and notices that an earlier run did not hand over."""
        self._messages.update(dict.fromkeys(message_ids))
        self._notices.update(dict.fromkeys(hashes))

    def answers(self, inbox: Inbox, message_ids: Iterable[int]) -> list[File]:
        """The answers and returns of these messages."""
        if self._out is None:
            return []
        files = [File(p.name, p.body) for p in parcels(inbox, message_ids, ("answers", "returns"))]
        self._answered.update(file.name.split("/")[0] for file in files)
        return files

    def write(self, files: list[File]) -> None:
        """Write files, which are in their place after `finish`. Raises OSError when the folder cannot be
        written."""
        if self._out is not None:
            point("before-files")
            self._out.write(files)
            point("files-written")

    def finish(self) -> None:
        """Extend the lists with what this run handled, and only then call its messages delivered."""
        if self._out is None:
            return
        with transaction(self._engine, lasting=False) as connection:
            inbox = Inbox(connection)
            told = self._told(inbox)
            deliver_ceiling_signals(inbox, self._out, self._lang)
            found = self._parcels(inbox)
            for topic in ("rejections", "signals"):
                for municipality, objects in self._lists(found, topic, told).items():
                    self._out.extend(
                        f"{municipality}/{topic}.jsonl", "message_sha256", chain.from_iterable(objects)
                    )
                    point("list-written")
            rows = [notice_object(n, self._lang) for n in told]
            self._out.extend("notices.jsonl", "sha256", rows)
            self._out.finish()
            point("lists-written")
            mark_delivered(inbox, sorted(self._messages), sorted(self._notices))
        self._messages.clear()
        self._notices.clear()
        self._answered.clear()

    def _told(self, inbox: Inbox) -> list[Notice]:
        order = {sha256: number for number, sha256 in enumerate(self._notices)}
        return sorted(notices(inbox, self._notices), key=lambda notice: order[notice.sha256])

    def _parcels(self, inbox: Inbox) -> list[Parcel]:
        order = {message_id: number for number, message_id in enumerate(self._messages)}
        found = parcels(inbox, self._messages, ("rejections", "signals"))
        return sorted(found, key=lambda parcel: order[parcel.message_id])

    def _lists(self, found: list[Parcel], topic: str, told: list[Notice]) -> dict[str, list[_Objects]]:
        """What to add per municipality; a municipality that was answered has its lists, if only empty."""
        lists: dict[str, list[_Objects]] = {code: [] for code in sorted(self._answered)}
        for parcel in found:
            if parcel.topic != topic:
                continue
            rows = lists.setdefault(parcel.name, [])
            if topic == "rejections":
                rows.append(rejection_object(r, self._lang) for r in rejections_from_json(parcel.body))
            else:
                rows.append(signal_object(s, self._lang) for s in signals_from_json(parcel.body))
        if topic == "rejections":
            for rejection in map(structure_rejection, told):
                if rejection is not None and self._house.knows_municipality(rejection.municipality):
                    rows = lists.setdefault(rejection.municipality, [])
                    rows.append([rejection_object(rejection, self._lang)])
        return lists
