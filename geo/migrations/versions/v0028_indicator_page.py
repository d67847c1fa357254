"""The right to the page of one indicator."""

from geo.migrations.steps import run

revision = "0028_indicator_page"
down_revision = "0027_assessment"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
