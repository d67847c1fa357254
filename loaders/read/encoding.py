"""Finds the encoding of a text file by proof: all of its bytes must read in it.

Invariant: nothing is ever replaced; a file of which a line reads in no encoding, or lines in two of them, is refused by
line, and so is one that reads as Chinese but as no words that people write.
"""

import codecs
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from loaders.faults import Refused

CHUNK_BYTES = 1 << 20
UTF8, CHINESE = "utf-8", "gb18030"
"""GB18030 reads all that GB 2312 and GBK write."""
MARKS = ((codecs.BOM_UTF8, UTF8), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
MARKS_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
MOST_ODD = 0.01
"""Share of NUL bytes, or of characters that nobody writes, above which a file is no text; below, each is a fault of its
row.
"""
_PERHAPS_UTF8 = re.compile(
    rb"^(?=[^\n]*[\xe2-\xef])(?:[\x00-\x09\x0b-\x7f]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2})+$", re.MULTILINE
)
"""A line that UTF-8 could read, with a Chinese character."""
ENOUGH_JUDGED = 10_000
"""Characters behind ASCII after which lines are looked at together."""
FEWEST_JUDGED = 20
"""Characters behind ASCII below which nothing can be said of a text."""
LEAST_COMMON = 0.6
"""Share of the characters behind ASCII that are everyday ones in any Chinese text."""
FIRST_RARE = 0xD8
"""The row of GB 2312 with which its second level begins."""
SEVERAL_BYTES = (CHINESE, "cp932", "cp949", "cp950", "big5", "big5hkscs", "shift_jis", "euc_jp", "euc_kr")
"""Encodings of the East but UTF-8; all others that are met read any bytes."""
ENDS_16 = {"utf-16-le": b"\n\x00", "utf-16-be": b"\x00\n"}


def encoding_of(path: Path) -> str:
    """The encoding that reads the whole file: utf-8, utf-16 (with a mark), utf-16-le, utf-16-be or gb18030.

    Raises Refused: no text, a line that reads in none, lines of two encodings, texts that came out garbled.
    """
    with path.open("rb") as stream:
        head = stream.read(CHUNK_BYTES)
        if head.startswith(MARKS_32):
            raise Refused("not_text", file=path.name)
        marked = next((encoding for mark, encoding in MARKS if head.startswith(mark)), None)
        said = marked or _unmarked_utf16(head)
        if said is None and _is_binary(head):
            raise Refused("not_text", file=path.name)
        unread = _unread(stream, said or UTF8)
        if unread is None:
            return said or UTF8
        if said is None and not unread.is_cut:
            return _chinese(stream, path)
        raise Refused("bad_encoding", file=path.name, line=unread.line, encoding=(said or UTF8).upper())


def betrayed(texts: Sequence[bytes], declared: str) -> str | None:
    """The encoding (utf-8, gb18030) that texts are surely in, although `declared` reads them too; None for no such."""
    high = b"\n".join(text for text in texts if not text.isascii())
    if not high or declared == UTF8:
        return None
    chinese = "".join(character for character in _decoded(high, CHINESE) or "" if not character.isascii())
    common = sum(_is_common(character) for character in chinese)
    if _is_surely_utf8(high) and (declared not in SEVERAL_BYTES or common < len(chinese)):
        return UTF8
    is_chinese = len(chinese) >= FEWEST_JUDGED and common >= len(chinese) * LEAST_COMMON
    return CHINESE if is_chinese and declared not in SEVERAL_BYTES else None


@dataclass(frozen=True)
class _Unread:
    """The first line that an encoding does not read; `is_cut`: the file ends within its last character."""

    line: int
    is_cut: bool


def _unread(stream: BinaryIO, encoding: str) -> _Unread | None:
    """Where `encoding` stops reading the file; None where it reads all."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 1
    while True:
        chunk, state = stream.read(CHUNK_BYTES), decoder.getstate()
        try:
            lines += decoder.decode(chunk, final=not chunk).count("\n")
        except UnicodeDecodeError as error:
            decoder.setstate(state)
            before = decoder.decode(chunk[: max(0, error.start - len(state[0]))])
            return _Unread(lines + before.count("\n"), is_cut=not chunk)
        if not chunk:
            return None


def _unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without a mark: many NUL bytes, and every line break has one on the same side; None where not."""
    if head.count(b"\x00") <= len(head) * MOST_ODD:
        return None
    for encoding, end in ENDS_16.items():
        aligned = sum(head[place : place + 2] == end for place in range(0, len(head) - 1, 2))
        if aligned and aligned == head.count(end) and _is_text(head.decode(encoding, errors="ignore")):
            return encoding
    return None


def _is_text(text: str) -> bool:
    """Whether nearly all characters are ones that people write."""
    odd = sum(unicodedata.category(character) in ("Cc", "Cn", "Co") and character not in "\t\r\n" for character in text)
    return odd <= len(text) * MOST_ODD


def _is_binary(head: bytes) -> bool:
    return b"\x00" in head.partition(b"\n")[0] or head.count(b"\x00") > len(head) * MOST_ODD


@dataclass
class _Lines:
    """What lines with more than ASCII read in; all numbers are of lines but `characters` and `common`."""

    utf8: list[int] = field(default_factory=list)
    neither: list[int] = field(default_factory=list)
    chinese: int = 0
    first_chinese: int = 0
    characters: int = 0
    common: int = 0


def _chinese(stream: BinaryIO, path: Path) -> str:
    """GB18030, if it reads every line, no line is surely UTF-8, and the texts are words that people write."""
    found = _Lines()
    first = 1
    stream.seek(0)
    while lines := stream.readlines(CHUNK_BYTES):
        chunk = b"".join(lines)
        if found.characters > ENOUGH_JUDGED and _decoded(chunk, CHINESE) and not _PERHAPS_UTF8.search(chunk):
            found.chinese += len(lines)
        else:
            for number, line in enumerate(lines, start=first):
                _judge(found, number, line)
        first += len(lines)
    if found.neither:
        raise Refused("bad_encoding", file=path.name, line=found.neither[0], encoding="UTF-8, GB18030")
    if found.utf8:
        most, odd, place = "UTF-8", "GB18030", found.first_chinese
        if len(found.utf8) < found.chinese:
            most, odd, place = odd, most, found.utf8[0]
        raise Refused("mixed_encoding", file=path.name, first=most, second=odd, line=place)
    if found.characters >= FEWEST_JUDGED and found.common < found.characters * LEAST_COMMON:
        raise Refused("garbled_text", file=path.name, line=found.first_chinese)
    return CHINESE


def _judge(found: _Lines, number: int, line: bytes) -> None:
    if line.isascii():
        return
    text = _decoded(line, CHINESE)
    high = "" if text is None else "".join(character for character in text if not character.isascii())
    common = sum(_is_common(character) for character in high)
    if _is_surely_utf8(line) and (text is None or common < len(high)):
        found.utf8.append(number)
    elif text is None:
        found.neither.append(number)
    else:
        found.first_chinese = found.first_chinese or number
        found.chinese += 1
        found.characters += len(high)
        found.common += common


def _is_surely_utf8(line: bytes) -> bool:
    """Whether the line is UTF-8 with a Chinese character or a sign; two bytes may be either by chance."""
    text = _decoded(line, UTF8)
    return text is not None and any(character > "\u2000" for character in text)


def _is_common(character: str) -> bool:
    """Whether GB 2312 holds it among its signs or its first level, the everyday characters."""
    try:
        return character.encode("gb2312")[0] < FIRST_RARE
    except UnicodeEncodeError:
        return False


def _decoded(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None
