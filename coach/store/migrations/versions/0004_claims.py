"""The number of a slot's claim, without which nothing is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("slots", sa.Column("claim", sa.Integer(), nullable=False, server_default="0"))
