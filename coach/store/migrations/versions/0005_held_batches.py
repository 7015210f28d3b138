"""Which process runs a batch that was begun in the app."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("batches", sa.Column("owner", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("batches", sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True))
