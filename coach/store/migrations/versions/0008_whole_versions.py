"""What was known of a page with each of its versions, so that any of them comes back exactly as it stood."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("versions", sa.Column("known", sa.JSON(), nullable=True))
    op.add_column("versions", sa.Column("origin", sa.JSON(), nullable=True))
    op.add_column("versions", sa.Column("back_to", sa.Integer(), nullable=True))
