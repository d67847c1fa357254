"""What the wall says of response times."""

from geo.migrations.steps import run

revision = "0037_wall_response"
down_revision = "0036_alarm"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
