"""What a feed's row says of an incident is one narrow row a revision; a first bulk load makes the indexes last."""

from geo.migrations.steps import run

revision = "0016_speed"
down_revision = "0015_values"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
