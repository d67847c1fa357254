"""Files that a restore puts into a site: all of them, or as it was before.

Invariant: a file that was there and differs is never lost: it stays beside the new one under another name.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from geo.backup_file import private_file


@dataclass
class Placed:
    """What was put into the site, and how to undo it."""

    made: list[Path] = field(default_factory=list)
    set_aside: list[tuple[Path, Path]] = field(default_factory=list)

    def undo(self) -> None:
        """As it was before."""
        for path in self.made:
            path.unlink(missing_ok=True)
        for path, kept in self.set_aside:
            os.replace(kept, path)


def place(files: Mapping[Path, bytes], placed: Placed, *, stamp: str, folder_mode: int = 0o755) -> None:
    """Writes the files (0600) and notes them in `placed`; raises BackupError. `stamp` names what is set aside."""
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True, mode=folder_mode)
        if path.is_file() and path.read_bytes() == content:
            continue
        if path.exists():
            kept = path.with_name(f"{path.name}.replaced-{stamp}")
            os.replace(path, kept)
            placed.set_aside.append((path, kept))
        placed.made.append(path)
        with private_file(path) as stream:
            stream.write(content)
