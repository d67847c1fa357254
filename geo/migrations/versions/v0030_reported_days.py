"""Days with reports from the ends of an index."""

from geo.migrations.steps import run

revision = "0030_reported_days"
down_revision = "0029_exempted"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
