"""The wall counts arrivals of private categories from 5 on."""

from geo.migrations.steps import run

revision = "0012_promise"
down_revision = "0011_definers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
