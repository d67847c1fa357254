"""Types of communities are kept with a closed month."""

from geo.migrations.steps import run

revision = "0031_kept_types"
down_revision = "0030_reported_days"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
