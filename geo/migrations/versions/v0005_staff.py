"""Posts of areas and how many people fill them."""

from geo.migrations.steps import run

revision = "0005_staff"
down_revision = "0004_giving"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
