"""What other cases say of a case: whether it came back after its close, whether it was closed with many."""

from geo.migrations.steps import run

revision = "0022_neighbours"
down_revision = "0021_answers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
