"""The message catalogue: every string that people read, in zh and en, one TOML file a topic.

Invariant: both languages hold the same keys with the same parameters (a test compares them).
"""

from functools import cache
from pathlib import Path
from typing import Any

from config import reader

LANGUAGES = ("zh", "en")
FOLDER = Path(__file__).parent


@cache
def catalogue(lang: str) -> dict[str, str]:
    """All messages of `lang` by `<file>.<key>`; nested tables join their keys with dots."""
    found: dict[str, str] = {}
    for path in sorted((FOLDER / lang).glob("*.toml")):
        _flatten(path.stem, reader.read(path), found)
    return found


def _flatten(prefix: str, table: dict[str, Any], into: dict[str, str]) -> None:
    for key, value in table.items():
        name = f"{prefix}.{key}"
        if isinstance(value, dict):
            _flatten(name, value, into)
        else:
            into[name] = str(value)


def tr(key: str, lang: str, /, **params: object) -> str:
    """The message `key` in `lang` with `{params}` filled in; raises KeyError for an unknown key.

    The result is plain text: whoever puts it into HTML escapes it there.
    """
    return catalogue(lang)[key].format(**params)
