"""The original of a duplicate is found along the chain of duplicates."""

from geo.migrations.steps import run

revision = "0040_originals"
down_revision = "0039_wall_life"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
