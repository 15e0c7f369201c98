"""Alembic's entry: run the migrations on the connection that the store hands over."""

from alembic import context

import store.batch_tables
import store.ceiling_tables
import store.clock_tables
import store.delivery_tables
import store.register_tables
import store.stream_tables
import store.tables  # noqa: F401  # importing a table declares it
from store.metadata import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
