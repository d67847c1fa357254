"""Checks that an OpenStreetMap extract is whole: GDAL reads a damaged one to the damage and says nothing.

Invariant: every block of the file is there to its last byte and unpacks to the size and checksum that it states.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from loaders.faults import Refused

MOST_BLOCK_BYTES = 64 << 20
"""More than the format allows in a block (32 MiB), so that no length from a damaged file fills the memory."""
_TYPE, _SIZE = 1, 3
"""Fields of a block's header: its kind, and how many bytes follow."""
_UNPACKED_SIZE, _ZLIB = 2, 3
"""Fields of a block: its size unpacked, and its content packed by zlib; other packings are left to GDAL."""
_KINDS = (b"OSMHeader", b"OSMData")


class _DamagedError(Exception):
    """The bytes are no sequence of blocks."""


def refuse_damaged(path: Path) -> None:
    """Raises Refused where a block is cut off or altered."""
    try:
        with path.open("rb") as stream:
            while start := stream.read(4):
                header = dict(_fields(_exactly(stream, int.from_bytes(start, "big"))))
                if header.get(_TYPE) not in _KINDS:
                    raise _DamagedError("kind of a block")
                size = header.get(_SIZE)
                _check(dict(_fields(_exactly(stream, size if isinstance(size, int) else 0))))
    except (_DamagedError, zlib.error, IndexError) as error:
        raise Refused("geofile_damaged", file=path.name, reason=str(error)) from error


def _check(block: dict[int, int | bytes]) -> None:
    packed = block.get(_ZLIB)
    if isinstance(packed, bytes) and len(zlib.decompress(packed)) != block.get(_UNPACKED_SIZE):
        raise _DamagedError("size of a block")


def _exactly(stream: BinaryIO, size: int) -> bytes:
    if not 0 < size <= MOST_BLOCK_BYTES:
        raise _DamagedError("length of a block")
    content = stream.read(size)
    if len(content) != size:
        raise _DamagedError("end of the file within a block")
    return content


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protocol buffer: number and value, a whole number or bytes."""
    place = 0
    while place < len(message):
        tag, place = _number(message, place)
        value, place = _number(message, place)
        if tag & 7 == 0:
            yield tag >> 3, value
        elif tag & 7 == 2 and place + value <= len(message):
            yield tag >> 3, message[place : place + value]
            place += value
        else:
            raise _DamagedError("field of a block")


def _number(message: bytes, place: int) -> tuple[int, int]:
    """A whole number of seven bits a byte, and the place behind it."""
    number = shift = 0
    while True:
        byte = message[place]
        number |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return number, place
