"""The register in the store: what an import would change, saving it, and any version of it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from contracts.register import Register
from contracts.register_checks import register_faults
from contracts.register_difference import RegisterDifference, TableDifference, table_difference
from contracts.register_faults import RegisterFault
from contracts.tables import TABLES, Row
from store.register_files import read_register
from store.register_tables import register_import, register_row

Tables = Mapping[str, Sequence[Row]]
_LAST = select(func.coalesce(func.max(register_import.c.id), 0))


class RegisterRefused(Exception):
    """A register with faults; nothing of it was stored. The message has one fault a line."""

    def __init__(self, faults: Sequence[RegisterFault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


def import_register(
    connection: Connection, path: Path, *, recorded_at: str, after_message: int, dry_run: bool = False
) -> RegisterDifference:
    """Read, check and save the register at `path`, in the caller's transaction.

    `recorded_at` is an ISO timestamp; messages with an id above `after_message` are decided under
    the new version. A dry run saves nothing. Raises RegisterRefused with every fault there is.
    """
    read = read_register(path)
    untouched = _register(connection, [table for table in TABLES if table not in read.sources])
    faults = [*read.faults, *read.located(register_faults(read.tables, untouched))]
    if faults:
        raise RegisterRefused(sorted(faults, key=lambda fault: (fault.file, fault.row)))
    tables = {
        table: [numbered.row for numbered in rows if numbered.row is not None]
        for table, rows in read.tables.items()
    }
    if dry_run:
        return difference(connection, tables)
    return save(connection, tables, recorded_at=recorded_at, after_message=after_message)


def difference(connection: Connection, tables: Tables) -> RegisterDifference:
    """What would change if these tables became the whole state of theirs; others are not touched."""
    version = current_version(connection)
    stored = _versions(connection, tables, version)
    return RegisterDifference(version, _differences(stored, tables))


def save(connection: Connection, tables: Tables, recorded_at: str, after_message: int) -> RegisterDifference:
    """Make these tables the whole state of theirs, as a new version; without changes there is none."""
    version = current_version(connection)
    stored = _versions(connection, tables, version)
    changes = _differences(stored, tables)
    if not any(any(kinds) for kinds in changes.values()):
        return RegisterDifference(version, changes)
    imported = insert(register_import).values(
        recorded_at=recorded_at, after_message=after_message, content_sha256=_content(tables)
    )
    new_version: int = connection.execute(imported.returning(register_import.c.id)).scalar_one()
    ids = {(table, version.row.identity()): version.id for table in stored for version in stored[table]}
    moved = [(table, change) for table, kinds in changes.items() for kind in kinds for change in kind]
    ended = [
        {"row": ids[table, change.before.identity()], "by": new_version}
        for table, change in moved
        if change.before is not None
    ]
    added = [
        _stored_row(table, change.after, new_version) for table, change in moved if change.after is not None
    ]
    if ended:
        by_id = update(register_row).where(register_row.c.id == bindparam("row"))
        connection.execute(by_id.values(ended_by=bindparam("by")), ended)
    if added:
        connection.execute(insert(register_row), added)
    return RegisterDifference(new_version, changes)


def load(connection: Connection, version: int | None = None) -> Register:
    """The register as it was after import `version`, the latest by default, 0 before the first."""
    return _register(connection, TABLES, version)


def knows_municipality(connection: Connection, code: str) -> bool:
    """Whether any version of the register had a municipality of this code."""
    bodies = connection.execute(
        select(register_row.c.body).where(register_row.c.table_name == "municipalities")
    ).scalars()
    return any(json.loads(body)["code"] == code for body in bodies)


def current_version(connection: Connection) -> int:
    """The number of the last import, 0 when there is none."""
    cursor = connection.connection.cursor()  # asked before every group of messages
    cursor.execute("SELECT COALESCE(MAX(id), 0) FROM register_import")
    (version,) = cursor.fetchone() or (0,)
    return int(version)


def version_after(connection: Connection, message_id: int) -> int:
    """The version in force when this message was decided: of the last import before it."""
    return int(connection.execute(_LAST.where(register_import.c.after_message < message_id)).scalar_one())


def _register(connection: Connection, tables: Iterable[str], version: int | None = None) -> Register:
    at = current_version(connection) if version is None else version
    stored = _versions(connection, tables, at)
    return Register(at, {table: tuple(version.row for version in rows) for table, rows in stored.items()})


class _Version(NamedTuple):
    id: int
    row: Row


def _versions(connection: Connection, tables: Iterable[str], version: int) -> dict[str, list[_Version]]:
    """The rows of these tables in force at a version, in the order in which they came."""
    row = register_row.c
    found = connection.execute(
        select(row.id, row.table_name, row.body)
        .where(row.table_name.in_(list(tables)), row.import_id <= version)
        .where(or_(row.ended_by.is_(None), row.ended_by > version))
        .order_by(row.id)
    )
    stored: dict[str, list[_Version]] = {table: [] for table in tables}
    for number, table, body in found:
        stored[table].append(_Version(number, TABLES[table].model_validate_json(body)))
    return stored


def _differences(stored: Mapping[str, Sequence[_Version]], tables: Tables) -> dict[str, TableDifference]:
    return {
        table: table_difference([version.row for version in stored[table]], rows)
        for table, rows in tables.items()
    }


def _stored_row(table: str, row: Row, version: int) -> dict[str, object]:
    identity = json.dumps(row.model_dump(mode="json", include=set(row.KEY)), sort_keys=True)
    return {
        "table_name": table,
        "row_key": hashlib.sha256(identity.encode()).hexdigest(),
        "body": _body(row),
        "import_id": version,
    }


def _body(row: Row) -> str:
    fields = row.model_dump(mode="json", exclude_none=True)
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _content(tables: Tables) -> str:
    """SHA-256 of the imported tables, whatever the order of their rows."""
    digest = hashlib.sha256()
    for table in sorted(tables):
        digest.update(f"{table}\n".encode())
        digest.update("".join(f"{body}\n" for body in sorted(map(_body, tables[table]))).encode())
    return digest.hexdigest()
