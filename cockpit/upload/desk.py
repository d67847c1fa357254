"""The files that people brought in, one a session, while they are looked at, tried and loaded.

Invariant: a file lies under a generated name in a private folder of this process, and nowhere else; it is removed when
it was loaded or dropped, when every page that showed it was closed or nobody goes on with it, and what a killed
process left is removed at the next start; a load under way is never broken off by that. A session finds its own, and
what lies idle keeps nobody else from anything.
"""

import fcntl
import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Mapping
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
PRECEDING = {LOOKING: (RECEIVING, ASKED), TRYING: (ASKED,), LOADING: (SHOWN,)}
"""By running stage: those that it may follow."""
RUNNING = tuple(PRECEDING)


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

    `owner` is the account, `room` the bytes set aside for it while it is received; `tabs` are the pages that showed it,
    by Streamlit's number, `attended` when one of them was last open (monotonic s).
    `parts` are its sheets or layers, `part` the one that somebody chose; `fault` is a key of the catalogue, `said` the
    last sentence of a command that failed.
    """

    token: str
    session_id: int
    owner: int | None
    path: Path
    name: str
    room: int
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
    attended: float = field(default_factory=time.monotonic)
    tabs: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def is_running(self) -> bool:
        """Whether something is under way that can be cancelled."""
        return self.stage in RUNNING

    @property
    def is_idle(self) -> bool:
        """Whether it only lies there, until somebody clicks."""
        return self.stage in (ASKED, SHOWN)

    @property
    def kept(self) -> int:
        """The bytes that it takes on the disk, or will."""
        return 0 if self.stage == DONE else max(self.room, self.size)

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
    """As many files are worked on as may be at a time."""


class RoomFullError(Exception):
    """The files of this person that are under way take all the room that one person has."""


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

    def begin(self, session_id: int, name: str, *, owner: int | None, room: int) -> Upload:
        """A place of `room` bytes for the session's file, in place of one that it had; raises RoomFullError.

        Where the room of one person does not suffice, those of the owner's other files give way that lie idle, the
        oldest first.
        """
        token = secrets.token_hex(16)
        ending = Path(name[-16:]).suffix.lower()
        path = self.folder / f"{token}{ending if ending in ENDINGS else ''}"
        told = "".join(one if one.isprintable() else "·" for one in name[:LONGEST_NAME]).strip()
        made = Upload(token, session_id, owner, path, told or token, room)
        with self._lock:
            gone = self._giving_way(session_id, owner, room)
            for one in gone:
                del self._held[one.session_id]
            self._held[session_id] = made
        for one in gone:
            one.remove()
        return made

    def _giving_way(self, session_id: int, owner: int | None, room: int) -> list[Upload]:
        """The uploads that a new one of `room` bytes takes the place of."""
        before = self._held.get(session_id)
        others = [one for one in self._held.values() if one.owner == owner and one is not before]
        lacking = sum(one.kept for one in others) + room - limits().most_bytes_each
        gone = [before] if before is not None else []
        for one in sorted((one for one in others if one.is_idle), key=lambda one: one.touched):
            if lacking > 0:
                gone.append(one)
                lacking -= one.kept
        if lacking > 0:
            raise RoomFullError
        return gone

    def take_turn(self, upload: Upload, stage: str) -> bool:
        """Lets the upload go to a running stage; False where another page of its session was first.

        Raises DeskFullError where no more may run, or it was dropped.
        """
        with self._lock:
            is_held = self._held.get(upload.session_id) is upload
            if not is_held or self._running(upload) >= limits().at_once:
                raise DeskFullError
            return any(upload.claim(before, stage) for before in PRECEDING[stage])

    def has_turn(self) -> bool:
        """Whether one more upload may run now."""
        with self._lock:
            return self._running(None) < limits().at_once

    def _running(self, but: Upload | None) -> int:
        return sum(one.is_running for one in self._held.values() if one is not but)

    def find(self, session_id: int, *, tab: str = "") -> Upload | None:
        """The session's upload; `tab`: the page that shows it."""
        with self._lock:
            found = self._held.get(session_id)
        if found is not None:
            found.touched = found.attended = time.monotonic()
            if tab:
                found.tabs.add(tab)
        return found

    def is_held(self, upload: Upload) -> bool:
        """Whether this is still the upload of its session."""
        with self._lock:
            return self._held.get(upload.session_id) is upload

    def drop(self, upload: Upload) -> None:
        """Ends and removes the upload."""
        with self._lock:
            if self._held.get(upload.session_id) is upload:
                del self._held[upload.session_id]
        upload.remove()

    def sign_out(self, session_id: int) -> None:
        """Removes the file of a session that is over; a load that was confirmed goes on to its end."""
        with self._lock:
            found = self._held.get(session_id)
        if found is not None and found.stage != LOADING:
            self.drop(found)

    def forget(self, is_open: Callable[[str], bool]) -> int:
        """Removes what nobody goes on with and whose pages were all closed; how many. A load is waited for.

        `is_open` tells whether a page, by Streamlit's number, is open in a browser.
        """
        now = time.monotonic()
        with self._lock:
            for one in self._held.values():
                if any(is_open(tab) for tab in tuple(one.tabs)):
                    one.attended = now
            gone = [one for one in self._held.values() if _is_forgotten(one, now)]
            for one in gone:
                del self._held[one.session_id]
        for one in gone:
            one.remove()
        return len(gone)

    def close(self) -> None:
        """Ends and removes everything."""
        with self._lock:
            held = list(self._held.values())
        for one in held:
            self.drop(one)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._mark)


def _is_forgotten(upload: Upload, now: float) -> bool:
    if upload.stage == LOADING:
        return False
    is_left = upload.stage != RECEIVING and now - upload.attended > limits().left_seconds
    return is_left or now - upload.touched > limits().keep_minutes * 60


@cache
def desk() -> Desk:
    """The desk of this process; the first call sweeps what others left."""
    return Desk(reader.home() / "uploads")
