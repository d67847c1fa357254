"""The rights of the pages of the evaluator: the matrix and the definitions."""

from geo.migrations.steps import run

revision = "0027_assessment"
down_revision = "0026_frozen"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
