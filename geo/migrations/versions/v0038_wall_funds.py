"""What the wall says of funds."""

from geo.migrations.steps import run

revision = "0038_wall_funds"
down_revision = "0037_wall_response"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
