"""Reads a zipped Shapefile: names in the archive and texts in the table in UTF-8 or a Chinese encoding.

Invariant: the encoding is declared (.cpg, the table's language byte) or fits every text of the table; a text that the
declared one cannot read refuses the file, since GDAL would replace it.
"""

import shutil
import tempfile
import weakref
from pathlib import Path
from zipfile import ZipFile

from geo.masking import shown
from loaders.faults import Refused
from loaders.read import dbf
from loaders.read.archive import ShapeLayer, refuse_unsafe, shape_layers
from loaders.read.table import Wish
from loaders.read.vector import VectorTable, declared, layer_of

NEEDED = ("shp", "shx", "dbf")
READ = (*NEEDED, "prj", "cpg")


class ShapefileTable(VectorTable):
    """One layer of a zipped Shapefile, unpacked under names of our own for as long as the table lives."""

    def __init__(self, path: Path, *, layer: str | None) -> None:
        with ZipFile(path) as archive:
            refuse_unsafe(archive, path)
            chosen = _chosen(archive, layer, path)
            folder = Path(tempfile.mkdtemp(prefix="cockpit-"))
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
            _unpack(archive, chosen, folder)
        told = _text(folder / "layer.cpg")
        encoding = dbf.encoding(folder / "layer.dbf", told=told, file=path.name)
        super().__init__(folder / "layer.shp", name=path.name, layer=None, encoding=encoding)
        self.declared_crs = declared(_text(folder / "layer.prj"))


def opened(path: Path, wish: Wish) -> ShapefileTable:
    """The layer that is meant."""
    return ShapefileTable(path, layer=wish.layer)


def _chosen(archive: ZipFile, wanted: str | None, path: Path) -> ShapeLayer:
    layers = {layer.name: layer for layer in shape_layers(archive)}
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


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8-sig", errors="replace").strip() or None if path.is_file() else None
