"""Evidence of the coordinate system from points: outside the areas they name, outside the site, or nowhere at all."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
from loads_geo import Desk, desk, square

from geo import datum as datums

__all__ = ["desk"]

COMMUNITIES = [(f"C{x}{y}", "S", square(x * 12, y * 12, 12)) for x in range(3) for y in range(3)]
HEADER = "编号,类别,上报时间,经度,纬度,社区代码"
Place = tuple[float, float, str]
Way = Callable[[float, float], tuple[Any, Any]]


def _areas(desk: Desk) -> None:
    desk.boundaries("street", ("S", None, square(0, 0, 36)))
    assert desk.boundaries("community", *COMMUNITIES).status == "loaded"


def _places() -> list[Place]:
    """60 points (lon, lat) with the code of the community they lie in."""
    rng = np.random.default_rng(4)
    x, y = rng.uniform(0.5, 35.5, (2, 60))
    return [(120 + a / 1000, 30 + b / 1000, f"C{int(a // 12)}{int(b // 12)}") for a, b in zip(x, y, strict=True)]


def _file(
    desk: Desk, way: Way, *, places: Sequence[tuple[float, float, str]] | None = None, named: bool = True
) -> Path:
    lines = []
    for number, (lon, lat, code) in enumerate(places or _places()):
        x, y = (float(np.ravel(value)[0]) for value in way(lon, lat))
        lines.append(f"I{number},暴露垃圾,2026-10-01 08:00:00,{x!r},{y!r},{code if named else ''}")
    return desk.csv(HEADER, *lines)


def _datum(datum: datums.Datum) -> Way:
    return lambda lon, lat: datums.from_wgs84(np.array([lon]), np.array([lat]), datum=datum)


def _grid(code: int) -> Way:
    return pyproj.Transformer.from_crs(4490, code, always_xy=True).transform


def _swapped(lon: float, lat: float) -> tuple[float, float]:
    return lat, lon


def test_points_that_lie_where_they_say_are_loaded(desk: Desk) -> None:
    _areas(desk)
    assert desk.load("incidents", _file(desk, lambda lon, lat: (lon, lat))).counts.inserted == 60


@pytest.mark.parametrize(
    ("datum", "name", "metres"), [("gcj02", "GCJ-02", range(450, 650)), ("bd09", "BD-09", range(700, 1300))]
)
@pytest.mark.parametrize("named", [True, False])
def test_points_of_a_web_map_are_refused_with_what_they_look_like_how_far_and_which_way(
    desk: Desk, datum: datums.Datum, name: str, metres: range, *, named: bool
) -> None:
    _areas(desk)
    path = _file(desk, _datum(datum), named=named)
    result = desk.load("incidents", path, lang="en")
    assert (result.status, result.exit_code, result.counts.read) == ("refused", 2, 60)
    assert result.counts.faults == {"point_evidence" if named else "site_evidence": 1}
    told = result.message or ""
    assert f"look like {name}: read as EPSG:4326 they lie " in told
    assert int(told.split("they lie ")[1].split(" m")[0]) in metres
    assert f"--crs {datum}" in told
    assert desk.rows("select count(*) from core.incident") == [(0,)]
    assert desk.load("incidents", path, crs=datum).counts.inserted == 60


def test_a_forced_load_keeps_the_evidence_in_its_message(desk: Desk) -> None:
    _areas(desk)
    result = desk.load("incidents", _file(desk, _datum("gcj02")), is_forced=True)
    assert (result.status, "火星坐标（GCJ-02）" in (result.message or "")) == ("loaded", True)
    assert "东南偏" in (result.message or "")


def test_careless_rows_are_no_evidence_and_keep_their_note(desk: Desk) -> None:
    _areas(desk)
    careless = [(lon, lat, "C00" if number % 3 else code) for number, (lon, lat, code) in enumerate(_places())]
    result = desk.load("incidents", _file(desk, lambda lon, lat: (lon, lat), places=careless))
    assert (result.status, result.counts.inserted) == ("loaded", 60)
    assert result.counts.faults["area_mismatch"] > 30


def test_the_reports_of_a_whole_district_are_no_evidence_against_one_street(desk: Desk) -> None:
    _areas(desk)
    rng = np.random.default_rng(1)
    everywhere = [(120 + x, 30 + y, "") for x, y in rng.uniform(-0.2, 0.25, (400, 2))]
    result = desk.load("incidents", _file(desk, lambda lon, lat: (lon, lat), places=everywhere))
    assert (result.status, result.counts.outside > 300) == ("loaded", True)


@pytest.mark.parametrize(
    ("way", "options", "told"),
    [
        (_swapped, {}, "经纬度颠倒"),
        (_grid(4549), {}, "--crs EPSG:4549"),
        (_grid(4528), {}, "--crs EPSG:4528"),
        (_grid(3857), {}, "--crs EPSG:3857"),
        (_grid(4549), {"crs": "EPSG:4326"}, "--crs EPSG:4549"),
        (lambda lon, lat: _grid(4549)(lon, lat)[::-1], {"crs": "EPSG:4549"}, "写反"),
        (lambda lon, lat: (lon, lat), {"crs": "EPSG:4549"}, "--crs EPSG:4326"),
    ],
)
def test_numbers_that_cannot_be_what_is_declared_are_refused_with_what_they_look_like(
    desk: Desk, way: Way, options: dict[str, str], told: str
) -> None:
    _areas(desk)
    source = _own(desk) if options else None
    result = desk.load("incidents", _file(desk, way), source=source, **options)
    assert (result.status, result.counts.faults) == ("refused", {"crs_evidence": 1})
    assert told in (result.message or "")


def test_a_few_impossible_points_stay_faults_of_their_rows(desk: Desk) -> None:
    _areas(desk)
    places = _places()
    path = _file(desk, lambda lon, lat: (lat, lon) if (lon, lat) in {place[:2] for place in places[:4]} else (lon, lat))
    result = desk.load("incidents", path)
    assert (result.status, result.counts.faults) == ("loaded", {"bad_coordinates": 4})


def test_the_wrong_meridian_is_named_with_the_right_one(desk: Desk) -> None:
    _areas(desk)
    path = _file(desk, _grid(4549))
    result = desk.load("incidents", path, source=_own(desk), crs="EPSG:4548", lang="en")
    assert result.counts.faults == {"point_evidence": 1}
    assert "289 km to the west" in (result.message or "")
    assert "--crs EPSG:4549" in (result.message or "")
    assert desk.load("incidents", path, source=_own(desk), crs="EPSG:4549").counts.inserted == 60


def test_a_household_in_another_datum_is_told_so_too(desk: Desk) -> None:
    _areas(desk)
    rows = [_datum("gcj02")(lon, lat) for lon, lat, _ in _places()]
    lines = [f"L{number},12,{float(x[0])!r},{float(y[0])!r}" for number, (x, y) in enumerate(rows)]
    result = desk.load("households", desk.csv("编号,户数,经度,纬度", *lines))
    assert result.counts.faults == {"site_evidence": 1}
    lines = [f"P{number},点,医院,{float(x[0])!r},{float(y[0])!r}" for number, (x, y) in enumerate(rows)]
    result = desk.load("service-points", desk.csv("编号,名称,类别,经度,纬度", *lines))
    assert result.counts.faults == {"site_evidence": 1}


def _own(desk: Desk) -> str:
    """A mapping that leaves the coordinate system to the command line."""
    columns = {
        "code": "编号",
        "category": "类别",
        "reported_at": "上报时间",
        "lon": "经度",
        "lat": "纬度",
        "declared_area_code": "社区代码",
    }
    told = "\n".join(f'{ours} = "{theirs}"' for ours, theirs in columns.items())
    return desk.mapping(f'dataset = "incidents"\ndeclared_level = "community"\n[columns]\n{told}\n')
