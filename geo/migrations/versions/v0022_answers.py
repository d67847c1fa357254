"""What the reporter said when called back."""

from geo.migrations.steps import run

revision = "0022_answers"
down_revision = "0021_neighbours"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
