"""A new wall is admitted by its code."""

from geo.migrations.steps import run

revision = "0035_pairing"
down_revision = "0034_bell"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
