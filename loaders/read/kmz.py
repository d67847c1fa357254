"""Reads a KMZ, an archive that holds a KML document and its pictures.

Invariant: of several documents with placemarks the mapping names one; nothing else of the archive is unpacked.
"""

import shutil
import tempfile
from pathlib import Path
from zipfile import ZipFile

from loaders.read import xml_table
from loaders.read.archive import documents, refuse_unsafe
from loaders.read.encoding import encoding_of
from loaders.read.table import Table, Wish
from loaders.read.vector import layer_of

PLACEMARK = b"Placemark"
"""A document without any only leads to the others."""


def opened(path: Path, wish: Wish) -> Table:
    """The document that is meant, as the reader of KML gives it."""
    with ZipFile(path) as archive, tempfile.TemporaryDirectory(prefix="cockpit-") as folder:
        refuse_unsafe(archive, path)
        found = documents(archive)
        filled = [name for name, item in found.items() if PLACEMARK in archive.read(item)]
        chosen = layer_of(found if wish.layer else filled or [*found][:1], wish.layer, file=path.name)
        unpacked = Path(folder) / path.with_suffix(".kml").name
        with archive.open(found[chosen]) as packed, unpacked.open("wb") as stream:
            shutil.copyfileobj(packed, stream)
        encoding = encoding_of(unpacked)
        _, table = xml_table.opened(unpacked, encoding)
    table.encoding, table.part = encoding, chosen
    table.parts = tuple(found)
    return table
