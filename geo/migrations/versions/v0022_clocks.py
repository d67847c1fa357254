"""Working time: the calendar's office hours in the store, and when a case rested."""

from geo.migrations.steps import run

revision = "0022_clocks"
down_revision = "0021_asked"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
