"""Reads CSV and GeoJSON as they came: blocks of text cells with the row numbers that a spreadsheet shows (header = 1).

Invariant: no row of the file is lost or renumbered: what a block does not hold is counted in `blank`, or listed in
`ragged`; a CSV never stands in memory as a whole.
"""

import csv
import hashlib
import io
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import orjson
import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv
import shapely

from geo import crs as crs_names
from loaders.faults import Refused
from loaders.masking import shown

SNIFFED_BYTES = 1 << 20
BLOCK_BYTES = 24 << 20
BLOCK_ROWS = 125_000
DELIMITERS = (",", "\t", ";", "|")
LONGEST_HEADING = 1000
"""A heading longer than this is a quotation mark that was never closed."""

csv.field_size_limit(BLOCK_BYTES)


@dataclass(frozen=True)
class FileFacts:
    """What identifies the bytes of a file, and that they stayed the same while they were read."""

    path: Path
    sha256: str
    size: int
    modified_ns: int

    def refuse_if_changed(self) -> None:
        """Raises Refused when the file is no longer the one that was hashed."""
        now = self.path.stat()
        if (now.st_size, now.st_mtime_ns) != (self.size, self.modified_ns):
            raise Refused("file_changed", file=self.path.name)


def facts(path: Path) -> FileFacts:
    """Hashes the file. Raises Refused: missing, a folder, not readable, empty."""
    if path.is_dir():
        raise Refused("is_folder", file=str(path))
    try:
        with path.open("rb") as stream:
            before = path.stat()
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise Refused("missing_file", file=str(path)) from error
    except OSError as error:
        raise Refused("unreadable_file", file=str(path), reason=error.strerror or str(error)) from error
    if before.st_size == 0:
        raise Refused("empty_file", file=path.name)
    return FileFacts(path=path, sha256=digest, size=before.st_size, modified_ns=before.st_mtime_ns)


@dataclass(frozen=True)
class Ragged:
    """A row with more or fewer cells than the header; `cells` as received."""

    row: int
    cells: tuple[str, ...]


class Table(ABC):
    """A file as a table of text. Cell columns are named c0, c1 … in the order of `headings`."""

    headings: tuple[str, ...]
    declared_crs: str | None = None
    has_shapes: bool = False

    def __init__(self) -> None:
        self.ragged: list[Ragged] = []

    @abstractmethod
    def blocks(self) -> Iterator[pl.DataFrame]:
        """Blocks in the order of the file: `row` (Int64), c0 … as received; for GeoJSON `geometry` and `broken` too.

        `geometry` (WKB) is null where there is none or none that can be read; `broken` is the text of the latter.
        Starts at the beginning whenever it is called. Rows with a wrong number of cells are in `ragged` afterwards.
        """


def open_table(path: Path, *, wanted: str | None) -> Table:
    """The file as a table; `wanted` is the mapping's format (csv, geojson) or None for what the content says.

    Raises Refused: not text, a workbook, no GeoJSON, or another format than wanted or than the file's name says.
    """
    with path.open("rb") as stream:
        head = stream.read(SNIFFED_BYTES)
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Refused("is_workbook", file=path.name)
    encoding = _encoding(head, path)
    is_json = head.decode(encoding, errors="ignore").lstrip("\ufeff \t\r\n").startswith(("{", "["))
    named = {".csv": "csv", ".geojson": "geojson", ".json": "geojson"}.get(path.suffix.lower())
    expected = wanted or named
    if expected == "csv" and is_json:
        raise Refused("json_as_csv", file=path.name)
    if expected == "geojson" and not is_json:
        raise Refused("not_geojson", file=path.name, reason="{")
    return GeoJsonTable(path) if is_json else CsvTable(path, encoding=encoding)


def _encoding(head: bytes, path: Path) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in head:
        raise Refused("not_text", file=path.name)
    for encoding in ("utf-8", "gb18030"):
        try:
            head.decode(encoding)
        except UnicodeDecodeError as error:
            if len(head) == SNIFFED_BYTES and error.start >= len(head) - 4:
                return encoding
        else:
            return encoding
    raise Refused("not_text", file=path.name)


class CsvTable(Table):
    """A CSV: delimiter found in the header line, quotes and line breaks within quotes as RFC 4180 has them."""

    def __init__(self, path: Path, *, encoding: str) -> None:
        super().__init__()
        self._path = path
        self._encoding = encoding
        with path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="", errors="replace") as text:
            first = text.readline()
            self._delimiter = max(DELIMITERS, key=first.count)
            text.seek(0)
            self.headings = self._header(text)
        if not any(self.headings):
            raise Refused("no_header", file=path.name)

    def _header(self, text: TextIO) -> tuple[str, ...]:
        try:
            found = tuple(cell.strip() for cell in next(csv.reader(text, delimiter=self._delimiter), []))
        except csv.Error as error:
            raise Refused("unclosed_quote", file=self._path.name, row=1) from error
        if any(len(heading) > LONGEST_HEADING for heading in found):
            raise Refused("unclosed_quote", file=self._path.name, row=1)
        return found

    def blocks(self) -> Iterator[pl.DataFrame]:
        names = [f"c{index}" for index in range(len(self.headings))]
        odd: list[Ragged] = []
        self.ragged = odd
        next_row, is_first = 1, True
        try:
            for batch in self._reader(names, odd):
                frame = pl.DataFrame(pl.from_arrow(batch))
                numbers = _numbers(next_row, frame.height, odd)
                next_row = int(numbers[-1]) + 1 if len(numbers) else next_row
                frame = frame.insert_column(0, pl.Series("row", numbers, dtype=pl.Int64))
                self._refuse_swallowed(frame, odd)
                yield frame.slice(1) if is_first else frame
                is_first = False
        except pa.ArrowInvalid as error:
            raise Refused("not_csv", file=self._path.name, reason=str(error).splitlines()[0]) from error
        yield from self._padded(names, odd)

    def _reader(self, names: list[str], odd: list[Ragged]) -> Iterator[pa.RecordBatch]:
        def keep(row: pa_csv.InvalidRow) -> str:
            cells = next(csv.reader(io.StringIO(row.text, newline=""), delimiter=self._delimiter), [])
            odd.append(Ragged(row=row.number, cells=tuple(cells)))
            return "skip"

        return iter(
            pa_csv.open_csv(
                self._path,
                read_options=pa_csv.ReadOptions(
                    use_threads=False, column_names=names, block_size=BLOCK_BYTES, encoding=self._encoding
                ),
                parse_options=pa_csv.ParseOptions(
                    delimiter=self._delimiter,
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=keep,
                ),
                convert_options=pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    strings_can_be_null=False,
                ),
            )
        )

    def _refuse_swallowed(self, frame: pl.DataFrame, odd: Sequence[Ragged]) -> None:
        """Rows within a cell of another, behind a quotation mark never closed, would be lost: refuses the file."""
        width = len(self.headings)
        lost = [item.row for item in odd if _is_torn(item, width, self._delimiter)]
        has_break = pl.any_horizontal(pl.exclude("row").str.contains("\n", literal=True))
        for row, *cells in frame.filter(has_break).iter_rows():
            if any(_holds_rows(cell, width, self._delimiter) for cell in cells):
                lost.append(row)
                break
        if lost:
            raise Refused("unclosed_quote", file=self._path.name, row=min(lost))

    def _padded(self, names: list[str], odd: list[Ragged]) -> Iterator[pl.DataFrame]:
        """Rows whose surplus cells are all empty are whole: they follow as a last block."""
        width = len(names)
        whole = [item for item in odd if len(item.cells) > width and not "".join(item.cells[width:]).strip()]
        if whole:
            odd[:] = [item for item in odd if item not in whole]
            columns = {name: [item.cells[index] for item in whole] for index, name in enumerate(names)}
            yield pl.DataFrame({"row": [item.row for item in whole], **columns})


def _numbers(first: int, count: int, odd: Sequence[Ragged]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The numbers of the next `count` rows from `first` on, leaving out those of ragged rows."""
    taken = np.array([item.row for item in odd if item.row >= first], dtype=np.int64)
    candidates = np.arange(first, first + count + len(taken), dtype=np.int64)
    return np.setdiff1d(candidates, taken, assume_unique=True)[:count]


def _holds_rows(cell: str, width: int, delimiter: str) -> bool:
    """True where a line within the cell looks like a row: as many delimiters, none followed by a blank as in prose."""
    later = cell.split("\n")[1:] if width > 2 else []
    return any(line.count(delimiter) == width - 1 and f"{delimiter} " not in line for line in later)


def _is_torn(item: Ragged, width: int, delimiter: str) -> bool:
    """True for a row with line breaks and too few cells, or with whole rows in a cell; a note over lines is none."""
    broken = [cell for cell in item.cells if "\n" in cell]
    if not broken:
        return False
    is_note = is_no_ragged_row(item) and not any(delimiter in cell.partition("\n")[2] for cell in broken)
    return (len(item.cells) < width and not is_note) or any(_holds_rows(cell, width, delimiter) for cell in broken)


class GeoJsonTable(Table):
    """A GeoJSON FeatureCollection: one row a feature, its properties as text, its geometry as WKB (null if broken)."""

    has_shapes = True

    def __init__(self, path: Path) -> None:
        super().__init__()
        try:
            document = orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError as error:
            raise Refused("not_geojson", file=path.name, reason=str(error)) from error
        self._features = _features(document, path)
        self.declared_crs = _declared_crs(document.get("crs"))
        self.headings = tuple(dict.fromkeys(key for item in self._features for key in item.get("properties") or {}))

    def blocks(self) -> Iterator[pl.DataFrame]:
        for start in range(0, len(self._features), BLOCK_ROWS):
            features = self._features[start : start + BLOCK_ROWS]
            properties = [item.get("properties") or {} for item in features]
            columns = {
                f"c{index}": pl.Series([_text(item.get(key)) for item in properties], dtype=pl.String)
                for index, key in enumerate(self.headings)
            }
            rows = pl.Series(range(start + 2, start + 2 + len(features)), dtype=pl.Int64)
            texts = [_geometry_text(item.get("geometry")) for item in features]
            shapes = _wkb(texts)
            lost = [text if shape is None else None for text, shape in zip(texts, shapes, strict=True)]
            geometry = {"geometry": pl.Series(shapes, dtype=pl.Binary), "broken": pl.Series(lost, dtype=pl.String)}
            yield pl.DataFrame({"row": rows, **columns, **geometry})


def _features(document: Any, path: Path) -> list[dict[str, Any]]:
    is_collection = isinstance(document, dict) and document.get("type") == "FeatureCollection"
    found = document.get("features") if is_collection else None
    if not isinstance(found, list) or not all(
        isinstance(item, dict) and isinstance(item.get("properties") or {}, dict) for item in found
    ):
        raise Refused("not_geojson", file=path.name, reason="FeatureCollection")
    if not found:
        raise Refused("empty_file", file=path.name)
    return found


def _declared_crs(crs: Any) -> str | None:
    """The name in a crs member (GeoJSON 2008: type name; an older one: type EPSG). Raises Refused for any other."""
    if crs is None or isinstance(crs, str):
        return crs
    properties = crs.get("properties") if isinstance(crs, dict) else None
    told = properties if isinstance(properties, dict) else {}
    name = f"EPSG:{told['code']}" if "code" in told else told.get("name")
    if not isinstance(name, str) or not name.strip():
        raise Refused("unknown_crs", name=shown(orjson.dumps(crs).decode()), examples=crs_names.EXAMPLES)
    return name


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | dict | list):
        return orjson.dumps(value).decode()
    return repr(value)


def _geometry_text(geometry: Any) -> str | None:
    return None if geometry is None else orjson.dumps(geometry).decode()


def _wkb(texts: Sequence[str | None]) -> list[bytes | None]:
    """The shapes; null for none, for what is no geometry, and for an empty one, which is nowhere."""
    shapes = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
    return list(shapely.to_wkb(np.where(shapely.is_empty(shapes), None, shapes)))


TOTALS = r"(?is)^(合\s*计|总\s*计|小\s*计|累\s*计|totals?|sub-?total|grand total)\s*([:：(（\d].*)?$"
NOTES = r"(?is)^(注|备注|说明|填表说明|数据来源|资料来源|制表|notes?|sources?)\s*\d*\s*[:：.、].*$"


def is_no_row(frame: pl.DataFrame, headings: Sequence[str], required: Sequence[str]) -> pl.Series:
    """True for what stands in a file without being a row: blank lines, repeated headers, totals, notes.

    `frame` holds trimmed cells c0 … with null for empty; `required` are the cells that every true row fills: a line of
    totals leaves one of them empty, so that an entry that is merely called so stays a row.
    """
    cells = [f"c{index}" for index in range(len(headings))]
    filled = pl.sum_horizontal(pl.col(cells).is_not_null())
    first = pl.coalesce(pl.col(cells))
    same = [pl.col(cell) == heading for cell, heading in zip(cells, headings, strict=True) if heading]
    lacking = pl.any_horizontal(pl.col(required).is_null()) if required else pl.lit(value=False)
    places = [name for name in ("geometry", "broken") if name in frame.columns]
    has_geometry = pl.any_horizontal(pl.col(places).is_not_null()) if places else pl.lit(value=False)
    judged = (
        (filled == 0)
        | pl.all_horizontal(same).fill_null(value=False)
        | (lacking & first.str.contains(TOTALS))
        | (lacking & (filled == 1) & first.str.contains(NOTES))
    ) & ~has_geometry
    return frame.select(judged.fill_null(value=False).alias("is_no_row")).to_series()


def is_no_ragged_row(item: Ragged) -> bool:
    """The same for a line with a wrong number of cells."""
    filled = [cell.strip() for cell in item.cells if cell.strip()]
    if not filled:
        return True
    return bool(re.match(TOTALS, filled[0])) or (len(filled) == 1 and bool(re.match(NOTES, filled[0])))
