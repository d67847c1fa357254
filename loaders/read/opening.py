"""Opens a file as a table by what its bytes are; its name is only a hint, the mapping's format a promise to keep.

Invariant: a file that is not what the mapping says is refused with both formats named.
"""

import re
from importlib import import_module
from pathlib import Path
from zipfile import ZipFile

from config.visible import cut
from geo.masking import shown
from loaders.faults import Refused
from loaders.read.archive import DAMAGED, WORKBOOK_PART, documents, members, refuse_unsafe, shape_layers
from loaders.read.encoding import encoding_of
from loaders.read.table import Table, Wish
from loaders.read.text import CsvTable
from loaders.read.wkt import with_shapes

HEAD_BYTES = 4096
READERS = {
    "xlsx": "workbook",
    "shapefile": "shapefile",
    "gpkg": "geopackage",
    "osm": "osm",
    "parquet": "parquet",
    "kml": "kmz",
}
"""Format of a file that is no text → module; imported when one comes, since GDAL's library brings pandas along."""
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SQLITE = b"SQLite format 3\x00"
GPKG = (b"GPKG", b"GP10", b"GP11")
SHP = b"\x00\x00\x27\x0a"
PBF = b"\n\x09OSMHeader"
"""Behind four bytes that say how long the header is."""
PARQUET = b"PAR1"
FOREIGN = (
    b"%PDF",
    b"{\\rtf",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
)
"""Documents, pictures and archives that may look like a text and hold no table."""
PAGE = ("<!doctype html", "<html", "<table")
NAMED = {".geojson": "json", ".json": "json"}
"""What the name promises of a text: one that is no JSON is mostly a damaged one, not a CSV."""
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def open_table(path: Path, wish: Wish | None = None) -> Table:
    """The file as a table, with shapes where it has them or a column of them as text.

    Raises Refused: damaged, locked, of no format that is read here, of another format than wished for, or of several
    sheets or layers of which the wish names none.
    """
    wish = wish or Wish()
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    found = _binary(head, path)
    if found is None:
        return with_shapes(_text(path, wish), wish, file=path.name)
    if wish.format not in (None, found):
        raise Refused("wrong_format", file=path.name, wanted=wish.format, found=found)
    try:
        return with_shapes(_opened(found, path, wish), wish, file=path.name)
    except DAMAGED as error:
        code = "is_workbook" if head.startswith((ZIP, OLE[:4])) else "geofile_damaged"
        raise Refused(code, file=path.name, reason=cut(str(error))) from error


def _opened(found: str, path: Path, wish: Wish) -> Table:
    table: Table = import_module(f"loaders.read.{READERS[found]}").opened(path, wish)
    table.format = found
    return table


def _binary(head: bytes, path: Path) -> str | None:
    """The format of a file that is no text; None for a text."""
    if head.startswith(ZIP):
        return _zipped(path)
    if head.startswith(OLE[:4]):
        if ENCRYPTED in path.read_bytes():
            raise Refused("workbook_locked", file=path.name)
        return "xlsx"
    if head.startswith(SQLITE):
        if head[68:72] not in GPKG:
            raise Refused("not_geopackage", file=path.name)
        return "gpkg"
    if head.startswith(SHP):
        raise Refused("bare_shapefile", file=path.name)
    if head.startswith(FOREIGN):
        raise Refused("not_text", file=path.name)
    if head.startswith(PARQUET):
        return "parquet"
    return "osm" if head.startswith(PBF, 4) else None


def _zipped(path: Path) -> str:
    try:
        with ZipFile(path) as archive:
            refuse_unsafe(archive, path)
            names = members(archive)
            if WORKBOOK_PART in names:
                return "xlsx"
            if shape_layers(archive):
                return "shapefile"
            if documents(archive):
                return "kml"
    except DAMAGED as error:
        raise Refused("is_workbook", file=path.name, reason=cut(str(error))) from error
    raise Refused("archive_unknown", file=path.name, found=shown(", ".join([*names][:5])))


def _text(path: Path, wish: Wish) -> Table:
    encoding = encoding_of(path)
    with path.open(encoding=encoding, newline="") as text:
        start = text.read(HEAD_BYTES).lstrip("\ufeff\x1e \t\r\n")
    if start[:16].lower().startswith(PAGE):
        raise Refused("is_markup", file=path.name)
    look = _look(start)
    _refuse_broken_promise(look, path, wish)
    if look == "csv":
        found, table = "csv", CsvTable(path, wish, encoding=encoding)
    else:
        found, table = import_module(f"loaders.read.{look}_table").opened(path, encoding)
    if wish.format not in (None, found):
        if wish.format == "geojson":
            raise Refused("not_geojson", file=path.name, reason="FeatureCollection")
        raise Refused("wrong_format", file=path.name, wanted=wish.format, found=found)
    table.format, table.encoding = found, encoding
    return table


def _look(start: str) -> str:
    """What a text looks like by its first characters: json, xml or csv."""
    if start.startswith(("{", "[")):
        return "json"
    return "xml" if re.match(r"<[?!A-Za-z_]", start) else "csv"


def _refuse_broken_promise(look: str, path: Path, wish: Wish) -> None:
    promised = wish.format or NAMED.get(path.suffix.lower())
    if promised == "csv" and look == "json":
        raise Refused("json_as_csv", file=path.name)
    if promised in ("json", "geojson") and look == "csv":
        raise Refused("not_geojson", file=path.name, reason="{")
