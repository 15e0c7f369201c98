"""The one collection of tables that migrations and queries share."""

from sqlalchemy import MetaData

metadata = MetaData()
