"""Where the embedded PostGIS lies and whose it is; guards that no other account can reach its data or its socket."""

import hashlib
import os
import pwd
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from config.messages import tr
from geo.errors import StoreUnavailable

PORT = 54321  # only part of the socket's name; not PostgreSQL's own, so that a lost host never finds another server
ROOT_FOLDER = Path("/var/lib/street-cockpit")
ROOT_ACCOUNT = "postgres"  # PostgreSQL refuses to run as root; Debian's package makes this account
SOCKET_PATH_BYTES = 107  # sockaddr_un.sun_path holds 108 with the closing zero, see unix(7)


class EmbeddedError(StoreUnavailable):
    """The embedded PostGIS cannot be made, started or stopped; the message says why and what to do.

    `str()` is English, for logs; `message(lang)` is for people.
    """

    def __init__(self, key: str, **params: object) -> None:
        self.key = key
        self.params = params
        super().__init__(self.message("en"))

    def message(self, lang: str) -> str:
        """The whole message in `zh` or `en`, plain text."""
        return tr(f"embedded.{self.key}", lang, **self.params)


@dataclass(frozen=True)
class Place:
    """The folder of one cluster and the account of its server (our own, or `postgres` where we are root)."""

    base: Path
    home: Path
    uid: int
    gid: int

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory; complete whenever it exists."""
        return self.base / "data"

    @property
    def unfinished(self) -> Path:
        """A cluster that is being made; renamed to `data` when complete, worthless before."""
        return self.base / "data.unfinished"

    @property
    def lock(self) -> Path:
        """Held by whoever makes, starts or stops the cluster."""
        return self.base / "lock"

    @property
    def start_log(self) -> Path:
        """What the last start said before the server opened its own log (`data/log/`)."""
        return self.base / "start.log"

    @property
    def tag(self) -> str:
        """The cluster's name in the title of each of its processes, distinct for each place."""
        return f"cockpit-{_short_hash(self.base)}"

    @property
    def sockets(self) -> Path:
        """The private folder of the socket: in the cluster, or below /tmp where that path would not do.

        A socket's path is limited in length, and libpq reads a comma as the end of a host.
        """
        inside = self.base / "run"
        if len(os.fsencode(socket_file(inside))) <= SOCKET_PATH_BYTES and "," not in str(inside):
            return inside
        return Path("/tmp") / f"street-cockpit-{self.uid}-{_short_hash(self.base)}"  # noqa: S108 checked in make()

    def as_server(self, command: list[str]) -> list[str]:
        """`command` as the server's account runs it."""
        if self.uid == os.geteuid():
            return command
        return ["setpriv", f"--reuid={self.uid}", f"--regid={self.gid}", "--init-groups", *command]

    def make(self) -> None:
        """Makes the folders, 0700 and the server's; raises EmbeddedError where that is refused."""
        try:
            self.base.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
            for folder in (self.base, self.sockets):
                self._make_private(folder)
        except OSError as error:
            raise EmbeddedError("folder_refused", folder=error.filename, reason=error.strerror) from error
        with suppress(FileExistsError), (self.base / "home").open("x", encoding="utf-8") as note:
            note.write(f"{self.home}\n")  # tells a steward whose cluster this is

    def _make_private(self, folder: Path) -> None:
        if not os.path.lexists(folder):
            made = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))  # 0700
            os.chown(made, self.uid, self.gid)
            try:
                made.rename(folder)  # so a program that begins now never meets a folder that is not yet the server's
            except OSError:  # another one was first and uses it already
                made.rmdir()
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.uid:
            raise EmbeddedError("folder_foreign", folder=folder, owner=found.st_uid, wanted=self.uid)
        if stat.S_IMODE(found.st_mode) != 0o700:
            folder.chmod(0o700)


def locate(home: Path) -> Place:
    """The place of the cluster that belongs to `home` (COCKPIT_HOME); touches nothing.

    For root it lies outside `home`, which the server's account often cannot enter.
    Raises EmbeddedError off Linux, and for root where there is no account to run the server.
    """
    home = home.resolve()
    if not Path("/proc/self/cmdline").exists():
        raise EmbeddedError("not_linux")
    if os.geteuid() != 0:
        return Place(base=home / "postgis", home=home, uid=os.geteuid(), gid=os.getegid())
    try:
        account = pwd.getpwnam(ROOT_ACCOUNT)
    except KeyError:
        raise EmbeddedError("no_account", account=ROOT_ACCOUNT) from None
    return Place(base=ROOT_FOLDER / _short_hash(home), home=home, uid=account.pw_uid, gid=account.pw_gid)


def socket_file(folder: Path) -> Path:
    """The server's socket in `folder`."""
    return folder / f".s.PGSQL.{PORT}"


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
