"""What a revision does: run the SQL file that carries its name."""

from alembic import op
from sqlalchemy import Connection

from geo import sql


def literally(connection: Connection, name: str) -> None:
    """Runs the named SQL file as it stands: several statements, no parameters."""
    connection.execution_options(no_parameters=True).exec_driver_sql(sql.text(name))


def run(revision: str) -> None:
    """Runs geo/sql/schema/<revision>.sql as it stands (no bound parameters)."""
    literally(op.get_bind(), f"schema/{revision}")
