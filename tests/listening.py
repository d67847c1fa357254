"""A listener at `/wall/bell` without a browser: reads the events as they come.

Invariant: nothing waits for ever; what does not come within WAIT_S fails the test.
"""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

from cockpit.access.current import COOKIE

WAIT_S = 30.0
PATH = "/wall/bell"


@dataclass
class Stream:
    """One connection; `events` are those that came so far, as (kind, version)."""

    line: socket.socket
    status: int = 0
    head: str = ""
    events: list[tuple[str, int]] = field(default_factory=list)
    is_over: bool = False
    _rest: bytes = b""

    def read(self, *, seconds: float = 0.5) -> None:
        """Takes in what comes within that time."""
        self.line.settimeout(seconds)
        with suppress(TimeoutError):
            got = self.line.recv(65_536)
            self.is_over = not got
            self._rest += got
        if not self.status and b"\r\n\r\n" in self._rest:
            head, self._rest = self._rest.split(b"\r\n\r\n", 1)
            self.head = head.decode().lower()
            self.status = int(head.split(b" ")[1])
        text = self._rest.decode("utf-8", "replace")
        self.is_over |= text.endswith("0\r\n\r\n")
        told = [block for block in text.split("event: ")[1:] if "\ndata: " in block]
        self.events = [(one.split("\n")[0], int(one.split("data: ")[1].split("\n")[0])) for one in told]

    def kinds(self) -> list[str]:
        """The kinds of the events so far."""
        return [kind for kind, _ in self.events]

    def until(self, *, status: int | None = None, version: int | None = None, kind: str | None = None) -> None:
        """Reads until that came: the status, an event of at least that version, or one of that kind."""
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            self.read()
            is_there = (
                (status is None or self.status == status)
                and (version is None or any(one >= version for _, one in self.events))
                and (kind is None or kind in self.kinds())
            )
            if is_there:
                return
        pytest.fail(f"never came: {status or version or kind}; {self.status} {self.events}")

    def until_over(self) -> None:
        """Reads until the server has ended it."""
        deadline = time.monotonic() + WAIT_S
        while not self.is_over:
            assert time.monotonic() < deadline, f"still open: {self.events}"
            with suppress(ConnectionError):
                self.read()
                continue
            return


def opened(address: str, token: str = "", *, method: str = "GET", headers: str = "") -> Stream:
    """A connection that asked for the stream."""
    parts = urlsplit(address)
    line = socket.create_connection((parts.hostname or "", parts.port or 80), timeout=WAIT_S)
    cookie = f"Cookie: {COOKIE}={token}\r\n" if token else ""
    line.sendall(f"{method} {PATH} HTTP/1.1\r\nHost: {parts.netloc}\r\n{cookie}{headers}\r\n".encode())
    return Stream(line)


@contextmanager
def listening(address: str, token: str) -> Iterator[Stream]:
    """A stream that stands."""
    stream = opened(address, token)
    try:
        stream.until(kind="ring")
        yield stream
    finally:
        stream.line.close()
