"""Runs a command of this program in a child process that ends with this one, and reads what it says line by line.

Invariant: arguments are a list, never a line for a shell; the child works as the account that asks and checks its
rights again; what it prints is read as JSON, and what is none of that only as its last sentence.
"""

import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import orjson

from config.reader import PROJECT

WAIT_S = 20
LONGEST_SENTENCE = 2_000


class Child:
    """A command under way. `on_line` gets each object of JSON, `on_end` its last sentence that is none.

    Both are called from a thread of the child's own.
    """

    def __init__(
        self, arguments: Sequence[str], *, on_line: Callable[[Mapping[str, Any]], None], on_end: Callable[[str], None]
    ) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "cockpit.cli.leashed", *arguments],
            cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self._on_line, self._on_end = on_line, on_end
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        said = ""
        for line in self._process.stdout or ():
            told = _json(line)
            if told is None:
                said = line.decode("utf-8", "replace").strip()[:LONGEST_SENTENCE] or said
            elif "event" not in told:  # a line of the log
                self._on_line(told)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._on_end(said)

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def end(self) -> None:
        """Ends the command now and waits until `on_end` was called; what it had not committed is rolled back."""
        with suppress(ProcessLookupError):
            self._process.kill()
        self._listener.join(WAIT_S)


def _json(line: bytes) -> Mapping[str, Any] | None:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None
