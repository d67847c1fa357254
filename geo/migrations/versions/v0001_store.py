"""The store's first shape."""

from geo.migrations.steps import run

revision = "0001_store"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
