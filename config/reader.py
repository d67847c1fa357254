"""Finds and reads TOML files: a site's own file (COCKPIT_HOME/config) overrides the shipped one of the same name."""

import dataclasses
import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

SHIPPED = Path(__file__).parent
PROJECT = SHIPPED.parent
T = TypeVar("T")


class ConfigError(Exception):
    """A configuration file cannot be used; the message names the file, every fault in it, and what to do."""

    def __init__(self, path: Path, faults: Iterable[str]) -> None:
        self.path = path
        self.faults = tuple(faults)
        super().__init__(f"{path}: " + "; ".join(self.faults))

    def message(self, lang: str, *, is_public: bool = False) -> str:  # noqa: ARG002 - for kinds that have both languages
        """The message for people, a line a fault; `is_public`: without the folders above the site's own."""
        return str(self).replace(str(self.path), shown(self.path)) if is_public else str(self)


def home() -> Path:
    """The folder of everything this site keeps: `COCKPIT_HOME`, or `.cockpit` in the project."""
    return Path(os.environ.get("COCKPIT_HOME") or PROJECT / ".cockpit").resolve()


def find(name: str) -> Path:
    """The file in force for `name` (such as `site.toml` or `sources/dc_311.toml`).

    Raises ConfigError when neither the site nor the program has it.
    """
    own = home() / "config" / name
    shipped = SHIPPED / name
    for path in (own, shipped):
        if is_there(path):
            return path
    raise ConfigError(own, ["there is no such file, neither here nor among the shipped ones"])


def shown(path: Path) -> str:
    """A file of the site or of the program without the folders above, such as COCKPIT_HOME/config/site.toml."""
    if path.is_relative_to(home()):
        return f"COCKPIT_HOME/{path.relative_to(home())}"
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else path.name


def is_there(path: Path) -> bool:
    """Whether `path` is a file; raises ConfigError where that cannot be told, as in a folder of another account's."""
    try:
        return path.is_file()
    except OSError as error:
        raise ConfigError(path, [cannot(error)]) from error


def names(folder: str) -> tuple[str, ...]:
    """The names (without `.toml`) of all files in `folder`, shipped and own, sorted.

    Raises ConfigError where the site's folder cannot be looked into, as one of another account's.
    """
    places = (SHIPPED / folder, home() / "config" / folder)
    try:
        return tuple(sorted({path.stem for place in places if place.is_dir() for path in place.glob("*.toml")}))
    except OSError as error:
        raise ConfigError(places[-1], [cannot(error)]) from error


def read(path: Path) -> dict[str, Any]:
    """The parsed TOML of `path` (UTF-8, with or without a mark at its beginning); raises ConfigError with the parser's
    line and column, or why it cannot be read.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(path, [cannot(error)]) from error
    except (ValueError, RecursionError) as error:  # also a number of too many digits, and lists within lists
        raise ConfigError(path, [str(error)]) from error


def cannot(error: OSError) -> str:
    """Why a file cannot be read, and what to do."""
    return f"cannot be read ({error.strerror or error}); the account that runs this program must be able to"


def fill(kind: type[T], table: Mapping[str, Any], path: Path) -> T:
    """`table` as the dataclass `kind`: unknown and missing keys are all reported at once (ConfigError)."""
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    required = {
        name
        for name, field in fields.items()
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    faults = [f"unknown key {key!r} (known: {', '.join(fields)})" for key in table if key not in fields]
    faults += [f"missing key {key!r}" for key in sorted(required - set(table))]
    if faults:
        raise ConfigError(path, faults)
    return kind(**table)
