"""`cockpit up` and `cockpit demo`: the store made ready, then the pages served; and pages tied to another command.

Invariant: nothing is served before safe_start found no reason against it; the demo mode listens on loopback only.
"""

import errno
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import click

from cockpit.access import demo as demo_mode
from cockpit.cli import demo_accounts, demo_data, live, safe_start
from cockpit.cli.publish import after_load
from cockpit.cli.ready import language, ready_store
from cockpit.cli.telling import say
from config.messages import tr
from geo.errors import NotMigrated
from geo.store import Store
from geo.viewer import current_clock, is_clock_set

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


def refuse(reasons: Sequence[safe_start.Reason]) -> None:
    """Ends with 2 and all reasons, one a line; does nothing where there are none."""
    if not reasons:
        return
    say(tr("start.refused", language()), err=True)
    for reason in reasons:
        say(f"- {reason.text(language())}", err=True)
    sys.exit(2)


def safe_store(host: str) -> Store:
    """The migrated store of a real installation; ends with 2 and every reason why its pages are not served."""
    reasons = safe_start.before_store(host)
    try:
        store = ready_store(current_clock())
        reasons += safe_start.in_store(store)
    except NotMigrated as fault:
        reasons += (safe_start.Reason("schema", {"reason": fault}),)
    refuse(reasons)
    if not safe_start.has_accounts(store):
        say(tr("start.no_accounts", language()), err=True)
    return store


def make_safe(store: Store, host: str) -> None:
    """Before another command serves pages: the demo mode where the store has sample accounts, else as `cockpit up`."""
    if safe_start.demo_count(store):
        check_demo_address(host)
        begin_demo(store)
    else:
        refuse(safe_start.before_store(host) + safe_start.in_store(store))


def check_demo_address(host: str) -> None:
    """Ends with 2 where the demo mode would listen to more than this machine."""
    if not safe_start.is_loopback(host):
        refuse((safe_start.Reason("demo_open_port", {"host": host}),))


def _serve(host: str, port: int) -> None:
    """Becomes the server process; the terminal's signals reach it directly."""
    _tell(host, port)
    os.chdir(APP.parent.parent)
    arguments = ["-m", "cockpit.cli.served", *_arguments(host, port)]
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 - no shell is wanted


def _tell(host: str, port: int) -> None:
    shown = _shown(host)
    say(f"cockpit: http://{shown}:{port}  (Ctrl+C to end; `cockpit db stop` ends the database)", err=True)


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
    safe_store(host).close()
    _serve(host, port)


@click.command()
@click.option("--seed", default=demo_data.SEED, show_default=True, help="Same seed and clock, same street.")
@click.option("--load-only", is_flag=True, help="Load the sample and end, without serving the pages.")
@click.option("--no-sample", is_flag=True, help="Show what the store already holds; load no sample street.")
@click.option("--live", "is_live", is_flag=True, help="The street goes on while it is shown; now and then an alarm.")
@host_option
@port_option
def demo(*, seed: int, load_only: bool, no_sample: bool, is_live: bool, host: str, port: int) -> None:
    """Generate and load the sample street (示范街道, 模拟数据), then serve the pages in demo mode.

    In demo mode one sample account a role is entered without a password, on this machine only.
    """
    if is_live and (load_only or no_sample or is_clock_set()):
        raise click.UsageError(tr("cli.live_alone", language()))
    if not load_only:
        check_demo_address(host)
        check_address(host, port)
    store = ready_store(current_clock())
    if not no_sample:
        demo_data.provide(store, seed=seed, lang=language())
    after_load(store, current_clock(), language())
    if is_live:
        begin_demo(store)
        with tied_server(host, port) as server:
            server.wait()
            live.go_on(store, lang=language(), is_alive=server.check)
    elif not load_only:
        begin_demo(store)
        store.close()
        _serve(host, port)
    store.close()


def begin_demo(store: Store) -> None:
    """Makes the sample accounts and turns the demo mode on for the pages that this program serves."""
    demo_accounts.check(store, lang=language())
    made = demo_accounts.provide(store, lang=language())
    say(tr("users.demo_ready", language(), logins=", ".join(account.login for account in made)), err=True)
    os.environ[demo_mode.VARIABLE] = "1"
