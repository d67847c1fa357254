"""Exemptions of overdue cases."""

from geo.migrations.steps import run

revision = "0029_exempted"
down_revision = "0028_indicator_page"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
