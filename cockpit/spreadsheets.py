"""Tables that leave the program as CSV for a spreadsheet.

Invariant: a text that a spreadsheet would run as a formula leaves as text (OWASP, CSV injection); numbers stay numbers.
"""

import csv
import io
import string
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TypeVar

from config.visible import SIGNS

Cell = TypeVar("Cell")
STARTS = ("=", "+", "-", "@", "\u2212")
"""What a formula begins with; of full width some spreadsheets take it for the same. The last is the true minus sign."""
UNSEEN = string.whitespace + "\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff" + "".join(map(chr, SIGNS))
"""What may stand before it unseen."""
EXCEL_MARK = b"\xef\xbb\xbf"


def safe_cell(value: Cell) -> Cell | str:
    """`value` for a cell: a text that a spreadsheet would run begins with an apostrophe, all else stays."""
    if not isinstance(value, str):
        return value
    first = unicodedata.normalize("NFKC", value.lstrip(UNSEEN)[:1])
    return f"'{value}" if first in STARTS or value[:1] in ("\t", "\r", "\n") else value


def csv_bytes(headings: Sequence[str], lines: Iterable[Sequence[object]]) -> bytes:
    """The table in UTF-8 with the mark that Excel needs."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(headings)
    writer.writerows([safe_cell(value) for value in line] for line in lines)
    return EXCEL_MARK + written.getvalue().encode()
