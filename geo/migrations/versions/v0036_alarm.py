"""The alarm of the wall: emergency categories, the cases nobody has come to, teams and ground near them."""

from geo.migrations.steps import run

revision = "0036_alarm"
down_revision = "0035_pairing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(revision)
