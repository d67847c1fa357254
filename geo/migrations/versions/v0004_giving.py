"""Donations published twice, goods, and the publisher's totals."""

from geo.migrations.steps import run

revision = "0004_giving"
down_revision = "0003_units"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
