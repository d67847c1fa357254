"""Runs a command of this program as a child process: what a page may not do itself (loading) happens there.

Invariant: the arguments are a list, never a line for a shell; the child works as the account that asked, and
checks its rights again; what it prints is read as JSON or as sentences, never as markup.
"""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from config.reader import PROJECT

PROGRAM = "from cockpit.cli import main; main()"
LONGEST_S = 1_800
DONE = (0, 2, 3)
"""Exit codes after which standard output holds a result, if it holds anything."""


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, what it printed as JSON (None: nothing), its sentences."""

    code: int
    result: Mapping[str, Any] | None
    told: str


def run(arguments: Sequence[str]) -> Ended:
    """Runs `cockpit ARGUMENTS…` to its end; one that takes too long is ended, and its transaction with it."""
    command = [sys.executable, "-c", PROGRAM, *arguments]
    try:
        done = subprocess.run(
            command, cwd=PROJECT, capture_output=True, stdin=subprocess.DEVNULL, timeout=LONGEST_S, check=False
        )
    except subprocess.TimeoutExpired:
        return Ended(1, None, "")
    out = done.stdout.decode("utf-8", "replace").strip()
    return Ended(
        done.returncode, _json(out) if done.returncode in DONE else None, done.stderr.decode("utf-8", "replace")
    )


def _json(out: str) -> Mapping[str, Any] | None:
    try:
        found = orjson.loads(out) if out else None
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None
