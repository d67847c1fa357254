"""Answers of a provider of OpenID Connect are used once."""

from geo.migrations.steps import run

revision = "0010_signin"
down_revision = "0009_published"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
