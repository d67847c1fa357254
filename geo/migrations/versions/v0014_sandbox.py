"""Which load has the turn is told to those who wait for it."""

from geo.migrations.steps import run

revision = "0014_sandbox"
down_revision = "0013_quarantine"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
