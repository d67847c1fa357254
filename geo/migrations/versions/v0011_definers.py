"""Functions with rights of their owner look for no name in temporary objects first."""

from geo.migrations.steps import run

revision = "0011_definers"
down_revision = "0010_signin"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
