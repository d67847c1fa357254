"""`cockpit db`: starts, stops, describes, migrates, backs up and restores the store."""

import click

from cockpit.cli.backup import backup, restore
from cockpit.cli.telling import say
from geo import embedded
from geo.migrations import migrate as migrate_store
from geo.store import configured_urls


@click.group()
def db() -> None:
    """The store: start, stop, status, url, migrate, backup, restore."""


db.add_command(backup)
db.add_command(restore)


@db.command()
def start() -> None:
    """Start the embedded PostGIS (made when it is not there yet)."""
    cluster = embedded.ensure()
    say(f"running: {cluster.data_dir}")


@db.command()
def stop() -> None:
    """Stop the embedded PostGIS; nothing of it keeps running."""
    embedded.stop()
    say("stopped")


@db.command()
def status() -> None:
    """Say whether the embedded PostGIS runs, and where it lies."""
    found = embedded.status()
    state = f"running, pid {found.pid}" if found.running else "not running"
    say(f"{state}\ndata: {found.data_dir}\nsocket: {found.socket_dir}")


@db.command()
@click.option("--role", type=click.Choice(["owner", "load", "app", "wall"]), default="app", show_default=True)
def url(role: str) -> None:
    """Print the URL with which a login role reaches the store, as psql and COCKPIT_DATABASE_URL take it."""
    say(getattr(configured_urls(), role).replace("postgresql+psycopg:", "postgresql:", 1))


@db.command()
def migrate() -> None:
    """Bring the schema to the program's revision."""
    say(f"at revision {migrate_store(configured_urls())}")
