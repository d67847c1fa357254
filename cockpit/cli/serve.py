"""`cockpit up` and `cockpit demo`: the store made ready, then the pages served on the loopback address."""

import os
import sys
from pathlib import Path

import click

from cockpit.cli import demo_data
from geo.migrations import migrate
from geo.store import Store, configured_urls

APP = Path(__file__).parent.parent / "asgi.py"


def _ready_store() -> Store:
    urls = configured_urls()
    migrate(urls)
    return Store(urls)


def _serve(host: str, port: int) -> None:
    """Becomes the server process; the terminal's signals reach it directly."""
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104
    click.echo(f"cockpit: http://{shown}:{port}  (Ctrl+C to end; `cockpit db stop` ends the database)", err=True)
    arguments = ["-m", "streamlit", "run", str(APP), "--server.address", host, "--server.port", str(port)]
    os.chdir(APP.parent.parent)
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 - no shell is wanted


host_option = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
port_option = click.option("--port", default=8501, show_default=True, type=click.IntRange(1, 65535))


@click.command()
@host_option
@port_option
def up(host: str, port: int) -> None:
    """Start the store if need be, migrate it, and serve the pages."""
    _ready_store().close()
    _serve(host, port)


@click.command()
@click.option("--seed", default=demo_data.SEED, show_default=True, help="Same seed and clock, same street.")
@click.option("--load-only", is_flag=True, help="Load the sample and end, without serving the pages.")
@host_option
@port_option
def demo(seed: int, load_only: bool, host: str, port: int) -> None:
    """Generate and load the sample street (示范街道, 模拟数据), then serve the pages."""
    store = _ready_store()
    demo_data.provide(store, seed=seed)
    store.close()
    if not load_only:
        _serve(host, port)
