"""Finds the encoding of a dBASE table, the attributes of a Shapefile, which mostly does not say it truly.

Invariant: the encoding that comes back reads every text of the table; a character cut off by the end of its field is
no fault.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np

from geo.masking import shown
from loaders.faults import Refused
from loaders.read.encoding import betrayed

CHINESE = "gb18030"
"""Reads all that GB 2312 and GBK write."""
LANGUAGE_BYTES = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x08: "cp865", 0x13: "cp932", 0x26: "cp866", 0x4D: CHINESE,
    0x4E: "cp949", 0x4F: "cp950", 0x50: "cp874", 0x58: "cp1252", 0x59: "cp1252", 0x64: "cp852", 0x65: "cp866",
    0x78: "cp950", 0x79: "cp949", 0x7A: CHINESE, 0x7B: "cp932", 0x7C: "cp874", 0xC8: "cp1250", 0xC9: "cp1251",
}  # fmt: skip
"""Those that name one encoding; 0 and 0x57 (“the system's own”) name none."""
DELETED = b"*"
"""The first byte of a record that a program has deleted without packing the table."""
_END = 0x0D
"""Behind the last column's head; some programs write more behind it."""
_LONGEST_CHARACTER = 4
_NAME_BYTES = 11
"""Of a column's name in the head, the NUL behind it included."""
_BLOCK_RECORDS = 50_000


@dataclass(frozen=True)
class _Layout:
    """Where the texts of a table lie: bytes before the records, bytes a record, and (start, width) in a record."""

    records: int
    head: int
    width: int
    texts: tuple[tuple[int, int], ...]
    language: int


def encoding(path: Path, *, told: str | None, file: str) -> str:
    """The encoding of a table: what the .cpg (`told`), else the language byte says, else UTF-8, else GB18030.

    Many programs write one language byte whatever they write, so that the texts may speak against it, and win.
    Raises Refused where they speak against the .cpg, or where the declared encoding, or neither of the two, reads all;
    `file` is named then.
    """
    layout = _layout(path, file)
    by_name = _named(told) if told else None
    said = by_name or LANGUAGE_BYTES.get(layout.language)
    for candidate in (by_name,) if by_name else filter(None, (said, "utf-8", CHINESE)):
        if not _reads(path, layout, candidate):
            continue
        surely = next(filter(None, (betrayed(texts, candidate) for texts in _texts(path, layout))), None)
        if surely and by_name:
            break
        found = surely if surely and _reads(path, layout, surely) else candidate
        return found.upper() if found.startswith("cp") else found
    raise Refused("dbf_encoding", file=file, encoding=shown(told or said or "UTF-8, GB18030"))


def records(path: Path, *, file: str) -> int:
    """How many whole records the table holds; a shorter one than it says has fewer. Raises Refused: no table."""
    return _layout(path, file).records


def deleted(path: Path, *, file: str) -> int:
    """How many of the records are marked as deleted: their shapes are still there, but no program shows them."""
    layout = _layout(path, file)
    with path.open("rb") as stream:
        stream.seek(layout.head)
        marks = (stream.read(layout.width)[:1] for _ in range(layout.records))
        return sum(mark == DELETED for mark in marks)


def mend_names(path: Path, *, encoding: str, file: str) -> None:
    """Takes the half of a character from the ends of column names, which have room for ten bytes."""
    layout = _layout(path, file)
    with path.open("r+b") as stream:
        for place, name in enumerate(_names(path, layout)):
            if not _decodes([name], encoding):
                continue
            stream.seek(32 + 32 * place)
            stream.write(name.decode(encoding, errors="ignore").encode(encoding).ljust(_NAME_BYTES, b"\0"))


def _named(told: str) -> str | None:
    """The encoding that a .cpg names (GBK, 936, ANSI 936, 65001, UTF8); None for a name that means nothing."""
    number = re.search(r"(\d{3,5})$", told)
    known = {"65001": "utf-8", "936": CHINESE, "54936": CHINESE, "88591": "iso8859-1"}
    candidates = [told, known.get(number[1], f"cp{number[1]}")] if number else [told]
    for candidate in candidates:
        try:
            name = codecs.lookup(candidate).name
            b"a".decode(name)  # hex and rot13 are codecs too, but of no text
        except (LookupError, ValueError):
            continue
        return CHINESE if name in ("gb2312", "gbk") else name
    return None


def _layout(path: Path, file: str) -> _Layout:
    with path.open("rb") as stream:
        start = stream.read(32)
        head = int.from_bytes(start[8:10], "little") if len(start) == 32 else 0
        fields = stream.read(max(0, head - 32))
    width = int.from_bytes(start[10:12], "little")
    if head < 33 or width < 1:
        raise Refused("shapefile_incomplete", file=file, parts="dbf")
    texts, place = [], 1
    for offset in range(0, len(fields) - 31, 32):
        if fields[offset] == _END:
            break
        size = fields[offset + 16]
        if fields[offset + 11 : offset + 12] == b"C":
            texts.append((place, size))
        place += size
    whole = max(0, path.stat().st_size - head) // width
    return _Layout(min(whole, int.from_bytes(start[4:8], "little")), head, width, tuple(texts), start[29])


def _reads(path: Path, layout: _Layout, encoding: str) -> bool:
    return all(_decodes(texts, encoding) for texts in _texts(path, layout))


def _texts(path: Path, layout: _Layout) -> Iterator[list[bytes]]:
    """The texts of each text column, some records at a time; the names of the columns first."""
    yield _names(path, layout)
    with path.open("rb") as stream:
        stream.seek(layout.head)
        for start in range(0, layout.records, _BLOCK_RECORDS):
            count = min(_BLOCK_RECORDS, layout.records - start)
            raw: np.ndarray[Any, np.dtype[np.uint8]] = np.frombuffer(stream.read(count * layout.width), dtype=np.uint8)
            table = raw.reshape(count, layout.width)
            for place, size in layout.texts:
                cells = np.ascontiguousarray(table[:, place : place + size])
                yield [cell.rstrip(b" ") for cell in cells.view(f"S{size}")[:, 0].tolist()] if size else []


def _names(path: Path, layout: _Layout) -> list[bytes]:
    with path.open("rb") as stream:
        stream.seek(32)
        fields = stream.read(layout.head - 32)
    cells = (fields[offset : offset + _NAME_BYTES] for offset in range(0, len(fields) - 31, 32))
    return [cell.partition(b"\0")[0] for cell in takewhile(lambda cell: cell[0] != _END, cells)]


def _decodes(texts: list[bytes], encoding: str) -> bool:
    try:
        b"\n".join(texts).decode(encoding)
    except UnicodeDecodeError:
        return all(_decodes_but_for_its_end(text, encoding) for text in texts)
    return True


def _decodes_but_for_its_end(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start > len(text) - _LONGEST_CHARACTER and error.end == len(text)
    return True
