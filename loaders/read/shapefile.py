"""Reads a zipped Shapefile: names in the archive and texts in the table in UTF-8 or a Chinese encoding.

Invariant: the encoding is declared (.cpg, the table's language byte) or fits every text of the table; a text that the
declared one cannot read refuses the file, since GDAL would replace it.
"""

import shutil
import tempfile
import weakref
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

from geo.masking import shown
from loaders.faults import Refused
from loaders.header import normal
from loaders.read import dbf
from loaders.read.archive import ShapeLayer, refuse_unsafe, shape_layers
from loaders.read.table import Told, Wish
from loaders.read.vector import VectorTable, declared, layer_of

NEEDED = ("shp", "shx", "dbf")
READ = (*NEEDED, "prj", "cpg")
_NAME_BYTES = 10
_NAME_ENCODINGS = ("utf-8", dbf.CHINESE)
_HEAD_BYTES = 100
_RECORD_HEAD = 8
"""Bytes of a record's head in the .shp, and of a whole record in the .shx."""


class ShapefileTable(VectorTable):
    """One layer of a zipped Shapefile, unpacked under names of our own for as long as the table lives."""

    def __init__(self, path: Path, wish: Wish) -> None:
        with ZipFile(path) as archive:
            refuse_unsafe(archive, path)
            layers = {one.name: one for one in shape_layers(archive)}
            chosen = _chosen(layers, wish.layer, path)
            folder = Path(tempfile.mkdtemp(prefix="cockpit-"))
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
            _unpack(archive, chosen, folder)
        _refuse_uneven(folder, path)
        told = _text(folder / "layer.cpg")
        encoding = dbf.encoding(folder / "layer.dbf", told=told, file=path.name)
        dbf.mend_names(folder / "layer.dbf", encoding=encoding, file=path.name)
        super().__init__(folder / "layer.shp", name=path.name, layer=None, encoding=encoding)
        self.headings = tuple(_whole(heading, wish) for heading in self.headings)
        self.declared_crs = declared(_text(folder / "layer.prj"))
        self.part, self.parts = chosen.name, tuple(layers)
        deleted = dbf.deleted(folder / "layer.dbf", file=path.name)
        if deleted:
            self.told = (Told("deleted_records", {"count": deleted}),)


def opened(path: Path, wish: Wish) -> ShapefileTable:
    """The layer that is meant."""
    return ShapefileTable(path, wish)


def _whole(heading: str, wish: Wish) -> str:
    """The wanted heading of which the ten bytes of a dBASE name left `heading` (parent_cod); itself where none is."""
    plain = normal(heading)
    if plain in wish.headings or not _is_full(heading):
        return heading
    found = [one for one in wish.headings if one.startswith(plain)]
    return found[0] if len(found) == 1 else heading


def _is_full(heading: str) -> bool:
    """Whether no further character like its last would have fitted into the name."""

    def size(text: str, encoding: str) -> int:
        return len(text.encode(encoding, errors="ignore"))

    return any(
        _NAME_BYTES - size(heading[-1:], encoding) < size(heading, encoding) <= _NAME_BYTES
        for encoding in _NAME_ENCODINGS
    )


def _chosen(layers: Mapping[str, ShapeLayer], wanted: str | None, path: Path) -> ShapeLayer:
    chosen = layers[layer_of(layers, wanted, file=path.name)]
    missing = [ending for ending in NEEDED if ending not in chosen.parts]
    if missing:
        parts = ", ".join(f"{chosen.name}.{ending}" for ending in missing)
        raise Refused("shapefile_incomplete", file=path.name, parts=shown(parts))
    return chosen


def _unpack(archive: ZipFile, layer: ShapeLayer, folder: Path) -> None:
    for ending in READ:
        if ending in layer.parts:
            with archive.open(layer.parts[ending]) as packed, (folder / f"layer.{ending}").open("wb") as unpacked:
                shutil.copyfileobj(packed, unpacked)


def _refuse_uneven(folder: Path, path: Path) -> None:
    """Raises Refused where shapes, index and table do not hold as many records: the reader would fill or drop some."""
    counts = {"shapes": _shapes(folder / "layer.shp"), "index": _index(folder / "layer.shx")}
    counts["records"] = dbf.records(folder / "layer.dbf", file=path.name)
    if len(set(counts.values())) > 1:
        raise Refused("shapefile_counts", file=path.name, **counts)


def _index(path: Path) -> int:
    return max(0, path.stat().st_size - _HEAD_BYTES) // _RECORD_HEAD


def _shapes(path: Path) -> int:
    """How many whole records the file of shapes holds; each says its own length."""
    size, place, found = path.stat().st_size, _HEAD_BYTES, 0
    with path.open("rb") as stream:
        while place + _RECORD_HEAD <= size:
            stream.seek(place)
            place += _RECORD_HEAD + 2 * int.from_bytes(stream.read(_RECORD_HEAD)[4:], "big")
            found += place <= size
    return found


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8-sig", errors="replace").strip() or None if path.is_file() else None
