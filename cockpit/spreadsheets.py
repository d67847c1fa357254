"""Tables that leave the program as CSV for a spreadsheet.

Invariant: a text that a spreadsheet would run as a formula leaves as text (OWASP, CSV injection); numbers stay numbers.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TypeVar

Cell = TypeVar("Cell")
EXCEL_MARK = b"\xef\xbb\xbf"


def safe_cell(value: Cell) -> Cell | str:
    """`value` for a cell: a text that a spreadsheet would run begins with an apostrophe, all else stays."""
    if not isinstance(value, str):
        return value
    is_formula = value.lstrip()[:1] in ("=", "+", "-", "@") or value[:1] in ("\t", "\r", "\n")
    return f"'{value}" if is_formula else value


def csv_bytes(headings: Sequence[str], lines: Iterable[Sequence[object]]) -> bytes:
    """The table in UTF-8 with the mark that Excel needs."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(headings)
    writer.writerows([safe_cell(value) for value in line] for line in lines)
    return EXCEL_MARK + written.getvalue().encode()
