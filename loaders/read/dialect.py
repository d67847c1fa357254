"""Finds how a CSV is written: its delimiter and its header, judged together over the first lines.

Invariant: the delimiter is the one under which the most wanted headings stand in one line; where none stands, the one
that cuts most lines into the same number of cells.
"""

import csv
import io
import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from loaders.check import BLANKS
from loaders.faults import Refused
from loaders.read import header_rows
from loaders.read.header_rows import HeaderRows
from loaders.read.table import Wish

DELIMITERS = (",", "\t", ";", "|", "，")
SAMPLE_CHARACTERS = 1 << 19
JUDGED_LINES = 40
LONGEST_HEADING = 1000
"""A heading of several lines and longer than this is a quotation mark that was never closed."""
_SAID = re.compile(r"^\ufeff?sep=(.)\s*$", re.IGNORECASE)
"""What Excel takes in the first line as the delimiter."""

Records = list[tuple[int, list[str]]]


@dataclass(frozen=True)
class Dialect:
    """How a CSV is written."""

    delimiter: str
    header: HeaderRows


@dataclass(frozen=True)
class _Candidate:
    delimiter: str
    header: HeaderRows
    agreeing: int
    """Lines behind the header with as many cells."""

    @property
    def worth(self) -> tuple[int, int, int]:
        width = len(self.header.headings)
        return self.header.hits, self.agreeing if width > 1 else 0, width


def of(path: Path, wish: Wish, *, encoding: str) -> Dialect:
    """Delimiter and header of the file. Raises Refused: no header, or a quotation mark in it that is never closed."""
    with text_of(path, encoding) as text:
        sample = text.read(SAMPLE_CHARACTERS)
    if not sample.strip(f"{BLANKS}\ufeff"):
        raise Refused("empty_file", file=path.name)
    said = _SAID.match(sample.partition("\n")[0])
    candidates = [_candidate(sample, one, wish) for one in (said[1] if said else DELIMITERS)]
    best = max((one for one in candidates if one), key=lambda one: one.worth, default=None)
    if best is None or any(_is_torn(heading) for heading in best.header.headings):
        raise Refused("unclosed_quote", file=path.name, row=best.header.first if best else 1)
    if not any(best.header.headings):
        raise Refused("no_header", file=path.name)
    return Dialect(best.delimiter, best.header)


def _is_torn(heading: str) -> bool:
    return len(heading) > LONGEST_HEADING and "\n" in heading


def text_of(path: Path, encoding: str) -> TextIO:
    """The file as text, line ends as they came; `encoding` has been proven to read it."""
    return path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="")


def _candidate(sample: str, delimiter: str, wish: Wish) -> _Candidate | None:
    """The header under this delimiter; None where the lines cannot be read with it."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    try:
        lines: Records = list(enumerate(islice(reader, max(JUDGED_LINES, header_rows.depth(wish))), start=1))
    except csv.Error:
        return None
    if not lines:
        return None
    header = header_rows.find(lines, wish)
    agreeing = sum(len(row) == len(header.headings) for _, row in lines[header.last :])
    return _Candidate(delimiter, header, agreeing)
