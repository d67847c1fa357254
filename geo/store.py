"""Connections to the store by login role, and the transaction that carries viewer and clock.

Invariant: nobody reads or writes outside the transactions of `Store`; a reading transaction is
cockpit_app's under row-level security and is read-only, a loading one is cockpit_load's; `Store.showing` is
cockpit_wall's, `Store.admitting` cockpit_gate's.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, make_url
from sqlalchemy import text as sql_text
from sqlalchemy.exc import ArgumentError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFreeError

from geo import embedded, sql
from geo.errors import StoreUnavailable, StoreUrlError
from geo.viewer import Clock, Viewer

Transaction = Connection
"""What a transaction of the store is spoken to by, for those who may not name SQLAlchemy."""

CONNECT_TIMEOUT_S = 3
STATEMENT_TIMEOUT_MS = 20_000
TURN_TIMEOUT_S = 20
"""How long a question waits for one of the program's connections while all of them are busy."""
STREAM_ROWS = 1_000
KEEPALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 60_000}
KEEPALIVE_OF_SERVER = "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"
"""Either side of a broken network notices after a minute, so that no load holds the turn for hours."""
OF_SERVER = f"{KEEPALIVE_OF_SERVER} -c client_connection_check_interval=1000"
"""A server at work for a process that is gone (killed, cancelled) notices after a second (PostgreSQL 14 or later): it
waits for no turn then, and holds none."""
READ_ONLY = "25006"
"""read_only_sql_transaction: internal by its class, but the server's trouble."""
STATEMENTS_OWN_FAULT = frozenset({"54000"})
"""program_limit_exceeded (a value too long for an index): operational by its class, but not the server's trouble."""


@dataclass(frozen=True)
class StoreUrls:
    """One SQLAlchemy URL a login role; `admin` may create roles and extensions, None where a DBA did that."""

    admin: str | None
    owner: str
    load: str
    app: str
    wall: str
    gate: str


def configured_urls(environ: Mapping[str, str] = os.environ) -> StoreUrls:
    """The URLs of the PostGIS that the environment names, or of the embedded one, which is started.

    `COCKPIT_DATABASE_URL` is the migrator's login; the others follow from `COCKPIT_APP_URL`, `COCKPIT_LOAD_URL`,
    `COCKPIT_WALL_URL` and `COCKPIT_GATE_URL`, or from it by exchanging the login name.
    """
    named = environ.get("COCKPIT_DATABASE_URL")
    if not named:
        cluster = embedded.ensure()
        return StoreUrls(
            admin=cluster.url("cockpit_super"),
            owner=cluster.url("cockpit_owner"),
            load=cluster.url("cockpit_load"),
            app=cluster.url("cockpit_app"),
            wall=cluster.url("cockpit_wall"),
            gate=cluster.url("cockpit_gate"),
        )
    owner = _url(environ, "COCKPIT_DATABASE_URL")

    def login(variable: str, role: str) -> str:
        url = _url(environ, variable) if variable in environ else owner.set(username=role)
        return url.render_as_string(hide_password=False)

    return StoreUrls(
        admin=None,
        owner=owner.render_as_string(hide_password=False),
        load=login("COCKPIT_LOAD_URL", "cockpit_load"),
        app=login("COCKPIT_APP_URL", "cockpit_app"),
        wall=login("COCKPIT_WALL_URL", "cockpit_wall"),
        gate=login("COCKPIT_GATE_URL", "cockpit_gate"),
    )


def _url(environ: Mapping[str, str], variable: str) -> URL:
    try:
        return make_url(environ[variable]).set(drivername="postgresql+psycopg")
    except ArgumentError as error:
        raise StoreUrlError(
            f"{variable} is no database URL, such as postgresql://cockpit_owner@host/cockpit"
        ) from error


def _engine(url: str, *, timeout_ms: int, pool_size: int) -> Engine:
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=TURN_TIMEOUT_S,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "options": f"-c statement_timeout={timeout_ms} -c timezone=UTC -c jit=off {OF_SERVER}",
            **KEEPALIVE,
        },
    )


class Store:
    """The store of one site. Cheap to make; connects when first used."""

    def __init__(self, urls: StoreUrls) -> None:
        self.urls = urls

    @classmethod
    def from_environment(cls) -> "Store":
        """The store that `COCKPIT_DATABASE_URL` names, else the embedded one (started if need be)."""
        return cls(configured_urls())

    @cached_property
    def _app(self) -> Engine:
        return _engine(self.urls.app, timeout_ms=STATEMENT_TIMEOUT_MS, pool_size=10)

    @cached_property
    def _load(self) -> Engine:
        return _engine(self.urls.load, timeout_ms=0, pool_size=2)

    @cached_property
    def _wall(self) -> Engine:
        return _engine(self.urls.wall, timeout_ms=STATEMENT_TIMEOUT_MS, pool_size=4)

    @cached_property
    def _gate(self) -> Engine:
        return _engine(self.urls.gate, timeout_ms=STATEMENT_TIMEOUT_MS, pool_size=5)

    @contextmanager
    def reading(self, viewer: Viewer, clock: Clock) -> Iterator[Connection]:
        """A read-only transaction of cockpit_app in which the policies know viewer and clock.

        All its queries see one state of the data, even while a load commits.
        Raises StoreUnavailable when the database cannot be reached.
        """
        with _begun(self._app) as connection:
            connection.execute(sql_text(sql.text("view/read_only")))
            look_as(connection, viewer, clock)
            yield connection

    @contextmanager
    def auditing(self, viewer: Viewer, clock: Clock) -> Iterator[Connection]:
        """A transaction of cockpit_app that may append to the audit trail; raises StoreUnavailable."""
        with _begun(self._app) as connection:
            look_as(connection, viewer, clock)
            yield connection

    @contextmanager
    def showing(self, viewer: Viewer, clock: Clock) -> Iterator[Connection]:
        """A read-only transaction of cockpit_wall, which has no right to any person, text or case's point."""
        with _begun(self._wall) as connection:
            connection.execute(sql_text(sql.text("view/read_only")))
            look_as(connection, viewer, clock)
            yield connection

    @contextmanager
    def admitting(self, viewer: Viewer, clock: Clock) -> Iterator[Connection]:
        """A read-write transaction of cockpit_gate: accounts, sessions, and lines of the audit trail; nothing else."""
        with _begun(self._gate) as connection:
            look_as(connection, viewer, clock)
            yield connection

    @contextmanager
    def loading(self, viewer: Viewer, clock: Clock) -> Iterator[Connection]:
        """A read-write transaction of cockpit_load: all of it commits, or nothing; raises StoreUnavailable."""
        with _writable(), _begun(self._load) as connection:
            look_as(connection, viewer, clock)
            yield connection

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """A connection of cockpit_load of its own, each statement its own commit, really closed at the end.

        For what holds as long as the connection does; raises StoreUnavailable.
        """
        engine = self._load.execution_options(isolation_level="AUTOCOMMIT")
        with self.answering(), engine.connect() as connection:
            connection.detach()
            yield connection

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Turns the server's trouble inside it into StoreUnavailable."""
        with _told():
            yield

    def data_version(self) -> int:
        """The number that every cache key holds; it grows with every commit that changes a figure."""
        with _begun(self._app) as connection:
            return int(connection.execute(sql_text(sql.text("view/data_version"))).scalar_one())

    def close(self) -> None:
        """Closes the pooled connections; the store can be used again afterwards."""
        for name in ("_app", "_load", "_wall", "_gate"):
            if name in self.__dict__:
                self.__dict__[name].dispose()


@contextmanager
def _begun(engine: Engine) -> Iterator[Connection]:
    """A transaction; the server's trouble is StoreUnavailable, also when only the closing roll-back finds out."""
    with _told(), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def _told() -> Iterator[None]:
    """Whatever is not the statement's own fault is StoreUnavailable (PEP 249 OperationalError).

    That is a server that is away, shutting down, out of disk or memory, or slower than the time limit; or so many
    questions at once that none of the program's connections became free.
    """
    try:
        yield
    except NoneFreeError as error:
        raise StoreUnavailable(f"the database is busy: {error}") from error
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) in STATEMENTS_OWN_FAULT:
            raise
        raise StoreUnavailable(f"the database does not answer: {error.orig}") from error


@contextmanager
def _writable() -> Iterator[None]:
    """Turns the refusal of a server that can only be read (a standby, say) into StoreUnavailable."""
    try:
        yield
    except InternalError as error:
        if getattr(error.orig, "sqlstate", None) != READ_ONLY:
            raise
        raise StoreUnavailable(f"the database can only be read: {error.orig}") from error


def look_as(connection: Connection, viewer: Viewer, clock: Clock) -> None:
    """Tells this transaction who looks and when."""
    connection.execute(
        sql_text(sql.text("view/look_as")),
        {
            "viewer": viewer.name,
            "role": viewer.role,
            "account": "" if viewer.account_id is None else str(viewer.account_id),
            "address": viewer.address,
            "level": viewer.level,
            "areas": ",".join(str(area_id) for area_id in sorted(viewer.area_ids)),
            "clock": clock.at.isoformat(),
        },
    )


def rows(connection: Connection, name: str, /, **params: Any) -> list[dict[str, Any]]:
    """The rows of the named query as dicts by column name; `params` are bound, never formatted in."""
    return [dict(row) for row in connection.execute(sql_text(sql.text(name)), params).mappings()]


@contextmanager
def streamed(connection: Connection, statement: str, params: Mapping[str, Any]) -> Iterator[Iterator[dict[str, Any]]]:
    """The rows of `statement` as they come from the server, never all at once; valid within the block."""
    streaming = connection.execution_options(stream_results=True, yield_per=STREAM_ROWS)
    with streaming.execute(sql_text(statement), dict(params)) as found:
        yield (dict(row) for row in found.mappings())
