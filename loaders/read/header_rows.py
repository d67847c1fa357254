"""Finds the header of a sheet or a CSV: below a title, over one or several rows.

Invariant: what stands above the header is no row; candidates are decided by how many wanted headings they carry,
never by how they look.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from geo.masking import shown
from loaders.check import BLANKS
from loaders.faults import Refused
from loaders.header import normal
from loaders.read.table import Wish

SEARCHED_ROWS = 20
MOST_ROWS = 3
"""Rows that a header goes over where no mapping says how many."""
JOINT = "/"
"""Between the parts of a heading that goes over several rows: 公示内容/捐款人次."""
FEWEST_HITS = 2
"""Wanted headings that a line below the header must carry to be one more header."""
_BREAK = re.compile(r"(?<=[^\x00-\xff])\s*\n\s*(?=[^\x00-\xff])")
_UNIT = re.compile(
    r"单位[:：]?(?:人民币)?([百千]?万元|千元|亿元|[百千]?[万亿](?!\w)|[百千万亿]*(?:美元|港[元币]|欧元|日元|英镑)|[分角](?!\w))"
    r"|[(（](?:人民币)?([百千]?万元|千元|亿元|[百千万亿]*美元)[)）]"
)
"""What lines above a table say of its amounts: another unit than the currency itself."""
_MOMENT = re.compile(r"\s*\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[ T]*\d{1,2}:\d{2}")

Line = tuple[int, list[str]]
"""The number of a row as a spreadsheet shows it, and its cells as text."""
Span = tuple[tuple[int, int], tuple[int, int]]
"""Merged cells: first and last (row, column), counted from 0."""


@dataclass(frozen=True)
class HeaderRows:
    """`first` and `last` row of the header, as a spreadsheet numbers them; `headings` from column A on.

    `hits`: how many wanted headings it carries; `repeats`: lines right below that say the header once more, in other
    words or as numbers of the columns; they end at `last`; `unit`: the unit of money that the lines above name (万元).
    """

    first: int
    last: int
    headings: tuple[str, ...]
    hits: int = 0
    repeats: int = 0
    unit: str | None = None

    @property
    def lines_above(self) -> int:
        """Lines that are neither rows nor the header itself."""
        return self.first - 1 + self.repeats

    @property
    def rows(self) -> int:
        """Over how many rows the header itself goes."""
        return self.last - self.first + 1 - self.repeats


def depth(wish: Wish) -> int:
    """How many rows must be seen to find the header."""
    return max(SEARCHED_ROWS, wish.header_row or 0) + max(MOST_ROWS, wish.header_rows)


def find(lines: Sequence[Line], wish: Wish, merged: Sequence[Span] = ()) -> HeaderRows:
    """The header that the mapping names, else the first of those that carry most of the wanted headings.

    Where no row carries any, the first one with two cells is taken, so that the refusal can name what is there.
    """
    found = _found(lines, wish, merged)
    return replace(found, unit=_unit(lines[: found.first - 1]))


def _found(lines: Sequence[Line], wish: Wish, merged: Sequence[Span]) -> HeaderRows:
    if wish.header_row:
        return _header(lines, wish.header_row, wish.header_rows, wish, merged)
    best, lowest = None, _lowest(lines)
    for rows in (wish.header_rows,) if wish.header_rows > 1 else range(1, MOST_ROWS + 1):
        for first in range(1, lowest - rows + 2):
            found = _header(lines, first, rows, wish, merged)
            if found.hits and (best is None or _rank(found, merged) > _rank(best, merged)):
                best = found
    if best is None:
        return _header(lines, next(_wide(lines, 2), next(_wide(lines, 1), 1)), wish.header_rows, wish, merged)
    return _with_repeats(best, lines, wish)


def _rank(found: HeaderRows, merged: Sequence[Span]) -> tuple[int, bool]:
    """What decides between candidates: the wanted headings; then whether merged cells go over just these rows."""
    ends = (found.first - 1, found.last - 1)
    return found.hits, any((top, bottom) == ends and bottom > top for (top, _), (bottom, _) in merged)


def _lowest(lines: Sequence[Line]) -> int:
    """The lowest row that a header may have: what stands below a row of data has lost its place (by sorting)."""
    wide = max((_filled(row) for _, row in lines), default=0)
    for number, row in lines[:SEARCHED_ROWS]:
        if _filled(row) > FEWEST_HITS and _filled(row) * 5 >= wide * 4 and any(_MOMENT.match(cell) for cell in row):
            return number
    return min(SEARCHED_ROWS, len(lines))


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip(BLANKS)) for cell in row)


def _unit(above: Sequence[Line]) -> str | None:
    """The last unit of money in the lines, in brackets or behind 单位, however it is spread over cells."""
    texts = ["".join("".join(row).split()) for _, row in above]
    units = [found[1] or found[2] for text in texts for found in _UNIT.finditer(text)]
    return units[-1] if units else None


def required(found: HeaderRows, *, file: str, sheet: str) -> HeaderRows:
    """The header itself; raises Refused where it has no headings."""
    if not any(found.headings):
        raise Refused("no_header_row", file=file, sheet=shown(sheet), row=found.first)
    return found


def _wide(lines: Sequence[Line], cells: int) -> Iterator[int]:
    return (number for number, row in lines if sum(bool(cell.strip()) for cell in row) >= cells)


def _header(lines: Sequence[Line], first: int, rows: int, wish: Wish, merged: Sequence[Span]) -> HeaderRows:
    """The header from row `first` on; parts of a heading over several rows are joined, a merged one goes for all."""
    levels = [_spread(number, row, merged) for number, row in lines[first - 1 : first - 1 + rows]]
    width = max(map(len, levels), default=0)
    columns = zip(*(level + [""] * (width - len(level)) for level in levels), strict=True)
    parts = [list(dict.fromkeys(filter(None, column))) for column in columns]
    wanted = wish.headings | wish.geometry
    meant = [_meant(column, wanted) for column in parts]
    hits = len({normal(told) for told in meant if told is not None})
    is_joined = wish.header_rows > 1
    headings = tuple(
        JOINT.join(column) if is_joined else told or JOINT.join(column)
        for column, told in zip(parts, meant, strict=True)
    )
    return HeaderRows(first=first, last=first + rows - 1, headings=headings, hits=hits)


def _meant(parts: Sequence[str], wanted: frozenset[str]) -> str | None:
    """The wanted heading that the parts make: joined, the last one, or that beside the first; None where none does.

    时间 above 上报 is 上报时间, 位置 above 经度 is 经度.
    """
    if not parts:
        return None
    near = [JOINT.join(parts), parts[-1]]
    if len(parts) > 1:
        near += [parts[-1] + parts[0], parts[0] + parts[-1]]
    return next((told for told in dict.fromkeys(near) if normal(told) in wanted), None)


def _with_repeats(found: HeaderRows, lines: Sequence[Line], wish: Wish) -> HeaderRows:
    repeats = 0
    for _, row in lines[found.last :]:
        if not _is_header_again(row, wish):
            break
        repeats += 1
    return HeaderRows(found.first, found.last + repeats, found.headings, found.hits, repeats)


def _is_header_again(row: Sequence[str], wish: Wish) -> bool:
    """True for a line of wanted headings, and for one that numbers the columns (1, 2, 3 …)."""
    filled = [(place, cell.strip(BLANKS)) for place, cell in enumerate(row, start=1) if cell.strip(BLANKS)]
    hits = sum(normal(cell) in wish.headings | wish.geometry for _, cell in filled)
    is_numbering = len(filled) > FEWEST_HITS and all(cell == str(place) for place, cell in filled)
    return is_numbering or (hits >= FEWEST_HITS and hits * 2 >= len(filled))


def _spread(number: int, row: Sequence[str], merged: Sequence[Span]) -> list[str]:
    """The headings of one row, that of cells merged sideways in each of them; a line break in Chinese is no blank."""
    texts = [_BREAK.sub("", cell.strip(BLANKS)) for cell in row]
    for (top, left), (_, right) in merged:
        if top == number - 1 and right > left and left < len(texts):
            texts[left : right + 1] = [texts[left]] * (min(right + 1, len(texts)) - left)
    return texts
