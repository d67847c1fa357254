"""Finds the server programs on this machine; guards that those chosen have PostGIS and fit the data."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from geo.embedded_place import EmbeddedError

DEBIAN_FOLDER = Path("/usr/lib/postgresql")
NEEDED = ("postgres", "initdb", "createdb")


@dataclass(frozen=True)
class Programs:
    """The folder of one PostgreSQL's programs and its version, such as `15.13`."""

    bindir: Path
    version: str

    @property
    def major(self) -> str:
        """The part of the version that data and programs must share."""
        return self.version.partition(".")[0]

    def __getitem__(self, name: str) -> str:
        """The full path of one program."""
        return str(self.bindir / name)


def find(data: Path) -> Programs:
    """The programs for the cluster in `data`, or the first choice where there is none yet.

    Order: `pg_config --bindir`, Debian's folders from the newest down, PATH. Raises EmbeddedError when no
    PostgreSQL with PostGIS is there, or none of the major version that made `data`.
    """
    found = [Programs(bindir, version_of(bindir)) for bindir in bindirs() if _usable(bindir)]
    if not found:
        raise EmbeddedError("no_postgis")
    made_by = data / "PG_VERSION"
    if not made_by.exists():
        return found[0]
    major = made_by.read_text(encoding="utf-8").strip()
    for programs in found:
        if programs.major == major:
            return programs
    here = ", ".join(sorted({programs.version for programs in found}))
    raise EmbeddedError("major_mismatch", data=data, major=major, here=here)


def version_of(bindir: Path) -> str:
    """The version of the server in `bindir`, such as `15.13` or `18beta1`."""
    said = _output([str(bindir / "postgres"), "--version"])
    match = re.search(r"\d+(\.\d+)*\w*", said)
    return match.group() if match else said


def bindirs() -> Iterator[Path]:
    """The folders in which this machine may have PostgreSQL's programs, the first choice first, each once."""
    seen: set[Path] = set()
    for bindir in (*_configured(), *_debian(), *_on_path()):
        real = bindir.resolve()
        if real not in seen:
            seen.add(real)
            yield real


def _configured() -> list[Path]:
    tool = shutil.which("pg_config")
    said = _output([tool, "--bindir"]) if tool else ""
    return [Path(said)] if said else []


def _debian() -> list[Path]:
    bindirs = [folder for folder in DEBIAN_FOLDER.glob("*/bin") if folder.parent.name.isdigit()]
    return sorted(bindirs, key=lambda folder: int(folder.parent.name), reverse=True)


def _on_path() -> list[Path]:
    server = shutil.which("postgres")
    return [Path(server).resolve().parent] if server else []


def _usable(bindir: Path) -> bool:
    if not all(os.access(bindir / name, os.X_OK) for name in NEEDED):
        return False
    return any((folder / "extension" / "postgis.control").is_file() for folder in _share_folders(bindir))


def _share_folders(bindir: Path) -> Iterator[Path]:
    if bindir.is_relative_to(DEBIAN_FOLDER):
        yield Path("/usr/share/postgresql") / bindir.parent.name
    if os.access(bindir / "pg_config", os.X_OK):
        yield Path(_output([str(bindir / "pg_config"), "--sharedir"]))


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""  # a broken installation counts as none; find() says what is missing
    return done.stdout.strip()
