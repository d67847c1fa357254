"""Reads a zipped Shapefile: names in the archive and texts in the table in UTF-8 or a Chinese encoding.

Invariant: the encoding is declared (.cpg, the table's language byte) or fits every text of the table; a text that the
declared one cannot read refuses the file, since GDAL would replace it.
"""

import shutil
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile, ZipInfo

from loaders.faults import Refused
from loaders.masking import shown
from loaders.read import dbf
from loaders.read.archive import members, refuse_bomb
from loaders.read.vector import VectorTable, declared, layer_of

NEEDED = ("shp", "shx", "dbf")
READ = (*NEEDED, "prj", "cpg")


@dataclass(frozen=True)
class _Layer:
    """The parts of one layer by their ending."""

    name: str
    parts: dict[str, ZipInfo]


class ShapefileTable(VectorTable):
    """One layer of a zipped Shapefile, unpacked under names of our own for as long as the table lives."""

    def __init__(self, path: Path, *, layer: str | None) -> None:
        with ZipFile(path) as archive:
            refuse_bomb(archive, path)
            chosen = _chosen(archive, layer, path)
            folder = Path(tempfile.mkdtemp(prefix="cockpit-"))
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
            _unpack(archive, chosen, folder)
        told = _text(folder / "layer.cpg")
        encoding = dbf.encoding(folder / "layer.dbf", told=told, file=path.name)
        super().__init__(folder / "layer.shp", name=path.name, layer=None, encoding=encoding)
        self.declared_crs = declared(_text(folder / "layer.prj"))


def has_layers(archive: ZipFile) -> bool:
    """True for an archive with a .shp in it."""
    return bool(_layers(archive))


def _layers(archive: ZipFile) -> list[_Layer]:
    """The layers of an archive; each by the name of its file, or by its path where two files have one name."""
    parts: dict[str, dict[str, ZipInfo]] = {}
    for name, item in members(archive).items():
        stem, _, ending = name.rpartition(".")
        parts.setdefault(stem, {})[ending.lower()] = item
    stems = [stem for stem, found in parts.items() if "shp" in found]
    short = [stem.rpartition("/")[2] for stem in stems]
    names = short if len(set(short)) == len(short) else stems
    return [_Layer(name, parts[stem]) for name, stem in zip(names, stems, strict=True)]


def _chosen(archive: ZipFile, wanted: str | None, path: Path) -> _Layer:
    layers = {layer.name: layer for layer in _layers(archive)}
    chosen = layers[layer_of(layers, wanted, file=path.name)]
    missing = [ending for ending in NEEDED if ending not in chosen.parts]
    if missing:
        parts = ", ".join(f"{chosen.name}.{ending}" for ending in missing)
        raise Refused("shapefile_incomplete", file=path.name, parts=shown(parts))
    return chosen


def _unpack(archive: ZipFile, layer: _Layer, folder: Path) -> None:
    for ending in READ:
        if ending in layer.parts:
            with archive.open(layer.parts[ending]) as packed, (folder / f"layer.{ending}").open("wb") as unpacked:
                shutil.copyfileobj(packed, unpacked)


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8-sig", errors="replace").strip() or None if path.is_file() else None
