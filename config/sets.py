"""Recipes of whole data sets (`sets/<name>.toml`): what the site is called, and the loads that bring the set in.

Invariant: a recipe holds nothing that `cockpit load` could not be told by hand; it is the documentation that runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from config import reader
from config.site import Site


@dataclass(frozen=True)
class Load:
    """One `cockpit load`: `files` are patterns below the set's folder (or another one's), without those of `but`."""

    dataset: str
    files: list[str]
    source: str | None = None
    but: list[str] | None = None
    options: list[str] | None = None
    folder: str | None = None

    def paths(self, folder: Path) -> list[Path]:
        """The files in the order of the patterns, each pattern's by name. Raises FileNotFoundError for an empty one."""
        left_out = {path for pattern in self.but or () for path in folder.glob(pattern)}
        found: list[Path] = []
        for pattern in self.files:
            own = sorted(path for path in folder.glob(pattern) if path not in left_out)
            if not own:
                raise FileNotFoundError(folder / pattern)
            found += own
        return found


@dataclass(frozen=True)
class Recipe:
    """A data set: `folder` below the real data, the `site` it makes, the moment `now` at which it is looked at."""

    folder: str
    now: datetime
    site: Site
    load: list[Load]


def recipe(name: str) -> Recipe:
    """The recipe `name`; raises config.reader.ConfigError with every fault of the file."""
    path = reader.find(f"sets/{name}.toml")
    table = reader.read(path)
    made: dict[str, Any] = {**table}
    made["site"] = reader.fill(Site, _table(table.get("site"), path, "site"), path)
    made["load"] = [reader.fill(Load, item, path) for item in table.get("load", [])]
    if not made["load"]:
        raise reader.ConfigError(path, ["at least one [[load]] is needed"])
    found = reader.fill(Recipe, made, path)
    if not isinstance(found.now, datetime) or found.now.tzinfo is None:
        raise reader.ConfigError(path, ["now needs a moment with an offset, such as 2016-08-16T12:00:00-04:00"])
    return found


def names() -> tuple[str, ...]:
    """The sets that have a recipe."""
    return reader.names("sets")


def _table(value: Any, path: Path, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise reader.ConfigError(path, [f"[{name}] is missing"])
    return value
