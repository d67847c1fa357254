"""Personal texts masked where they are read, the originals encrypted beside them."""

from geo.migrations.steps import run

revision = "0008_sealed"
down_revision = "0007_audit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
