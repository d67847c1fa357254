"""Schema migrations (Alembic). Each revision runs one SQL file of geo/sql/schema and nothing else."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine
from sqlalchemy import text as sql_text
from sqlalchemy.exc import OperationalError, ProgrammingError

from config.calendars import calendar
from geo import sql
from geo.calendars import write_calendar
from geo.errors import NotMigrated, StoreUnavailable
from geo.migrations.steps import literally
from geo.sealing import seal_clear
from geo.store import CONNECT_TIMEOUT_S, StoreUrls

NO_TABLE = "42P01"  # PostgreSQL: undefined_table
LOCK_KEY = 7_240_311  # any number; two programs that migrate at once wait for each other


def _alembic(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def migrate(urls: StoreUrls) -> str:
    """Brings the schema to the program's revision and returns it; doing it twice changes nothing.

    Where `urls.admin` is given, roles and the extension are made first. Raises StoreUnavailable, and NotMigrated for a
    store that is newer than the program, VaultError where texts in clear cannot be sealed, ConfigError for a working
    calendar with faults.
    """
    try:
        bootstrap(urls)
        _run(urls.owner, _upgrade)
    except OperationalError as error:
        raise StoreUnavailable(f"the database does not answer: {error.orig}") from error
    except CommandError as error:
        raise NotMigrated(f"the store is newer than this program, or not one of ours: {error}") from error
    except ProgrammingError as error:
        raise NotMigrated(f"the schema cannot be brought to revision {head()}: {error.orig}") from error
    return head()


def bootstrap(urls: StoreUrls) -> None:
    """Makes login roles and the extension where `urls.admin` is given; elsewhere a DBA did. Raises StoreUnavailable."""
    try:
        if urls.admin:
            _run(urls.admin, lambda connection: literally(connection, "schema/bootstrap"))
    except OperationalError as error:
        raise StoreUnavailable(f"the database does not answer: {error.orig}") from error


def knows(revision: str) -> bool:
    """Whether this program can bring a store of `revision` to its own."""
    return any(found.revision == revision for found in ScriptDirectory.from_config(_alembic()).walk_revisions())


def _upgrade(connection: Connection) -> None:
    """The schema's steps, in the same transaction the sealing of what an older store held in clear; the calendar."""
    command.upgrade(_alembic(connection), "head")
    seal_clear(connection)
    write_calendar(connection, calendar())


@cache
def head() -> str:
    """The revision that this program needs."""
    return ScriptDirectory.from_config(_alembic()).as_revision_number("head")  # type: ignore[return-value]


def check(connection: Connection) -> None:
    """Raises NotMigrated unless the store stands exactly at the program's revision."""
    found = _revision(connection)
    if found != head():
        raise NotMigrated(f"the store is at revision {found}, the program needs {head()}: run `cockpit db migrate`")


def _revision(connection: Connection) -> str | None:
    """The revision of the store, None where there is no schema; asked at each pulse, so by one plain statement."""
    try:
        found: str | None = connection.execute(sql_text(sql.text("view/revision"))).scalar_one_or_none()
        return found
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != NO_TABLE:
            raise
        return None


def _run(url: str, work: Callable[[Connection], None]) -> None:
    engine = create_engine(url, connect_args={"connect_timeout": CONNECT_TIMEOUT_S})
    try:
        with engine.begin() as connection:
            connection.execute(sql_text("select pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
            work(connection)
    finally:
        engine.dispose()
