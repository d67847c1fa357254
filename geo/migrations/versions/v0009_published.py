"""Closed months that every signed-in role may compare; what the wall's login may see."""

from geo.migrations.steps import run

revision = "0009_published"
down_revision = "0008_sealed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
