"""Indexes by which cases are found by a part of their text, and open boxes are shown in further orders."""

import sqlalchemy as sa
from alembic import op

from workflows.ddl import LETTER_PAIRS

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
phase = "pre"

_OPEN = sa.text("status = 'open'")


def upgrade() -> None:
    """Make the function and the indexes."""
    op.execute(LETTER_PAIRS)
    op.create_index(
        "ix_case_file_number_prefix", "case_file", ["number"], postgresql_ops={"number": "text_pattern_ops"}
    )
    op.create_index("ix_case_file_open_party", "case_file", ["party_id"], postgresql_where=_OPEN)
    op.create_index("ix_case_file_order", "case_file", ["order_no"], postgresql_where=sa.text("order_no IS NOT NULL"))
    op.create_index(
        "ix_case_file_told",
        "case_file",
        [sa.text("letter_pairs((case_file.summary || chr(10)) || coalesce(case_file.product, ''))")],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index("ix_party_vip", "party", ["id"], postgresql_where=sa.text("tier = 'vip'"))
    due = sa.text("coalesce(user_task.due_at, '9999-01-01 00:00:00+00'::timestamptz)")
    op.create_index(
        "ix_user_task_priority_open", "user_task", [sa.text("(-priority)"), due, "id"], postgresql_where=_OPEN
    )
    op.create_index("ix_user_task_step_open", "user_task", ["element_id", due, "id"], postgresql_where=_OPEN)


def downgrade() -> None:
    """Take them away."""
    for name, table in (
        ("ix_user_task_step_open", "user_task"),
        ("ix_user_task_priority_open", "user_task"),
        ("ix_party_vip", "party"),
        ("ix_case_file_told", "case_file"),
        ("ix_case_file_order", "case_file"),
        ("ix_case_file_open_party", "case_file"),
        ("ix_case_file_number_prefix", "case_file"),
    ):
        op.drop_index(name, table_name=table)
    op.execute("DROP FUNCTION letter_pairs(text)")
