"""The file of a backup: one zip of `store.dump` (pg_dump -Fc), `config/…` and `manifest.json`.

Invariant: a file of that name is a whole backup. It is written under another name (0600), forced to disk and renamed
last; one that was cut or altered is told before anything is restored from it.
"""

import errno
import fcntl
import hashlib
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

import orjson

from geo.backup_words import BackupError

FORMAT = 1
DUMP, MANIFEST, CONFIG = "store.dump", "manifest.json", "config/"
PART = ".cockpit-part"
BLOCK = 1 << 20
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, NotImplementedError)


@dataclass(frozen=True)
class Sealed:
    """A finished part: bytes and sha256 (hex)."""

    size: int
    sha256: str


@contextmanager
def private_file(path: Path, *, mode: str = "new") -> Iterator[IO[bytes]]:
    """A stream that becomes `path` (0600) when the block ends without an error, else leaves no trace.

    `mode` `new` never replaces a file, `replace` does. Raises BackupError for a taken name, a place that cannot be
    written and a full disk.
    """
    if mode == "new" and os.path.lexists(path):
        raise BackupError("file_exists", file=path)
    part = path.with_name(f".{path.name}{PART}")
    try:
        with _locked(part, path) as stream:
            try:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
                _name(part, path, mode=mode)
            finally:
                part.unlink(missing_ok=True)
    except OSError as error:
        raise _told(error, path) from error


@contextmanager
def _locked(part: Path, path: Path) -> Iterator[IO[bytes]]:
    """The unfinished file, ours alone; what killed backups left in the folder goes."""
    for left in path.parent.glob(f".*{PART}"):
        _sweep(left)
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "r+b") as stream:
        if not _is_ours(stream, part):
            raise BackupError("file_busy", file=path)
        os.fchmod(stream.fileno(), 0o600)
        stream.truncate(0)
        yield stream


def _sweep(part: Path) -> None:
    """Removes an unfinished file whose program has ended."""
    with suppress(OSError), part.open("r+b") as stream:
        if _is_ours(stream, part):
            part.unlink()


def _is_ours(stream: IO[bytes], part: Path) -> bool:
    """Whether this program now holds the file, and it still goes by that name."""
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.fstat(stream.fileno()).st_ino == part.lstat().st_ino
    except (BlockingIOError, FileNotFoundError):
        return False


def _name(part: Path, path: Path, *, mode: str) -> None:
    if mode == "replace":
        part.replace(path)
    else:
        try:
            os.link(part, path)  # unlike a rename it never replaces what came meanwhile
        except FileExistsError:
            raise BackupError("file_exists", file=path) from None
        except OSError:  # a file system without links
            part.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _told(error: OSError, path: Path) -> BackupError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return BackupError("disk_full", is_refusal=False, folder=path.parent)
    return BackupError("not_writable", file=path, reason=error.strerror or error)


def write_dump(archive: zipfile.ZipFile, dump: IO[bytes]) -> Sealed:
    """Copies what pg_dump says into the archive and tells its size and hash."""
    digest, size = hashlib.sha256(), 0
    with archive.open(zipfile.ZipInfo(DUMP), "w", force_zip64=True) as entry:
        while block := dump.read(BLOCK):
            entry.write(block)
            digest.update(block)
            size += len(block)
    return Sealed(size, digest.hexdigest())


def write_config(archive: zipfile.ZipFile, folder: Path) -> tuple[str, ...]:
    """Copies a site's own settings into the archive; their names below `config/`, sorted."""
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    names = tuple(path.relative_to(folder).as_posix() for path in files)
    for name, path in zip(names, files, strict=True):
        archive.writestr(f"{CONFIG}{name}", path.read_bytes(), compress_type=zipfile.ZIP_DEFLATED)
    return names


def write_manifest(archive: zipfile.ZipFile, manifest: Mapping[str, Any]) -> None:
    """Writes the manifest, the last part."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
    archive.writestr(MANIFEST, orjson.dumps(manifest, option=options), compress_type=zipfile.ZIP_DEFLATED)


class BackupFile:
    """A backup that is whole: its manifest, its settings, its dump."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
        self.path = path
        self.manifest = manifest
        self._archive = archive

    @contextmanager
    def dump(self) -> Iterator[IO[bytes]]:
        """The dump from its first byte."""
        with self._archive.open(DUMP) as stream:
            yield stream

    def config(self) -> dict[str, bytes]:
        """The site's own settings by their path below `config/`."""
        names = [name for name in self._archive.namelist() if name.startswith(CONFIG) and not name.endswith("/")]
        return {name.removeprefix(CONFIG): self._archive.read(name) for name in names}


@contextmanager
def opened(path: Path) -> Iterator[BackupFile]:
    """The backup in `path`, wholly checked; raises BackupError for a missing, damaged or newer one."""
    with _whole(path), zipfile.ZipFile(path) as archive:
        manifest = orjson.loads(archive.read(MANIFEST))
        if manifest["format"] > FORMAT:
            raise BackupError("newer_format", file=path, program=manifest["program"])
        found = BackupFile(path, archive, manifest)
        _check(found)
    with zipfile.ZipFile(path) as archive:
        yield BackupFile(path, archive, manifest)


@contextmanager
def _whole(path: Path) -> Iterator[None]:
    """Turns whatever a file says that is no whole backup into BackupError."""
    try:
        yield
    except OSError as error:
        raise BackupError("not_readable", file=path, reason=error.strerror or error) from error
    except UNREADABLE as error:
        raise BackupError("damaged", file=path) from error


def _check(backup: BackupFile) -> None:
    digest = hashlib.sha256()
    with backup.dump() as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    names = sorted(backup.config())
    is_safe = all(not PurePosixPath(name).is_absolute() and ".." not in PurePosixPath(name).parts for name in names)
    if digest.hexdigest() != backup.manifest["dump"]["sha256"] or names != backup.manifest["config"] or not is_safe:
        raise BackupError("damaged", file=backup.path)
