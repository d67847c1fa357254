"""What a file brought in on the data page may be: its size, how long it is kept, how many are worked on at a time."""

from dataclasses import dataclass
from functools import cache

from config import reader


@dataclass(frozen=True)
class Upload:
    """`most_mib` MiB a file, `each_mib` MiB all files of one person; `at_once` files of all people are worked on at a
    time. A file is kept for `keep_minutes` while nobody goes on with it, for `left_seconds` after its page was closed.
    """

    most_mib: int
    keep_minutes: int
    at_once: int
    each_mib: int = 512
    left_seconds: int = 120

    @property
    def most_bytes(self) -> int:
        """The size of the largest file."""
        return self.most_mib << 20

    @property
    def most_bytes_each(self) -> int:
        """The size of all files of one person; one of the largest always fits."""
        return max(self.each_mib, self.most_mib) << 20


@cache
def upload() -> Upload:
    """The limits in force; raises config.reader.ConfigError."""
    path = reader.find("upload.toml")
    found = reader.fill(Upload, reader.read(path), path)
    told = vars(found)
    odd = [name for name, value in told.items() if type(value) is not int or value < 1]
    if odd:
        raise reader.ConfigError(path, [f"{name} = {told[name]!r} must be a whole number above 0" for name in odd])
    return found
