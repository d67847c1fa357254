"""The right to the page of one indicator."""

from geo.migrations.steps import run

revision = "0026_indicator_page"
down_revision = "0020_registry"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
