"""A first bulk load fills the tables while its file is read."""

from geo.migrations.steps import run

revision = "0018_bulk"
down_revision = "0017_inspect"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
