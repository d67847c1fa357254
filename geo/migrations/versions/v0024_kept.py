"""Closed months kept as they were counted, and what makes one out of date."""

from geo.migrations.steps import run

revision = "0024_kept"
down_revision = "0023_neighbours"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
