"""What identifies a file: its bytes, and that they stayed the same while they were read.

Invariant: nothing is read from a file that changed since it was hashed.
"""

import errno
import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from loaders.faults import Refused


@dataclass(frozen=True)
class FileFacts:
    """What identifies the bytes of a file, and that they stayed the same while they were read."""

    path: Path
    size: int
    modified_ns: int
    digest: Callable[[], str]
    """Gives the SHA-256 of the bytes, which are hashed while the file is opened."""

    @property
    def sha256(self) -> str:
        """Raises Refused: not readable."""
        try:
            return self.digest()
        except OSError as error:
            raise _unreadable(self.path, error) from error

    def refuse_if_changed(self) -> None:
        """Raises Refused when the file is no longer the one that was hashed, or gone."""
        try:
            now = self.path.stat()
        except OSError as error:
            raise Refused("file_changed", file=self.path.name) from error
        if (now.st_size, now.st_mtime_ns) != (self.size, self.modified_ns):
            raise Refused("file_changed", file=self.path.name)


def facts(path: Path) -> FileFacts:
    """Hashes the file. Raises Refused: missing, a folder, not readable, empty."""
    try:
        if path.is_dir():
            raise Refused("is_folder", file=str(path))
        if path.exists() and not path.is_file():  # a pipe or a device would never end
            raise Refused("unreadable_file", file=str(path), reason=os.strerror(errno.EINVAL))
        with path.open("rb"):
            before = path.stat()
    except FileNotFoundError as error:
        raise Refused("missing_file", file=str(path)) from error
    except OSError as error:
        raise _unreadable(path, error) from error
    if before.st_size == 0:
        raise Refused("empty_file", file=path.name)
    worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hash")
    digest = worker.submit(_sha256, path)
    worker.shutdown(wait=False)
    return FileFacts(path=path, size=before.st_size, modified_ns=before.st_mtime_ns, digest=digest.result)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _unreadable(path: Path, error: OSError) -> Refused:
    return Refused("unreadable_file", file=str(path), reason=error.strerror or str(error))
