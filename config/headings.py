"""What our columns are called by people: the first heading of the built-in mapping in the reader's language.

Invariant: a column that no built-in heading names is shown under our own name, never guessed.
"""

import re
from functools import cache

from config.mapping import standard
from config.reader import ConfigError

_CHINESE = re.compile(r"[一-鿿]")
_MORE_SECTIONS = {"funds": ("ledger",)}
"""Datasets whose files are of several kinds."""


def heading(dataset: str, column: str, lang: str) -> str:
    """The name of our `column` of `dataset` for people, such as 办结时间 for closed_at; in English our own name."""
    return _headings(dataset).get(column, column) if lang == "zh" else column


@cache
def _headings(dataset: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for section in (dataset.replace("-", "_"), *_MORE_SECTIONS.get(dataset, ())):
        try:
            columns = standard(dataset, section).columns
        except ConfigError:
            continue
        for ours, theirs in columns.items():
            named = next((name for name in theirs if _CHINESE.search(name)), None)
            if named:
                found.setdefault(ours, named)
    return found
