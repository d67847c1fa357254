"""The bell that rings with each commit that changes what a wall shows."""

from geo.migrations.steps import run

revision = "0034_bell"
down_revision = "0033_wall_now"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
