"""The last good picture of a wall on disk, for a server that starts again while the database is away.

While the database is away nobody can be asked who somebody is. What is kept here is shown then, to one browser:

Invariant: a picture is enciphered with a key made of the value of the cookie of the session it was shown to, which is
kept nowhere on this machine; its file's name is another digest of it. So it opens for that browser and for nobody
else: not for another wall, another account or another role, nor for who reads the folder, a copy or a backup of it.
What else must not get out, and how it is kept in:

- more than a wall may see: only what the wall's database login gave is kept, and only of accounts of the role wall
  (a leader who looks at the wall leaves nothing on disk);
- what was taken back: signing out removes the file at once; a session that was revoked, has run out or whose account
  has ended loses it at the next look (`sweep`, at the start of the server and every half minute while the database
  answers). Between a revocation and that look the browser that already showed the picture can show it again, if server
  and database went away in between; it can get nothing newer;
- the past for the present: a picture is shown only while the database does not answer, with its moment and the mark,
  for three days at most, and never after its session would have run out;
- to other accounts of this machine: folder 0700, files 0600, made anew and put in place in one step, links are not
  followed; the log names no picture, session or value;
- disk: FEW files, each at most every EVERY_S; what cannot be written is not kept, and no page fails of it.
"""

import base64
import hashlib
import os
import secrets
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import structlog
from cryptography.fernet import Fernet, InvalidToken

from cockpit import queries
from cockpit.wall import kept_form
from cockpit.wall.scene import Scene
from config.access import WALL
from config.reader import home
from geo.accounts import Session, holding
from geo.errors import GeoError
from geo.viewer import Clock

FOLDER = "wall-pictures"
FEW, EVERY_S = 8, 30.0
LONGEST = timedelta(days=3)
BIGGEST = 2_000_000
HEAD_BYTES = 8
"""The session's number stands before the picture: `sweep` needs no key, and the number says nothing by itself."""
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Shown:
    """What a wall showed: its scenes, the moment they stand at, when incidents were last loaded, what is invented.

    `n_overdue`: how many cases were overdue, None where no case has a deadline.
    """

    scenes: tuple[Scene, ...]
    at: datetime
    loaded_at: datetime | None
    is_simulated: bool
    n_overdue: int | None = None

    @property
    def clock(self) -> Clock:
        """The moment of the picture."""
        return Clock(self.at)


@dataclass(frozen=True, slots=True)
class Kept:
    """The same on disk; `until` its session holds, `taken_at` (of the machine)."""

    shown: Shown
    until: datetime
    taken_at: datetime


class _Turns:
    """When each picture was last written; digests of sessions alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at: dict[str, float] = {}

    def is_due(self, name: str) -> bool:
        now = time.monotonic()
        with self._lock:
            if now - self._at.get(name, -EVERY_S) < EVERY_S:
                return False
            self._at = {one: at for one, at in self._at.items() if now - at < EVERY_S} | {name: now}
            return True

    def forget(self, name: str) -> None:
        with self._lock:
            self._at.pop(name, None)


_TURNS = _Turns()


def is_due(token: str | None) -> bool:
    """Whether the picture of this browser was not written for EVERY_S; then it is this caller's to write."""
    return bool(token) and _TURNS.is_due(_name(token or ""))


def keep(token: str | None, session: Session | None, shown: Shown) -> None:
    """Keeps the picture that the wall of this session just showed; does nothing for who is no wall."""
    if not token or session is None or session.viewer.role != WALL:
        return
    record = Kept(shown, session.expires_at, datetime.now(UTC))
    try:
        content = session.session_id.to_bytes(HEAD_BYTES, "big") + _cipher(token).encrypt(kept_form.dumps(record))
        if len(content) <= BIGGEST:
            _write(_place(token), content)
            _thin()
    except (OSError, kept_form.UnfitError) as fault:
        _log.warning("wall_picture_not_kept", fault=type(fault).__name__)


def recall(token: str | None) -> Shown | None:
    """What this browser's wall last showed; None where there is nothing, or nothing that may still be shown."""
    if not token:
        return None
    now = datetime.now(UTC)
    try:
        content = _read(_place(token))
        found = kept_form.loads(Kept, _cipher(token).decrypt(content[HEAD_BYTES:]))
    except (OSError, InvalidToken, kept_form.UnfitError):
        return None
    is_over = now >= found.until or not timedelta(0) <= now - found.taken_at <= LONGEST
    return None if is_over else found.shown


def forget(token: str | None) -> None:
    """The session has ended: its picture is removed."""
    if token:
        _TURNS.forget(_name(token))
        _remove(_place(token))


def sweep() -> None:
    """Removes the pictures of sessions that hold no more, and old ones; does nothing while the store is away."""
    files = {path: _session_of(path) for path in _files()}
    if not files:
        return
    try:
        held = holding(queries.store(), {one for one in files.values() if one is not None}, now=datetime.now(UTC))
    except GeoError:
        return
    for path, session_id in files.items():
        if session_id not in held or time.time() - _written_at(path) > LONGEST.total_seconds():
            _remove(path)


def _name(token: str) -> str:
    return hashlib.sha256(b"name of a wall's picture:" + token.encode()).hexdigest()


def _cipher(token: str) -> Fernet:
    """The value of a session is 256 random bits: its digest is as good a key."""
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"key of a wall's picture:" + token.encode()).digest()))


def _folder() -> Path:
    return home() / FOLDER


def _place(token: str) -> Path:
    return _folder() / _name(token)


def _files() -> list[Path]:
    """All pictures, the newest first."""
    with suppress(OSError):
        found = [(path.stat(follow_symlinks=False).st_mtime, path) for path in _folder().iterdir()]
        return [path for _, path in sorted(found, reverse=True)]
    return []


def _written_at(path: Path) -> float:
    with suppress(OSError):
        return path.stat(follow_symlinks=False).st_mtime
    return time.time()


def _session_of(path: Path) -> int | None:
    """The number of the session that a picture was shown to; None for what is no picture, or was left half written."""
    if path.name.startswith("."):
        return None
    try:
        with _opened(path) as file:
            return int.from_bytes(file.read(HEAD_BYTES), "big")
    except OSError:
        return None


def _opened(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb")


def _read(path: Path) -> bytes:
    with _opened(path) as file:
        return file.read(BIGGEST + 1)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    part = path.parent / f".{secrets.token_hex(8)}"
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        part.replace(path)
    except OSError:
        _remove(part)
        raise


def _thin() -> None:
    for path in _files()[FEW:]:
        _remove(path)


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
