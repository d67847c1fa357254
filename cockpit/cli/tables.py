"""Tables on the terminal: aligned columns, where a Chinese character is two wide."""

import unicodedata
from collections.abc import Sequence

from cockpit.cli.telling import cell, say


def print_table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    """Prints heads and lines to standard output."""
    told = [[cell(value) for value in row] for row in [heads, *lines]]
    widths = [max(_width(row[index]) for row in told) for index in range(len(heads))]
    for row in told:
        padded = [value + " " * (width - _width(value)) for value, width in zip(row, widths, strict=True)]
        say("  ".join(padded).rstrip())


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
