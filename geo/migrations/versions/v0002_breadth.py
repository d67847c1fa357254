"""Other datums, and shapes that are only drawn."""

from geo.migrations.steps import run

revision = "0002_breadth"
down_revision = "0001_store"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
