"""Quarantine as a place to work: rows as received (masked), decisions on them, and the loads that replay them."""

from geo.migrations.steps import run

revision = "0013_quarantine"
down_revision = "0012_promise"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
