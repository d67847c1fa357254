"""Rows and features as bytes of every format that is read."""

import csv as csv_module
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from collection.town import Feature, Row

Xml = "<?xml version='1.0' encoding='UTF-8'?>\n"


def csv(rows: Sequence[Row], *, delimiter: str = ",", encoding: str = "utf-8", end: str = "\n") -> bytes:
    """A text table with a header."""
    return lines(rows, delimiter=delimiter, end=end).encode(encoding)


def lines(rows: Sequence[Row], *, delimiter: str = ",", end: str = "\n") -> str:
    """The same as text."""
    if len(delimiter.encode()) > 1:
        return end.join(delimiter.join(map(str, line)) for line in ([*rows[0]], *(row.values() for row in rows))) + end
    made = io.StringIO()
    writer = csv_module.DictWriter(made, [*rows[0]], delimiter=delimiter, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return made.getvalue()


def xlsx(
    rows: Sequence[Row], change: Callable[[Any], None] | None = None, *, above: Iterable[Sequence[Any]] = ()
) -> bytes:
    """A workbook of one sheet, changed by `change(workbook)`."""
    book = openpyxl.Workbook()
    sheet = book.active
    for line in above:
        sheet.append(list(line))
    sheet.append([*rows[0]])
    for row in rows:
        sheet.append([*row.values()])
    if change:
        change(book)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def dumped(value: Any) -> bytes:
    """JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False).encode()


def geojson(features: Sequence[Feature], **members: Any) -> bytes:
    """A FeatureCollection."""
    return dumped({"type": "FeatureCollection", **members, "features": [as_feature(item) for item in features]})


def as_feature(item: Mapping[str, Any]) -> dict[str, Any]:
    """A GeoJSON feature; a shape that is a mapping already stays as it is."""
    shape = item["geometry"]
    if isinstance(shape, shapely.Geometry):
        shape = shapely.geometry.mapping(shape)
    return {"type": "Feature", "properties": {k: v for k, v in item.items() if k != "geometry"}, "geometry": shape}


def wkt(features: Sequence[Feature], *, srid: int | None = None) -> bytes:
    """A text table with a column of well-known text; a shape that is a text already stays as it is."""
    mark = f"SRID={srid};" if srid else ""
    return csv([_told(item, lambda shape: mark + shapely.to_wkt(shape, rounding_precision=9)) for item in features])


def wkb(features: Sequence[Feature]) -> bytes:
    """A text table with a column of hexadecimal well-known binary."""
    return csv([_told(item, lambda shape: shapely.to_wkb(shape, hex=True)) for item in features])


def _told(item: Feature, write: Callable[[Any], str]) -> Row:
    shape = item["geometry"]
    told = write(shape) if isinstance(shape, shapely.Geometry) else shape
    return {name: value for name, value in item.items() if name != "geometry"} | {"geometry": told}


def frame(
    features: Sequence[Feature], system: str | None = "EPSG:4326", *, store: str = "EPSG:4326"
) -> gpd.GeoDataFrame:
    """The features in a coordinate system."""
    made = gpd.GeoDataFrame(features, geometry="geometry", crs=store)
    return made if system is None or system == store else made.to_crs(system)


def geopackage(made: gpd.GeoDataFrame, *, layer: str = "网格", more: Sequence[str] = ()) -> bytes:
    """A GeoPackage; `more` are layers that it holds besides."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.gpkg"
        for name in (layer, *more):
            made.to_file(path, layer=name, driver="GPKG", engine="pyogrio")
        return path.read_bytes()


def shapefile(made: gpd.GeoDataFrame, *, encoding: str = "utf-8") -> dict[str, bytes]:
    """The parts of a Shapefile by their ending."""
    renamed = made.rename(columns={"代码": "code", "名称": "name", "上级代码": "parent"})
    with tempfile.TemporaryDirectory() as folder:
        renamed.to_file(Path(folder) / "made.shp", engine="pyogrio", encoding=encoding)
        return {path.suffix[1:]: path.read_bytes() for path in Path(folder).iterdir()}


def column_named(parts: Mapping[str, bytes], name: str, other: bytes) -> dict[str, bytes]:
    """The parts with another name of a column, of which ten bytes are written, within a character or not."""
    was, now = (text[:10].ljust(11, b"\0") for text in (name.encode(), other))
    return {**parts, "dbf": parts["dbf"].replace(was, now, 1)}


def zipped(parts: Mapping[str, bytes], *, name: str = "网格.") -> bytes:
    """An archive of entries named `name` and the key."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for ending, content in parts.items():
            archive.writestr(f"{name}{ending}", content)
    return made.getvalue()


def parquet(made: pd.DataFrame) -> bytes:
    """Parquet, or GeoParquet of a frame with shapes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.parquet"
        if isinstance(made, gpd.GeoDataFrame):
            made.to_parquet(path)
        else:
            pq.write_table(pa.Table.from_pandas(made, preserve_index=False), path)
        return path.read_bytes()


def kml(features: Sequence[Feature], *, within: str = "", head: str = Xml) -> str:
    """A KML document; `within` stands before the placemarks, a shape that is a text stays as it is."""
    marks = "".join(_placemark(item) for item in features)
    return f"{head}<kml xmlns='http://www.opengis.net/kml/2.2'><Document>{within}{marks}</Document></kml>"


def _placemark(item: Feature) -> str:
    shape = item["geometry"]
    if isinstance(shape, shapely.Geometry):
        ring = " ".join(f"{x!r},{y!r}" for x, y in shape.exterior.coords)
        shape = (
            f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs>"
            "</Polygon>"
        )
    told = "".join(
        f"<Data name='{name}'><value>{value}</value></Data>"
        for name, value in item.items()
        if name != "geometry" and value is not None
    )
    return f"<Placemark><name>{item['名称']}</name><ExtendedData>{told}</ExtendedData>{shape}</Placemark>"


OPEN311 = {"编号": "service_request_id", "状态": "status", "类别": "service_code", "上报时间": "requested_datetime",
           "办结时间": "updated_datetime", "经度": "long", "纬度": "lat"}  # fmt: skip


def open311(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Service requests as the standard names them."""
    return [{theirs: row[ours] for ours, theirs in OPEN311.items()} | {"status": "closed"} for row in rows]


def open311_xml(rows: Sequence[Row]) -> str:
    """The same as XML."""
    told = "".join(
        "<request>" + "".join(f"<{name}>{value}</{name}>" for name, value in item.items()) + "</request>"
        for item in open311(rows)
    )
    return f"{Xml}<service_requests>{told}</service_requests>"
