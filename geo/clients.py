"""PostgreSQL's own programs for whole stores: pg_dump, pg_restore and psql of the server's major version.

Invariant: no password is in a program's arguments, and no row of data in what is told of a failure.
"""

import os
import re
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from psycopg.conninfo import make_conninfo
from sqlalchemy import make_url

from geo import sql
from geo.backup_file import BLOCK
from geo.backup_words import BackupError
from geo.embedded_programs import bindirs

NEEDED = ("pg_dump", "pg_restore", "psql")
SCHEMAS = ("access", "core", "landing", "mart", "ops")
LOCK_WAIT = "60s"
LAST_WORDS = 3
MARK = "~ cockpit: answered ~"


@dataclass(frozen=True)
class Clients:
    """The programs of one major version and the login they use."""

    bindir: Path
    conninfo: str
    environment: dict[str, str]

    def command(self, name: str, *arguments: str) -> list[str]:
        """The full command of one program."""
        return [str(self.bindir / name), *arguments]


def clients(url: str, *, major: int) -> Clients:
    """The programs for the server of `url`, whose major version is `major`; raises BackupError where none fits."""
    fitting = [bindir for bindir in bindirs() if _major(bindir) == major]
    if not fitting:
        raise BackupError("no_programs", major=major)
    _, options = make_url(url).get_dialect()().create_connect_args(make_url(url))
    password = options.pop("password", None)
    environment = dict(os.environ) | {"LC_ALL": "C.UTF-8", "PGTZ": "UTC", "PGAPPNAME": "cockpit db"}
    if password:
        environment["PGPASSWORD"] = str(password)
    return Clients(fitting[0], make_conninfo(**options), environment)


def _major(bindir: Path) -> int | None:
    """The major version of the three programs in `bindir`; None where one is missing or does not run."""
    if not all(os.access(bindir / name, os.X_OK) for name in NEEDED):
        return None
    try:
        said = subprocess.run([bindir / "pg_dump", "--version"], capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"(\d+)(\.|\w*\s*$|\s)", said.stdout)
    return int(found.group(1)) if found else None


@contextmanager
def dumping(found: Clients, *, snapshot: str) -> Iterator[IO[bytes]]:
    """What pg_dump writes of our schemas as `snapshot` sees them; raises BackupError unless it ends well."""
    schemas = [f"--schema={name}" for name in SCHEMAS]
    options = ["--format=custom", f"--snapshot={snapshot}", f"--lock-wait-timeout={LOCK_WAIT}", *schemas]
    command = found.command("pg_dump", *options, f"--dbname={found.conninfo}")
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, env=found.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said
        )
        try:
            assert process.stdout is not None  # noqa: S101 a pipe was asked for
            yield process.stdout
            if process.wait() != 0:
                raise BackupError("dump_failed", is_refusal=False, reason=_last_words(said))
        finally:
            _end(process)


class Script:
    """One psql session: named SQL goes in, answers come out; without a commit nothing of it stays.

    Stops at the first error; every method raises BackupError with the server's words then.
    """

    def __init__(self, found: Clients) -> None:
        self._clients = found
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 lives as long as the session
        options = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=terse", "-v", "SHOW_CONTEXT=never"]
        self._process = subprocess.Popen(
            found.command("psql", *options, f"--dbname={found.conninfo}"),
            env=found.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
        )

    def __enter__(self) -> "Script":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(OSError):
            self._input.close()
        _end(self._process)
        self._said.close()

    @property
    def _input(self) -> IO[bytes]:
        assert self._process.stdin is not None  # noqa: S101 a pipe was asked for
        return self._process.stdin

    def run(self, name: str) -> list[list[str]]:
        """The rows of the named SQL (its statements in order), as text."""
        try:
            self._input.write(f"{sql.text(name)}\n;\n\\echo {MARK}\n".encode())
            self._input.flush()
        except BrokenPipeError:
            raise self._failed() from None
        return [line.split("|") for line in self._answer()]

    def _answer(self) -> Iterator[str]:
        assert self._process.stdout is not None  # noqa: S101 a pipe was asked for
        while line := self._process.stdout.readline():
            if line.decode().rstrip("\n") == MARK:
                return
            yield line.decode().rstrip("\n")
        raise self._failed()

    def restore(self, dump: IO[bytes]) -> None:
        """Runs what pg_restore makes of the dump, owned by the login of this session."""
        self._input.write(b"\\o /dev/null\n")
        self._input.flush()
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(
                self._clients.command("pg_restore", "--file=-", "--no-owner"),
                env=self._clients.environment,
                stdin=subprocess.PIPE,
                stdout=self._input,
                stderr=said,
            )
            try:
                assert process.stdin is not None  # noqa: S101 a pipe was asked for
                feeder = _Feeder(dump, process.stdin)
                feeder.start()
                code = process.wait()
                feeder.join()
                if code != 0 or feeder.fault is not None:
                    if self._process.poll() is not None:
                        raise self._failed()
                    raise BackupError("restore_failed", is_refusal=False, reason=_last_words(said) or feeder.fault)
            finally:
                _end(process)
        try:
            self._input.write(b"\n\\o\n")
        except BrokenPipeError:
            raise self._failed() from None

    def _failed(self) -> BackupError:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        return BackupError("restore_failed", is_refusal=False, reason=_last_words(self._said))


class _Feeder(threading.Thread):
    """Gives a program its input while its output is read elsewhere."""

    def __init__(self, source: IO[bytes], target: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._source, self._target = source, target
        self.fault: Exception | None = None

    def run(self) -> None:
        try:
            while block := self._source.read(BLOCK):
                self._target.write(block)
        except Exception as error:  # noqa: BLE001 told to the thread that waits
            self.fault = error
        finally:
            with suppress(OSError):
                self._target.close()


def _end(process: "subprocess.Popen[Any]") -> None:
    """Ends the program if it still runs."""
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()
    with suppress(subprocess.TimeoutExpired):
        process.wait(10)
    if process.poll() is None:
        process.kill()
        process.wait()


def _last_words(said: IO[bytes]) -> str:
    said.seek(0)
    lines = [line for line in said.read().decode(errors="replace").splitlines() if "WARNING" not in line]
    return " ".join(lines[-LAST_WORDS:]).strip()
