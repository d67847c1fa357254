"""The same data in any form is the same content: rows of the sample street in every format, compared in the store."""

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import polars as pl
import pytest
import shapely
import xlsxwriter
from loads_geo import Desk

from geo.store import Store, StoreUrls
from geo.viewer import Clock
from loaders import sample

INCIDENTS, FEWEST = 300, 200
ROUNDING_DEG = 1e-7


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> sample.SampleFiles:
    """A small sample street on disk."""
    return sample.generate(seed=3, clock=clock.at, folder=tmp_path_factory.mktemp("street"), incidents=INCIDENTS)


@pytest.fixture
def another_desk(new_database: Callable[[], StoreUrls], clock: Clock, tmp_path: Path) -> Iterator[Callable[[], Desk]]:
    """Makes a fresh store at each call, all under one key, so that their content hashes can be compared."""
    desks: list[Desk] = []

    def make() -> Desk:
        desks.append(Desk(Store(new_database()), clock, tmp_path))
        return desks[-1]

    yield make
    for desk in desks:
        desk.store.close()


def incident_files(csv: Path, folder: Path) -> dict[str, Path]:
    """The incidents in every form."""
    table = pl.read_csv(csv, infer_schema=False)
    text = csv.read_text(encoding="utf-8")
    named = {form: folder / f"incidents.{form}" for form in ("csv", "xlsx", "json", "jsonl", "parquet")}
    named["csv"].write_text(text, encoding="utf-8")
    for name, encoding in (("gb18030", "gb18030"), ("utf16", "utf-16"), ("bom", "utf-8-sig")):
        named[name] = folder / f"{name}.csv"
        named[name].write_bytes(text.encode(encoding))
    named["tab"] = folder / "tab.txt"
    named["tab"].write_text(table.write_csv(separator="\t"), encoding="utf-8")
    table.write_parquet(named["parquet"])
    rows = [{key: value for key, value in row.items() if value is not None} for row in table.to_dicts()]
    named["json"].write_text(json.dumps({"rows": rows}, ensure_ascii=False), encoding="utf-8")
    named["jsonl"].write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    _write_sheet(table, named["xlsx"])
    return named


def _write_sheet(table: pl.DataFrame, path: Path) -> None:
    """Below a title, times as cells of dates, coordinates as numbers, with a total at the end."""
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("台账")
        instant = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.write(0, 0, "事件台账")
        sheet.write_row(2, 0, table.columns)
        for number, row in enumerate(table.to_dicts(), start=3):
            for column, (heading, value) in enumerate(row.items()):
                if value is None:
                    continue
                if heading.endswith(("时间", "时限", "延期至")):
                    sheet.write_datetime(number, column, pl.Series([value]).str.to_datetime()[0], instant)
                elif heading in ("经度", "纬度"):
                    sheet.write_number(number, column, float(value))
                else:
                    sheet.write_string(number, column, value)
        sheet.write_row(table.height + 3, 0, ["合计", table.height])


def boundary_files(geojson: Path, folder: Path) -> dict[str, Path]:
    """The areas of a level in every form."""
    frame = gpd.read_file(geojson)
    folder.mkdir()
    named = {form: folder / f"areas.{form}" for form in ("geojson", "gpkg", "kml", "parquet", "csv", "jsonl", "zip")}
    named["geojson"].write_bytes(geojson.read_bytes())
    frame.to_file(named["gpkg"], layer="a")
    frame.to_file(named["kml"], driver="KML")
    frame.to_parquet(named["parquet"])
    lines = json.loads(geojson.read_text(encoding="utf-8"))["features"]
    named["jsonl"].write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    named["hex"] = folder / "hex.csv"
    for form, coded in (
        ("csv", frame.geometry.to_wkt(rounding_precision=-1)),
        ("hex", frame.geometry.to_wkb(hex=True)),
    ):
        frame.drop(columns="geometry").assign(wkt=coded).to_csv(named[form], index=False)
    frame.to_file(folder / "areas.shp", encoding="GB18030")
    with zipfile.ZipFile(named["zip"], "w") as archive:
        for part in (".shp", ".shx", ".dbf", ".prj"):
            archive.write(folder / f"areas{part}", f"区划{part}")
    return named


def content(desk: Desk, table: str, key: str) -> dict[str, str]:
    """Key → content hash."""
    return dict(desk.rows(f"select {key}, content_hash from {table}"))  # type: ignore[arg-type]


def test_incidents_are_the_same_in_every_form(
    made: sample.SampleFiles, another_desk: Callable[[], Desk], tmp_path: Path
) -> None:
    desk = another_desk()
    for level, path in made.boundaries[:2]:
        assert desk.load("boundaries", path, level=level).status == "loaded"
    files = incident_files(made.incidents, tmp_path)
    first = desk.load("incidents", files.pop("csv"))
    whole = first.counts.inserted
    assert (first.counts.read, first.counts.quarantined) == (whole, 0)
    assert whole > FEWEST
    before = content(desk, "core.incident", "incident_code")
    events = desk.rows("select count(*) from core.incident_event")
    for form, path in files.items():
        result = desk.load("incidents", path)
        told = (form, result.status, result.counts.unchanged, dict(result.counts.faults), result.message)
        assert (result.status, result.counts.unchanged, result.counts.read) == ("loaded", whole, whole), told
    assert content(desk, "core.incident", "incident_code") == before
    assert desk.rows("select count(*) from core.incident_event") == events


def test_boundaries_are_the_same_in_every_form(
    made: sample.SampleFiles, another_desk: Callable[[], Desk], tmp_path: Path
) -> None:
    (_, street), (level, communities) = made.boundaries[:2]
    found = {}
    for form, path in boundary_files(communities, tmp_path / "forms").items():
        desk = another_desk()
        assert desk.load("boundaries", street, level="street").status == "loaded"
        result = desk.load("boundaries", path, level=level)
        assert (result.status, result.counts.quarantined) == ("loaded", 0), (form, result.message)
        columns = "code, name, community_type, parent_id is null, st_asbinary(geom)"
        areas = desk.rows(f"select {columns} from core.area where level = '{level}'")
        found[form] = {code: rest for code, *rest in areas}
        desk.store.close()
    expected = found.pop("geojson")
    for form, areas in found.items():
        assert {code: rest[:-1] for code, rest in areas.items()} == {code: rest[:-1] for code, rest in expected.items()}
        for code, (*_, shape) in areas.items():
            given, wanted = (shapely.from_wkb(bytes(one)) for one in (shape, expected[code][-1]))
            assert shapely.hausdorff_distance(given, wanted) <= ROUNDING_DEG, (form, code)
