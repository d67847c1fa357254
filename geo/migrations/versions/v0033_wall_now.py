"""What the wall shows of this moment beside its open cases, and the shapes of its map."""

from geo.migrations.steps import run

revision = "0033_wall_now"
down_revision = "0031_kept_types"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
