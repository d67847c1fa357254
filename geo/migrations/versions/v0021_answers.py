"""Who reported (a digest), and what the reporter said when called back."""

from geo.migrations.steps import run

revision = "0021_answers"
down_revision = "0020_registry"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
