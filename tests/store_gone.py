"""A database that lets nobody in for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, make_url, text

from geo.store import StoreUrls


@contextmanager
def database_gone(urls: StoreUrls) -> Iterator[None]:
    """While it lasts, nobody gets into the database, and who was in it is out."""
    assert urls.admin is not None
    name = make_url(urls.admin).database
    engine = create_engine(make_url(urls.admin).set(database="postgres"), isolation_level="AUTOCOMMIT")

    def run(statement: str) -> None:
        with engine.connect() as connection:
            connection.execute(text(statement))

    run(f"alter database {name} allow_connections false")
    try:
        run(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")
        yield
    finally:
        run(f"alter database {name} allow_connections true")
        engine.dispose()
