"""Which load has the turn is told to those who wait for it."""

from geo.migrations.steps import run

revision = "0013_sandbox"
down_revision = "0011_definers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
