"""Run by alembic on the connection that coach.store.migrate gives it, within that one's transaction."""

from __future__ import annotations

from alembic import context

from coach.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
