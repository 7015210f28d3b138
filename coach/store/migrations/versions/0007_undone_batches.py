"""How plans stood before a batch drafted them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "made",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("pulse", sa.Integer(), nullable=False),
        sa.Column("was", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("batch_id", "plan_id", name=op.f("pk_made")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_made_batch_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_made_plan_id"), ondelete="CASCADE"),
    )
    op.create_index(op.f("ix_made_plan_id"), "made", ["plan_id"])
