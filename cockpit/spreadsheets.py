"""Tables that leave the program as CSV for a spreadsheet.

Invariant: a text that a spreadsheet would run as a formula leaves as text (OWASP, CSV injection); numbers stay numbers;
every file names who took it: in the last heading, where it stays with the first rows, and in the notes below the table.

The layout: headings in the first line, one row a line, then an empty line and notes (name, value). So the file opens as
a table, sorts and filters up to the empty line, and a file without notes at its end was cut short on its way.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

Cell = TypeVar("Cell")
EXCEL_MARK = b"\xef\xbb\xbf"
FORMULA_SIGNS = frozenset("=+-@＝＋－＠﹦﹢﹣﹫−")
"""What makes a spreadsheet calculate, also full-width and small, which some programs fold when they read."""
BLOCK_ROWS = 1_000


def safe_cell(value: Cell) -> Cell | str:
    """`value` for a cell: a text that a spreadsheet would run begins with an apostrophe, all else stays.

    Signs that stand first after spaces, quotes, controls and invisible marks count too; NUL is left out.
    """
    if not isinstance(value, str):
        return value
    text = value.replace("\0", "")
    first = next((sign for sign in text if not _is_skipped(sign)), "")
    is_formula = first in FORMULA_SIGNS or text[:1] in ("\t", "\r", "\n")
    return f"'{text}" if is_formula else text


def _is_skipped(sign: str) -> bool:
    """Spaces, quotes, controls and marks without width: what a spreadsheet may drop before it reads a cell."""
    return (
        sign.isspace() or sign in "\"'`“”‘’＂＇" or unicodedata.category(sign) in ("Cc", "Cf", "Zs", "Zl", "Zp", "Mn")
    )


def csv_bytes(headings: Sequence[str], lines: Iterable[Sequence[object]]) -> bytes:
    """The table in UTF-8 with the mark that Excel needs."""
    return b"".join(csv_stream(headings, lines, reader=None, notes=()))


def csv_stream(
    headings: Sequence[str],
    lines: Iterable[Sequence[object]],
    *,
    reader: str | None,
    notes: Iterable[tuple[str, str]],
) -> Iterator[bytes]:
    """The same, block by block, with `reader` (who took it, when) as the last heading and `notes` below the table."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([safe_cell(heading) for heading in (*headings, *([reader] if reader else []))])
    yield EXCEL_MARK
    for number, line in enumerate(lines, 1):
        writer.writerow([safe_cell(value) for value in line])
        if number % BLOCK_ROWS == 0:
            yield _taken(written)
    told = [(safe_cell(name), safe_cell(value)) for name, value in notes]
    if told:
        writer.writerow([])
        writer.writerows(told)
    yield _taken(written)


def _taken(written: io.StringIO) -> bytes:
    text = written.getvalue()
    written.seek(0)
    written.truncate()
    return text.encode("utf-8", "replace")
