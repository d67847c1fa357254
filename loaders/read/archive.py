"""Looks into zip archives: what they hold, under which names, and whether unpacking them is safe.

Invariant: nothing is unpacked under a name that the archive chose, and never more than the limits below.
"""

import lzma
import re
import stat
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from config.reading import limits
from geo.masking import shown
from loaders.faults import Refused

DAMAGED = (BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
"""What reading a damaged archive raises."""
MOST_RATIO = 250
"""Unpacked to packed; padded dBASE files reach about 100."""
SMALL_BYTES = 256 << 20
"""Below this an archive may be packed as tightly as it likes."""
WORKBOOK_PART = "xl/workbook.xml"
ARCHIVES = (b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00")
"""How archives begin: zip, 7z, rar, gzip, bzip2, xz."""
_OUTSIDE = re.compile(r"^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)")
_XML = (".xml", ".rels")
_KML = ".kml"
_XML_HEAD = 8192
_UTF8_FLAG = 0x800
_LOCKED_FLAG = 0x1


@dataclass(frozen=True)
class ShapeLayer:
    """The parts of one layer of a Shapefile by their ending."""

    name: str
    parts: dict[str, ZipInfo]


def refuse_unsafe(archive: ZipFile, path: Path) -> None:
    """Raises Refused for an archive that nobody packs in good faith, and for one that has a password.

    That is: one that would unpack to more than is sane, or into more entries, whose entries are links, lie outside of
    it, share a name, or are archives themselves (in a workbook these are attachments, which nobody opens), or whose
    parts declare XML entities. The sizes are what the archive says; more than it says is never unpacked.
    """
    allowed = limits()
    entries = archive.infolist()
    if len(entries) > allowed.most_entries:
        raise Refused("archive_entries", file=path.name, count=len(entries), most=allowed.most_entries)
    size = sum(item.file_size for item in entries)
    packed = max(1, sum(item.compress_size for item in entries))
    if size > allowed.most_unpacked_mib << 20 or (size > SMALL_BYTES and size / packed > MOST_RATIO):
        raise Refused("archive_too_large", file=path.name, size=size >> 20, most=allowed.most_unpacked_mib)
    if any(item.flag_bits & _LOCKED_FLAG for item in entries):
        raise Refused("workbook_locked", file=path.name)
    _refuse_strange(entries, path)
    _refuse_nested(archive, path)
    _refuse_entities(archive, path)


def _refuse_strange(entries: list[ZipInfo], path: Path) -> None:
    times = Counter(item.filename for item in entries)
    for item in entries:
        code = None
        if stat.S_ISLNK(item.external_attr >> 16):
            code = "archive_link"
        elif _OUTSIDE.search(item.filename) or "\0" in item.orig_filename:
            code = "archive_path"
        elif times[item.filename] > 1:
            code = "archive_twice"
        if code is not None:
            raise Refused(code, file=path.name, name=shown(_name(item)))


def _refuse_nested(archive: ZipFile, path: Path) -> None:
    found = members(archive)
    if WORKBOOK_PART in found:
        return
    for name, item in found.items():
        with archive.open(item) as stream:
            if stream.read(8).startswith(ARCHIVES):
                raise Refused("archive_nested", file=path.name, name=shown(name))


def _refuse_entities(archive: ZipFile, path: Path) -> None:
    """No office program writes a document type into a part; a reader that follows one opens what it names.

    What stands beside a Shapefile (ArcGIS writes one into its .shp.xml) is opened by nobody.
    """
    found = members(archive)
    is_workbook = WORKBOOK_PART in found
    for name, item in found.items():
        if is_workbook and name.lower().endswith(_XML):
            with archive.open(item) as stream:
                start = stream.read(_XML_HEAD).replace(b"\0", b"").lower()
            if b"<!doctype" in start or b"<!entity" in start:
                raise Refused("xml_entities", file=path.name, name=shown(name))


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


def documents(archive: ZipFile) -> dict[str, ZipInfo]:
    """The KML documents of an archive by their names: one with them is a KMZ."""
    return {name: item for name, item in members(archive).items() if name.lower().endswith(_KML)}


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
