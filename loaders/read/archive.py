"""Looks into zip archives: what they hold, under which names, and whether unpacking them is safe.

Invariant: nothing is unpacked under a name that the archive chose, and never more than the limits below.
"""

import lzma
import zlib
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from loaders.faults import Refused

DAMAGED = (BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
"""What reading a damaged archive raises."""
MOST_BYTES = 4 << 30
"""Unpacked size of an archive."""
MOST_RATIO = 250
"""Unpacked to packed; padded dBASE files reach about 100."""
SMALL_BYTES = 256 << 20
"""Below this an archive may be packed as tightly as it likes."""
_UTF8_FLAG = 0x800
_LOCKED_FLAG = 0x1


@dataclass(frozen=True)
class ShapeLayer:
    """The parts of one layer of a Shapefile by their ending."""

    name: str
    parts: dict[str, ZipInfo]


def refuse_bomb(archive: ZipFile, path: Path) -> None:
    """Raises Refused for an archive that would unpack to more than is sane, or that has a password.

    The sizes are what the archive says; more than it says is never unpacked.
    """
    members = archive.infolist()
    size = sum(item.file_size for item in members)
    packed = max(1, sum(item.compress_size for item in members))
    if size > MOST_BYTES or (size > SMALL_BYTES and size / packed > MOST_RATIO):
        raise Refused("archive_too_large", file=path.name, size=size >> 20, most=MOST_BYTES >> 20)
    if any(item.flag_bits & _LOCKED_FLAG for item in members):
        raise Refused("workbook_locked", file=path.name)


def members(archive: ZipFile) -> dict[str, ZipInfo]:
    """The files of an archive by their names as people wrote them, without those that macOS adds."""
    named = {_name(item): item for item in archive.infolist() if not item.is_dir()}
    return {name: item for name, item in named.items() if not _is_shadow(name)}


def shape_layers(archive: ZipFile) -> list[ShapeLayer]:
    """The Shapefiles of an archive, each by the name of its .shp, or by its path where two have one name."""
    parts: dict[str, dict[str, ZipInfo]] = {}
    for name, item in members(archive).items():
        stem, _, ending = name.rpartition(".")
        parts.setdefault(stem, {})[ending.lower()] = item
    stems = [stem for stem, found in parts.items() if "shp" in found]
    short = [stem.rpartition("/")[2] for stem in stems]
    names = short if len(set(short)) == len(short) else stems
    return [ShapeLayer(name, parts[stem]) for name, stem in zip(names, stems, strict=True)]


def _name(item: ZipInfo) -> str:
    """The name; an old archive does not say its encoding: UTF-8 if it is that, else GB18030."""
    if item.flag_bits & _UTF8_FLAG:
        return item.filename
    try:
        raw = item.filename.encode("cp437")
    except UnicodeEncodeError:
        return item.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return item.filename


def _is_shadow(name: str) -> bool:
    return "__MACOSX" in name.split("/") or name.rpartition("/")[2].startswith("._")
