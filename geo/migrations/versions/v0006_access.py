"""Accounts, sessions, rights by role, scope by role and area."""

from geo.migrations.steps import run

revision = "0006_access"
down_revision = "0005_staff"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
