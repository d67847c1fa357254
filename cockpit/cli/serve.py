"""`cockpit up` and `cockpit demo`: the store made ready, then the pages served; and pages tied to another command."""

import errno
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import click

from cockpit.cli import demo_data
from cockpit.cli.publish import after_load
from cockpit.cli.ready import language, ready_store
from config.messages import tr
from geo.viewer import current_clock

START_S, STOP_S = 60, 10
APP = Path(__file__).parent.parent / "asgi.py"


def check_address(host: str, port: int) -> None:
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
    _tell(host, port)
    os.chdir(APP.parent.parent)
    arguments = ["-m", "streamlit", *_arguments(host, port)]
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 - no shell is wanted


def _tell(host: str, port: int) -> None:
    shown = _shown(host)
    click.echo(f"cockpit: http://{shown}:{port}  (Ctrl+C to end; `cockpit db stop` ends the database)", err=True)


def _shown(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104


def _arguments(host: str, port: int) -> list[str]:
    return ["run", str(APP), "--server.address", host, "--server.port", str(port)]


@dataclass(frozen=True)
class Server:
    """The pages in a child process that ends with this program."""

    process: "subprocess.Popen[bytes]"
    host: str
    port: int

    def wait(self) -> None:
        """Until the pages answer; raises click.ClickException when they do not."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            self.check()
            with suppress(OSError), socket.create_connection((_shown(self.host), self.port), timeout=1):
                _tell(self.host, self.port)
                return
            time.sleep(0.1)
        raise click.ClickException(tr("cli.pages_ended", language()))

    def check(self) -> None:
        """Raises click.ClickException when the server has ended."""
        if self.process.poll() is not None:
            raise click.ClickException(tr("cli.pages_ended", language()))


@contextmanager
def tied_server(host: str, port: int) -> Iterator[Server]:
    """The pages served by a child process until the context is left, or until this program ends in any way."""
    reading, writing = os.pipe()
    command = [sys.executable, "-m", "cockpit.cli.tied", str(reading), *_arguments(host, port)]
    process = subprocess.Popen(command, cwd=APP.parent.parent, stdout=sys.stderr, pass_fds=(reading,))
    os.close(reading)
    try:
        yield Server(process, host, port)
    finally:
        os.close(writing)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


host_option = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
port_option = click.option("--port", default=8501, show_default=True, type=click.IntRange(1, 65535))


@click.command()
@host_option
@port_option
def up(host: str, port: int) -> None:
    """Start the store if need be, migrate it, and serve the pages."""
    check_address(host, port)
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
        check_address(host, port)
    store = ready_store(current_clock())
    demo_data.provide(store, seed=seed, lang=language())
    after_load(store, current_clock(), language())
    store.close()
    if not load_only:
        _serve(host, port)
