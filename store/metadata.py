"""The one collection of tables that migrations and queries share, and how they are declared."""

from sqlalchemy import Index, MetaData, text

metadata = MetaData()


def index_where(condition: str, name: str, *columns: str, unique: bool = False) -> Index:
    """An index of only those rows that meet the condition; both databases know it."""
    where = text(condition)
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)
