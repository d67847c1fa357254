"""What the wall says of services in reach."""

from geo.migrations.steps import run

revision = "0039_wall_life"
down_revision = "0038_wall_funds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
