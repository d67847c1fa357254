"""Finds the header of a sheet: below a title, over one or several rows.

Invariant: what stands above the header is no row; two candidates are decided by how many wanted headings they carry,
never by how they look.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from geo.masking import shown
from loaders.faults import Refused
from loaders.header import normal
from loaders.read.table import Wish

SEARCHED_ROWS = 20
JOINT = "/"
"""Between the parts of a heading that goes over several rows: 公示内容/捐款人次."""
_BREAK = re.compile(r"(?<=[^\x00-\xff])\s*\n\s*(?=[^\x00-\xff])")

Line = tuple[int, list[str]]
"""The number of a row as Excel shows it, and its cells as text."""
Span = tuple[tuple[int, int], tuple[int, int]]
"""Merged cells: first and last (row, column), counted from 0."""


@dataclass(frozen=True)
class SheetHeader:
    """`first` and `last` row of the header as Excel numbers them; `headings` from column A on."""

    first: int
    last: int
    headings: tuple[str, ...]


def depth(wish: Wish) -> int:
    """How many rows of the sheet must be seen to find the header."""
    return max(SEARCHED_ROWS, wish.header_row or 0) + wish.header_rows - 1


def find(lines: Sequence[Line], wish: Wish, merged: Sequence[Span], *, file: str, sheet: str) -> SheetHeader:
    """The header that the mapping names, else the first of those that carry most of the wanted headings.

    Where no row carries any, the first one with two cells is taken, so that the refusal can name what is there. Raises
    Refused: the row has no headings.
    """
    first = wish.header_row or _best(lines, wish, merged)
    found = _header(lines, first, wish.header_rows, merged) if first <= len(lines) else None
    if found is None or not any(found.headings):
        raise Refused("no_header_row", file=file, sheet=shown(sheet), row=first)
    return found


def _best(lines: Sequence[Line], wish: Wish, merged: Sequence[Span]) -> int:
    wanted = wish.headings | wish.geometry
    best, most = 0, 0
    for first in range(1, min(SEARCHED_ROWS, len(lines)) + 1):
        hits = len(wanted.intersection(map(normal, _header(lines, first, wish.header_rows, merged).headings)))
        if hits > most:
            best, most = first, hits
    return best or next(_wide(lines, 2), next(_wide(lines, 1), 1))


def _wide(lines: Sequence[Line], cells: int) -> Iterator[int]:
    return (number for number, row in lines if sum(bool(cell.strip()) for cell in row) >= cells)


def _header(lines: Sequence[Line], first: int, rows: int, merged: Sequence[Span]) -> SheetHeader:
    """The header from row `first` on; parts of a heading over several rows are joined, a merged one goes for all."""
    levels = [_spread(number, row, merged) for number, row in lines[first - 1 : first - 1 + rows]]
    headings = [JOINT.join(dict.fromkeys(filter(None, parts))) for parts in zip(*levels, strict=True)]
    return SheetHeader(first=first, last=first + rows - 1, headings=tuple(headings))


def _spread(number: int, row: Sequence[str], merged: Sequence[Span]) -> list[str]:
    """The headings of one row, that of cells merged sideways in each of them; a line break in Chinese is no blank."""
    texts = [_BREAK.sub("", cell.strip()) for cell in row]
    for (top, left), (_, right) in merged:
        if top == number - 1 and right > left and left < len(texts):
            texts[left : right + 1] = [texts[left]] * (min(right + 1, len(texts)) - left)
    return texts
