"""What makes a delivery of a case older than another."""

from geo.migrations.steps import run

revision = "0015_values"
down_revision = "0014_sandbox"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
