"""Closed months kept as they were counted, and what makes one out of date."""

from geo.migrations.steps import run

revision = "0025_kept"
down_revision = "0024_neighbours"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
