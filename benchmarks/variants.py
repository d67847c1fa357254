"""Files made of the sample's incidents: the same rows again, some changed, new ones, a workbook; a long polygon."""

import csv
import json
import math
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter

CHANGED = 20
"""Every so many rows one is changed."""
BATCH_ROWS = 10_000
VERTICES = 100_000

Row = list[str]


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file)


def _write(path: Path, rows: Iterator[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    path.chmod(0o644)
    return path


def identical(source: Path, folder: Path) -> Path:
    """The same rows in other bytes (line ends)."""
    return _write(folder / "identical.csv", _rows(source))


def changed(source: Path, folder: Path) -> Path:
    """The same rows; one in CHANGED came through another channel."""

    def rows() -> Iterator[Row]:
        found = _rows(source)
        header = next(found)
        channel = header.index("渠道")
        yield header
        for number, row in enumerate(found):
            yield row if number % CHANGED else [*row[:channel], "walk_in", *row[channel + 1 :]]

    return _write(folder / "changed.csv", rows())


def head(source: Path, folder: Path, *, rows: int) -> Path:
    """The first `rows` incidents."""
    return _write(folder / "head.csv", (row for number, row in enumerate(_rows(source)) if number <= rows))


def batch(source: Path, folder: Path, name: str) -> Path:
    """BATCH_ROWS new incidents, whose codes begin with `name`."""

    def rows() -> Iterator[Row]:
        for number, row in enumerate(_rows(source)):
            if number > BATCH_ROWS:
                return
            yield [f"{name}-{row[0]}", *row[1:]] if number else row

    return _write(folder / f"{name}.csv", rows())


def workbook(source: Path, folder: Path, *, rows: int) -> Path:
    """The first `rows` incidents as a workbook of texts."""
    path = folder / "incidents.xlsx"
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False})
    sheet = book.add_worksheet()
    for number, row in enumerate(_rows(source)):
        if number > rows:
            break
        sheet.write_row(number, 0, row)
    book.close()
    return path


def long_polygon(folder: Path) -> Path:
    """A street whose border has VERTICES vertices, as GeoJSON."""
    turns = [2 * math.pi * step / VERTICES for step in range(VERTICES)]
    reach = [0.02 * (1 + 0.1 * math.sin(400 * turn)) for turn in turns]
    ring = [[120.3 + far * math.cos(turn), 30.3 + far * math.sin(turn)] for far, turn in zip(reach, turns, strict=True)]
    feature = {
        "type": "Feature",
        "properties": {"代码": "330109998", "名称": "长界街道"},
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
    }
    path = folder / "long.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    return path
