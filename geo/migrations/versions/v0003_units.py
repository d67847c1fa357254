"""Units of an incident."""

from geo.migrations.steps import run

revision = "0003_units"
down_revision = "0002_breadth"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
