"""Named SQL texts: the only place where SQL lives. `text("load/finish")` is the file geo/sql/load/finish.sql."""

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def text(name: str) -> str:
    """The SQL of `name` (its path below geo/sql without `.sql`); raises FileNotFoundError for an unknown name."""
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")


@cache
def names(folder: str) -> frozenset[str]:
    """The names of the SQL files in a folder below geo/sql."""
    return frozenset(path.stem for path in (FOLDER / folder).glob("*.sql"))
