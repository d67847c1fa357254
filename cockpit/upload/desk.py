"""The files that people brought in, one a session, while they are looked at, tried and loaded.

Invariant: a file lies under a generated name in a private folder of this process, and nowhere else; it is removed when
it was loaded, dropped or forgotten, and what a killed process left is removed at the next start. A session
finds its own.
"""

import fcntl
import os
import secrets
import shutil
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cockpit.upload.child import Child
from config import reader
from config.upload import upload as limits

ENDINGS = frozenset((
    ".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".json", ".geojson", ".zip", ".gpkg", ".pbf", ".kml", ".xml",
    ".parquet",
))  # fmt: skip
"""Endings that the kept name has too, since readers take them for a hint; any other is left out."""
LONGEST_NAME = 200
RECEIVING, LOOKING, ASKED, TRYING, SHOWN, LOADING, DONE = (
    "receiving",
    "looking",
    "asked",
    "trying",
    "shown",
    "loading",
    "done",
)
RUNNING = (LOOKING, TRYING, LOADING)


@dataclass(frozen=True)
class Choice:
    """How the file is to be read; None: as the built-in mapping, the file or nobody says."""

    dataset: str
    source: str | None = None
    crs: str | None = None
    level: str | None = None
    part: str | None = None


@dataclass
class Upload:
    """One file of one session, and how far it has come.

    `parts` are its sheets or layers, `part` the one that somebody chose; `fault` is a key of the catalogue, `said` the
    last sentence of a command that failed.
    """

    token: str
    session_id: int
    path: Path
    name: str
    stage: str = RECEIVING
    size: int = 0
    sha256: str = ""
    rows: int = 0
    parts: tuple[str, ...] = ()
    part: str | None = None
    choice: Choice | None = None
    looked: Mapping[str, Any] = field(default_factory=dict)
    tried: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)
    fault: str = ""
    said: str = ""
    child: Child | None = None
    touched: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def is_running(self) -> bool:
        """Whether something is under way that can be cancelled."""
        return self.stage in RUNNING

    def claim(self, before: str, stage: str) -> bool:
        """Goes from the one stage to the other; False where it is at another one (a second page of the session)."""
        with self._lock:
            is_ours = self.stage == before
            if is_ours:
                self.stage = stage
            return is_ours

    def remove(self) -> None:
        """Ends what is under way and removes the file."""
        if self.child is not None:
            self.child.end()
        with suppress(FileNotFoundError):
            self.path.unlink()


class DeskFullError(Exception):
    """There are as many files as there may be at a time."""


class Desk:
    """All uploads of this process; safe for several threads."""

    def __init__(self, root: Path) -> None:
        self._lock = threading.Lock()
        self._held: dict[int, Upload] = {}
        self._tickets: dict[int, str] = {}
        self._sweep(root)
        self.folder = root / secrets.token_hex(8)
        self.folder.mkdir(mode=0o700)
        self._mark = os.open(self.folder, os.O_RDONLY)
        fcntl.flock(self._mark, fcntl.LOCK_EX | fcntl.LOCK_NB)

    @staticmethod
    def _sweep(root: Path) -> None:
        """Removes what processes left that are gone: nobody holds the lock of their folder."""
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        root.chmod(0o700)
        for folder in filter(Path.is_dir, root.iterdir()):
            mark = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            except BlockingIOError:
                continue
            finally:
                os.close(mark)

    def ticket(self, session_id: int) -> str:
        """The word that a page of this session must send along with a file."""
        with self._lock:
            return self._tickets.setdefault(session_id, secrets.token_urlsafe(24))

    def is_ticket(self, session_id: int, told: str) -> bool:
        """Whether that is the session's word."""
        return secrets.compare_digest(self.ticket(session_id).encode(), told.encode("utf-8", "replace"))

    def begin(self, session_id: int, name: str) -> Upload:
        """A place for the session's file, in place of one that it had; raises DeskFullError."""
        self.drop(session_id)
        token = secrets.token_hex(16)
        ending = Path(name[-16:]).suffix.lower()
        path = self.folder / f"{token}{ending if ending in ENDINGS else ''}"
        told = "".join(one if one.isprintable() else "·" for one in name[:LONGEST_NAME]).strip()
        made = Upload(token, session_id, path, told or token)
        with self._lock:
            if len(self._held) >= limits().at_once:
                raise DeskFullError
            self._held[session_id] = made
        return made

    def find(self, session_id: int) -> Upload | None:
        """The session's upload."""
        with self._lock:
            found = self._held.get(session_id)
        if found is not None:
            found.touched = time.monotonic()
        return found

    def is_held(self, upload: Upload) -> bool:
        """Whether this is still the upload of its session."""
        with self._lock:
            return self._held.get(upload.session_id) is upload

    def drop(self, session_id: int) -> Upload | None:
        """Ends and removes the session's upload."""
        with self._lock:
            found = self._held.pop(session_id, None)
        if found is not None:
            found.remove()
        return found

    def discard(self, upload: Upload) -> None:
        """Ends and removes this upload, and no other that has taken its place."""
        with self._lock:
            if self._held.get(upload.session_id) is upload:
                del self._held[upload.session_id]
        upload.remove()

    def sign_out(self, session_id: int) -> None:
        """Removes the file of a session that is over; a load that was confirmed goes on to its end."""
        with self._lock:
            found = self._held.get(session_id)
        if found is not None and found.stage != LOADING:
            self.discard(found)

    def forget_old(self) -> int:
        """Removes what nobody goes on with; how many."""
        before = time.monotonic() - limits().keep_minutes * 60
        with self._lock:
            old = [key for key, one in self._held.items() if one.touched < before and one.stage != LOADING]
        for key in old:
            self.drop(key)
        return len(old)

    def close(self) -> None:
        """Ends and removes everything."""
        with self._lock:
            held = list(self._held)
        for key in held:
            self.drop(key)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._mark)


@cache
def desk() -> Desk:
    """The desk of this process; the first call sweeps what others left."""
    return Desk(reader.home() / "uploads")
