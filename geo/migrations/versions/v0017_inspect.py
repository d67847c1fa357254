"""Who may bring files in on the data page."""

from geo.migrations.steps import run

revision = "0017_inspect"
down_revision = "0015_values"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
