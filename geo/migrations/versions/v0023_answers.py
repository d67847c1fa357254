"""Who reported (a digest), and what the reporter said when called back."""

from geo.migrations.steps import run

revision = "0023_answers"
down_revision = "0022_clocks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
