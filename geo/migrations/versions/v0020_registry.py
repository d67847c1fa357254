"""Figures of more kinds, and what sources tell of besides the stages."""

from geo.migrations.steps import run

revision = "0020_registry"
down_revision = "0019_direct"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
