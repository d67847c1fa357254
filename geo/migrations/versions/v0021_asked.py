"""The ledger is asked for a file before the file is opened."""

from geo.migrations.steps import run

revision = "0021_asked"
down_revision = "0020_registry"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
