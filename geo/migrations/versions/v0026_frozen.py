"""Frozen months, and who may freeze one."""

from geo.migrations.steps import run

revision = "0026_frozen"
down_revision = "0025_kept"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
