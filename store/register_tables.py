"""Tables of the register: imports and the versions of its rows.

A row is never rewritten or deleted: an import that changes it ends this version and adds another.
Rows of import v are those added at or before v and not ended at or before v.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from store.metadata import index_where, metadata

register_import = Table(
    "register_import",
    metadata,
    Column("id", Integer, primary_key=True, comment="the version of the register"),
    Column("recorded_at", String(40), nullable=False, comment="ISO timestamp"),
    Column("after_message", Integer, nullable=False, comment="last message decided before this version"),
    Column("content_sha256", String(64), nullable=False),
    comment="one import of register tables that changed something",
)

register_row = Table(
    "register_row",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("table_name", String(30), nullable=False),
    Column("row_key", String(64), nullable=False, comment="SHA-256 of the values that identify the row"),
    Column("body", Text, nullable=False, comment="canonical JSON: sorted names, empty columns left out"),
    Column("import_id", ForeignKey("register_import.id"), nullable=False),
    Column("ended_by", ForeignKey("register_import.id")),
    Index("ix_register_row_table_name_import_id", "table_name", "import_id"),
    index_where("ended_by IS NULL", "uq_register_row_current", "table_name", "row_key", unique=True),
    comment="one version of one row of a register table",
)
