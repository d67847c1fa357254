"""The audit trail as a chain, and how long it is kept."""

from geo.migrations.steps import run

revision = "0007_audit"
down_revision = "0006_access"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
