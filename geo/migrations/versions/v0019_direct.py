"""A first bulk load copies straight into the tables."""

from geo.migrations.steps import run

revision = "0019_direct"
down_revision = "0018_bulk"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
