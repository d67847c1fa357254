"""What other cases say of a case: whether it came back after its close, whether it was closed with many."""

from geo.migrations.steps import run

revision = "0024_neighbours"
down_revision = "0023_answers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
