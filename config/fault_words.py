"""The words of faults: what is wrong with a row or a file and what to do about it, by stable code, in zh and en.

Invariant: whoever shows a fault (command line, page, export) says the same of it; a code of an older program that has
no words any more shows as itself.
"""

from collections.abc import Mapping
from functools import cache

from config.messages import catalogue

TOPIC = "faults"
"""The catalogues that hold faults: `faults.toml` and `faults_<part>.toml`, a table a code."""
PAGE = "page_"
"""What the name of words begins with that are for a page; those without serve both."""
LEVEL_PARAMS = ("level", "parent_level", "found_level")
"""Parameters that hold a level, which people know by a name of their language."""
WORD_PARAMS = ("direction", "looks")
"""Parameters that may hold a word of ours (`faults_ground.direction_se`); any other value stands for itself."""


def message(code: str, lang: str, params: Mapping[str, object] | None = None, *, on_page: bool = False) -> str:
    """What is wrong, in words for people; the bare code where an older program's fault has no words any more.

    `on_page`: for who reads it on a page and has no command line.
    """
    return _word(code, "message", lang, params, on_page=on_page) or code


def summary(code: str, lang: str, params: Mapping[str, object] | None = None) -> str:
    """What is wrong with all rows that have this fault, or with a file, in words that name no single row."""
    return _word(code, "short", lang, None) or message(code, lang, params)


def hint(code: str, lang: str, params: Mapping[str, object] | None = None, *, on_page: bool = False) -> str:
    """What to do about it, in words for people; `params["case"]` chooses a hint of its own where there is one.

    `on_page`: for who reads it on a page and has no command line.
    """
    case = (params or {}).get("case")
    special = _word(code, f"hint_{case}", lang, params, on_page=on_page) if case else None
    return special or _word(code, "hint", lang, params, on_page=on_page) or ""


@cache
def _catalogues(lang: str) -> tuple[str, ...]:
    topics = dict.fromkeys(key.partition(".")[0] for key in catalogue(lang))
    return tuple(topic for topic in topics if topic == TOPIC or topic.startswith(f"{TOPIC}_"))


def _word(code: str, part: str, lang: str, params: Mapping[str, object] | None, *, on_page: bool = False) -> str | None:
    words = catalogue(lang)
    for topic in _catalogues(lang):
        found = words.get(f"{topic}.{code}.{PAGE}{part}") if on_page else None
        found = found or words.get(f"{topic}.{code}.{part}")
        if found is not None:
            given = dict(params or {})
            levels = {name: _level_name(given[name], words) for name in LEVEL_PARAMS if name in given}
            told = {name: _own_word(name, given[name], words) for name in WORD_PARAMS if name in given}
            return found.format_map(_Lenient(given | levels | told))
    return None


def _level_name(level: object, words: Mapping[str, str]) -> object:
    return words.get(f"faults_geo.level_{level}", level)


def _own_word(name: str, value: object, words: Mapping[str, str]) -> object:
    return words.get(f"faults_ground.{name}_{value}", value)


class _Lenient(dict[str, object]):
    """A fault kept from an earlier program may lack a parameter that the words of today name."""

    def __missing__(self, key: str) -> str:
        return "…"
