"""`cockpit up` and `cockpit demo`: the store made ready, then the pages served on the loopback address."""

import errno
import os
import socket
import sys
from pathlib import Path

import click

from cockpit.cli import demo_data
from cockpit.cli.ready import language, ready_store
from config.messages import tr
from geo.viewer import current_clock

APP = Path(__file__).parent.parent / "asgi.py"


def _check_address(host: str, port: int) -> None:
    """Raises click.ClickException, before anything is loaded, when nobody could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise click.ClickException(tr("cli.port_busy", language(), port=port, other=port + 1)) from error
        raise click.ClickException(tr("cli.bad_host", language(), host=host, reason=error.strerror)) from error


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
    _check_address(host, port)
    ready_store(current_clock()).close()
    _serve(host, port)


@click.command()
@click.option("--seed", default=demo_data.SEED, show_default=True, help="Same seed and clock, same street.")
@click.option("--load-only", is_flag=True, help="Load the sample and end, without serving the pages.")
@host_option
@port_option
def demo(seed: int, load_only: bool, host: str, port: int) -> None:
    """Generate and load the sample street (示范街道, 模拟数据), then serve the pages."""
    if not load_only:
        _check_address(host, port)
    store = ready_store(current_clock())
    demo_data.provide(store, seed=seed, lang=language())
    store.close()
    if not load_only:
        _serve(host, port)
