"""The inbox in SQL: what was received before, and recording what was decided now.

Statements run on the driver's cursor, because a message of a few lines costs more in round trips
than in rules. Every statement takes whole sets; nothing here runs once per line.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from schemas.notice import Notice, notice_to_json
from store.counters import Counter
from store.dialect import dialect_of
from store.packing import pack, pack_large


class MessageRow(NamedTuple):
    """One row of the table `message`, columns in order."""

    id: int
    sha256: str
    relation_id: int
    type: str
    identification: str
    dated_on: str
    received_on: str
    file: str
    outcome: str
    row: int
    claimed_cents: int
    granted_cents: int
    lines: int
    rejected: int
    answer_type: str | None
    answer_identification: str | None
    answered_on: str | None
    answer_due: str | None
    basis_id: int
    register_version: int
    delivered: int


class StoredMessage(NamedTuple):
    """What is reported of a message that comes again."""

    type: str
    municipality: str
    provider: str
    identification: str
    claimed_cents: int
    granted_cents: int
    lines: int
    rejected: int
    answer: str | None

    @property
    def sender(self) -> str:
        """Sender of the message: the municipality of a 301, else the provider."""
        return self.municipality if self.type.endswith("301") else self.provider

    @property
    def receiver(self) -> str:
        """Receiver of the message."""
        return self.provider if self.type.endswith("301") else self.municipality


class Parcel(NamedTuple):
    """One row of the outbox: an answer or return has a file name, a list the municipality it is for."""

    message_id: int
    topic: str
    name: str
    body: bytes


class Inbox:
    """The message tables within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.dialect = dialect_of(connection.dialect.name)
        self._words = self.dialect.statement
        self.cursor: Any = connection.connection.cursor()
        self.failures: tuple[type[Exception], ...] = (connection.dialect.loaded_dbapi.Error, DBAPIError)
        self.statements = 0
        self._next_message: int | None = None  # while nobody else can give out ids
        self._relations: dict[tuple[str, str, str], int] = {}
        self._bases: dict[str, int] = {}
        self._seen: dict[str, int | None] = {}
        self._bodies: list[tuple[int, bytes]] = []
        self._parcels: list[tuple[int, str, str, bytes | Callable[[], bytes]]] = []
        self.written: dict[int, list[Parcel]] = {}  # what this transaction put in the outbox, by message

    def execute(self, statement: str, values: tuple[Any, ...] = ()) -> Any:
        """Run one statement on the driver's cursor; counted, so that a test can hold the number constant."""
        self.statements += 1
        return self.cursor.execute(self._words(statement), values)

    def execute_many(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> int:
        """Run one statement for a set of rows; returns how many rows it changed."""
        self.statements += 1
        self.cursor.executemany(self._words(statement), rows)
        return int(self.cursor.rowcount)

    def insert(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert whole rows, their columns in order."""
        self.statements += 1
        self.dialect.insert(self.cursor, table, rows)

    def with_table(
        self, name: str, kinds: str, rows: Sequence[tuple[Any, ...]], query: str
    ) -> list[tuple[Any, ...]]:
        """Ask about rows of values: `query` finds them in a table `name`, whose columns it names there."""
        text, values = self.dialect.table(kinds, rows)
        return self._with(name, text, query, values)

    def with_pairs(
        self, name: str, groups: Mapping[int, Collection[str]], query: str
    ) -> list[tuple[Any, ...]]:
        """Ask about texts that belong to numbers, likewise. No texts: nothing is asked."""
        groups = {number: texts for number, texts in groups.items() if texts}
        if not groups:
            return []
        text, values = self.dialect.pairs(groups)
        return self._with(name, text, query, values)

    def _with(self, name: str, text: str, query: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        found = self.execute(f"WITH {name} AS MATERIALIZED ({text}) {query}", values)
        rows: list[tuple[Any, ...]] = found.fetchall()
        return rows

    def members(self, values: Iterable[int] | Iterable[str]) -> object:
        """A set of values for `= ANY(?)`."""
        return self.dialect.members(values)

    def move_counters(self, counters: Iterable[Counter]) -> bool:
        """Compare and swap what is used of allocations; whether all were as they had been read."""
        rows = sorted(counters, key=itemgetter(0))
        fresh = [row for row in rows if row[1] is None]
        known = [row for row in rows if row[1] is not None]
        self.statements += bool(fresh) + bool(known)
        return self.dialect.move_counters(self.cursor, fresh, known) == len(rows)

    def look_for(self, hashes: Sequence[str]) -> None:
        """Find the earlier messages with these bytes at once: `seen` asks no more for them."""
        found = self.execute("SELECT sha256, id FROM message WHERE sha256 = ANY(?)", (self.members(hashes),))
        self._seen = {**dict.fromkeys(hashes), **dict(found.fetchall())}

    def seen(self, sha256: str) -> int | None:
        """The id of the earlier message with the same bytes."""
        if sha256 in self._seen:
            return self._seen[sha256]
        row = self.execute("SELECT id FROM message WHERE sha256 = ?", (sha256,)).fetchone()
        return None if row is None else int(row[0])

    def next_message_ids(self, count: int = 1) -> list[int]:
        """The ids the next recorded messages get; ids follow the order of commits."""
        if self._next_message is not None:
            return list(range(self._next_message, self._next_message + count))
        self.statements += 1
        return self.dialect.next_messages(self.cursor, count)

    def last_message_id(self) -> int:
        """The id of the last recorded message, 0 before the first."""
        return int(self.execute("SELECT COALESCE(MAX(id), 0) FROM message").fetchone()[0])

    def relation(self, municipality: str, provider: str, domain: str) -> int:
        """The id of one provider for one municipality in one domain, made on first use.

        Nobody else decides its messages until this transaction ends.
        """
        key = (municipality, provider, domain)
        found = self._relations.get(key)
        if found is None:
            found = self._relations[key] = self._found_or_made(
                "SELECT id FROM relation WHERE municipality = ? AND provider = ? AND domain = ?"
                f"{self.dialect.and_hold}",
                "INSERT INTO relation (municipality, provider, domain) VALUES (?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                key,
            )
        return found

    def look_for_relations(self, keys: Iterable[tuple[str, str, str]]) -> None:
        """Find these relations at once; `relation` asks no more for those that exist.

        They are held in the order of their ids, so that of two writers neither waits for the other.
        """
        wanted = sorted(set(keys) - self._relations.keys())
        if wanted:
            rows = self.with_table(
                "asked (municipality, provider, domain)",
                "ttt",
                wanted,
                "SELECT municipality, provider, domain, id FROM relation"
                " WHERE (municipality, provider, domain) IN (SELECT * FROM asked)"
                f" ORDER BY id{self.dialect.and_hold}",
            )
            self._relations.update({row[:3]: row[3] for row in rows})

    def basis(self, content: str) -> int:
        """The id of a rule set with its choices, made on first use."""
        found = self._bases.get(content)
        if found is None:
            found = self._bases[content] = self._found_or_made(
                "SELECT id FROM basis WHERE content = ?",
                "INSERT INTO basis (content) VALUES (?) ON CONFLICT DO NOTHING",
                (content,),
            )
        return found

    def _found_or_made(self, query: str, insertion: str, values: tuple[str, ...]) -> int:
        row = self.execute(query, values).fetchone()
        if row is None:
            self.execute(insertion, values)
            row = self.execute(query, values).fetchone()
        return int(row[0])

    def record(self, *messages: tuple[MessageRow, bytes]) -> None:
        """Put messages in the inbox with their outcomes; their bytes follow with `flush`."""
        self.insert("message", [row for row, _ in messages])
        if self.dialect.writes_alone:
            self._next_message = max(self._next_message or 0, *(row.id + 1 for row, _ in messages))
        for row, body in messages:
            self._bodies.append((row.id, body))
            if row.sha256 in self._seen:
                self._seen[row.sha256] = row.id

    def put_out(self, message_id: int, topic: str, name: str, body: bytes | Callable[[], bytes]) -> None:
        """Put something that must leave the house in the outbox; `flush` writes it, and makes it first."""
        self._parcels.append((message_id, topic, name, body))

    def flush(self) -> None:
        """Write what nobody reads before decisions are complete: bodies, and what leaves the house."""
        parcels = [
            Parcel(message_id, topic, name, body() if callable(body) else body)
            for message_id, topic, name, body in sorted(self._parcels, key=itemgetter(0))
        ]
        for parcel in parcels:
            self.written.setdefault(parcel.message_id, []).append(parcel)
        if self._bodies:
            self.insert("message_body", [(message_id, pack(body)) for message_id, body in self._bodies])
        if parcels:
            self.execute_many(
                "INSERT INTO outbox (message_id, topic, name, body) VALUES (?, ?, ?, ?)",
                [(*parcel[:3], pack_large(parcel.body)) for parcel in parcels],
            )
        self._forget()

    def _forget(self) -> None:
        self._bodies.clear()
        self._parcels.clear()

    def seal(self, notice: Notice, body: bytes, after: int | None = None) -> None:
        """Keep an unusable or refused message that came `after` that message, or after the last of all; the
        same bytes again add nothing."""
        if after is None:
            after = self.last_message_id()
        self.execute(
            "INSERT INTO fault (sha256, after_message, outcome, reason, detail, received_on, file, body,"
            " delivered, register_version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0,"
            " (SELECT COALESCE(MAX(id), 0) FROM register_import)) ON CONFLICT (sha256) DO NOTHING",
            (
                notice.sha256, after, notice.outcome, notice.reason,
                notice_to_json(notice), notice.received_on, notice.file, body,
            ),
        )  # fmt: skip

    def identification_used(self, relation_id: int, message_type: str, identification: str) -> bool:
        """Whether the sender used this identification before for this type of message (TR056)."""
        found = self.execute(
            "SELECT 1 FROM message WHERE relation_id = ? AND type = ? AND identification = ? LIMIT 1",
            (relation_id, message_type, identification),
        ).fetchone()
        return found is not None

    def identifications_taken(self, asked: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """Which of these types and identifications one of our own messages has."""
        kinds, names = (sorted(set(column)) for column in zip(*asked, strict=True))
        found = self.execute(
            "SELECT answer_type, answer_identification FROM message"
            " WHERE answer_type = ANY(?) AND answer_identification = ANY(?)",
            (self.members(kinds), self.members(names)),
        ).fetchall()
        return {(row[0], row[1]) for row in found}

    def stored(self, message_id: int) -> StoredMessage:
        """A message handled before, as it is reported again."""
        self.flush()
        row = self.execute(
            "SELECT m.type, r.municipality, r.provider, m.identification, m.claimed_cents, m.granted_cents,"
            " m.lines, m.rejected, (SELECT name FROM outbox WHERE message_id = m.id"
            " AND topic IN ('answers', 'returns')) FROM message m JOIN relation r ON r.id = m.relation_id"
            " WHERE m.id = ?",
            (message_id,),
        ).fetchone()
        return StoredMessage(*row)

    def roll_back(self, savepoint: str) -> None:
        """Undo everything since a savepoint, and forget what was remembered since."""
        self.execute(f"ROLLBACK TO {savepoint}")
        self.execute(f"RELEASE {savepoint}")
        self._next_message = None
        self._relations.clear()
        self._bases.clear()
        self._seen.clear()
        self.written.clear()
        self._forget()
