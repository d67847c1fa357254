"""Reads a GeoPackage: one layer of it, in the system that the layer names.

Invariant: of several layers the mapping names one; a plain table (QGIS keeps styles in one) is chosen only by name, or
where there is nothing else.
"""

import sqlite3
import warnings
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pyogrio
from pyogrio.errors import DataSourceError

from config.visible import cut
from geo.masking import shown
from loaders.faults import Refused
from loaders.read.table import Wish
from loaders.read.vector import VectorTable, layer_of


class GeoPackageTable(VectorTable):
    """One layer of a GeoPackage; a layer without shapes is a plain table."""

    def __init__(self, path: Path, *, layer: str | None) -> None:
        _refuse_damaged(path)
        layers = _layers(path)
        names = [name for name, kind in layers if layer is not None or kind is not None] or [name for name, _ in layers]
        super().__init__(path, name=path.name, layer=layer_of(names, layer, file=path.name))
        self.parts = tuple(name for name, _ in layers)


def opened(path: Path, wish: Wish) -> GeoPackageTable:
    """The layer that is meant."""
    return GeoPackageTable(path, layer=wish.layer)


def _refuse_damaged(path: Path) -> None:
    """Lets SQLite look at every page: a reader sees only those that it comes across, and rows would be missing."""
    address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            (answer,) = database.execute("pragma quick_check(1)").fetchone()
    except sqlite3.Error as error:
        answer = str(error)
    if answer != "ok":
        raise Refused("geofile_damaged", file=path.name, reason=cut(shown(answer)))


def _layers(path: Path) -> list[tuple[str, str | None]]:
    """Every layer with the kind of its shapes; None for a plain table."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = [(str(name), kind) for name, kind in pyogrio.list_layers(path)]
    except DataSourceError as error:
        raise Refused("geofile_damaged", file=path.name, reason=cut(shown(str(error).splitlines()[0]))) from error
    return found
