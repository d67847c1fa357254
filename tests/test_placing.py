"""Points and areas: exact, to the lowest code on a border, at the version of the day."""

from typing import Any

import numpy as np
import pytest
import shapely
from loads_geo import square

from geo import crs, placing
from geo.placing import OUTSIDE, Placer, Placers

BEGINNING, END = np.datetime64("0001-01-01", "D"), np.datetime64("9999-12-31", "D")


def area(area_id: int, level: str, code: str, geom: dict[str, Any], **options: Any) -> placing._Version:
    """A version for the whole of time unless told otherwise."""
    told = {"is_nested": True, "parent_level": None, "parent_code": None, "valid_from": BEGINNING, "valid_to": END}
    shape = shapely.geometry.shape(geom)
    return placing._Version(area_id=area_id, level=level, code=code, geom=shape, **{**told, **options})


def at(*points: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Longitudes and latitudes of points in the squares' thousandths."""
    xy = np.array(points, dtype=float) / 1000
    return xy[:, 0] + 120, xy[:, 1] + 30


def test_a_point_on_a_shared_border_or_corner_goes_to_the_lowest_code_byte_by_byte() -> None:
    known = Placers(
        [area(3, "grid", "10", square(1, 0)), area(1, "grid", "2", square(0, 0)), area(2, "grid", "9", square(0, 1))]
    )
    placed = known.place(*at((1, 0.5), (0.5, 1), (1, 1), (0.5, 0.5)))
    assert placed.grid_id.tolist() == [3, 1, 3, 1]


def test_placing_agrees_with_testing_every_polygon_for_every_point() -> None:
    rng = np.random.default_rng(7)
    seeds = shapely.MultiPoint(rng.uniform(0, 1, (60, 2)))
    cells = np.array(list(shapely.voronoi_polygons(seeds, extend_to=shapely.box(0, 0, 1, 1)).geoms), dtype=object)
    corners = shapely.get_coordinates(cells)
    x, y = np.concatenate([rng.uniform(-0.2, 1.2, (3000, 2)), corners]).T
    placed = Placer(np.arange(len(cells), dtype=np.int32), cells).place(x, y)
    hits = shapely.intersects(cells[:, None], shapely.points(x, y)[None, :])
    expected = np.where(hits.any(axis=0), hits.argmax(axis=0), OUTSIDE)
    np.testing.assert_array_equal(placed, expected)


def test_ancestors_follow_the_parent_link_where_the_set_nests_and_their_own_polygon_where_not() -> None:
    parents = [area(1, "community", "A", square(0, 0)), area(2, "community", "B", square(1, 0))]
    link = {"parent_level": "community", "parent_code": "A"}
    nested = [*parents, area(3, "grid", "g", square(0, 0, east=1.2), **link)]
    loose = [*parents, area(3, "grid", "g", square(0, 0, east=1.2), is_nested=False, **link)]
    where = at((1.1, 0.5))
    assert Placers(nested).place(*where).community_id.tolist() == [1]
    assert Placers(loose).place(*where).community_id.tolist() == [2]
    assert Placers(loose).place(*where).grid_id.tolist() == [3]


def test_a_point_is_placed_by_the_version_of_its_day() -> None:
    change = np.datetime64("2026-01-01", "D")
    known = Placers(
        [area(1, "grid", "g", square(0, 0), valid_to=change), area(2, "grid", "g", square(1, 0), valid_from=change)]
    )
    days = np.array(["2025-12-31", "2026-01-01", "NaT"], dtype="datetime64[D]")
    assert known.place(*at((0.5, 0.5), (0.5, 0.5), (1.5, 0.5)), on=days).grid_id.tolist() == [1, OUTSIDE, 2]
    assert known.declared("grid", ["g", "g", "g"], on=days).tolist() == [1, 2, 2]


def test_what_no_area_holds_is_outside_and_so_is_a_row_without_a_point() -> None:
    placed = Placers([area(1, "street", "s", square(0, 0))]).place(*at((5, 5), (np.nan, 0.5)))
    assert placed.is_outside.tolist() == [True, True]
    assert Placers([]).place(*at((5, 5))).is_outside.tolist() == [True]


def test_a_declared_area_counts_at_its_level_and_a_whole_area_with_its_ancestors() -> None:
    known = Placers(
        [
            area(1, "community", "A", square(0, 0)),
            area(2, "grid", "g", square(0, 0), parent_level="community", parent_code="A"),
        ]
    )
    assert known.place_declared("grid", ["g", None, "x"]).community_id.tolist() == [OUTSIDE] * 3
    assert known.place_whole("grid", ["g", None, "x"]).community_id.tolist() == [1, OUTSIDE, OUTSIDE]
    assert known.place_named(["A", "g"]).grid_id.tolist() == [OUTSIDE, 2]


@pytest.mark.parametrize("name", ["EPSG:4490", "epsg:4490", "urn:ogc:def:crs:EPSG::4490", "CGCS2000"])
def test_one_system_has_many_names(name: str) -> None:
    assert crs.parse(name).epsg == 4490


@pytest.mark.parametrize("name", ["EPSG:999999", "EPSG:5703", "31N"])
def test_an_unknown_system_is_refused_with_examples(name: str) -> None:
    with pytest.raises(crs.UnknownCrsError, match="EPSG:4549"):
        crs.parse(name)


def test_two_declarations_must_agree() -> None:
    assert crs.agreed({"--crs": "EPSG:4326", "mapping": None, "file": "urn:ogc:def:crs:OGC:1.3:CRS84"}) == crs.STORE
    with pytest.raises(crs.CrsConflictError, match="EPSG:4490"):
        crs.agreed({"--crs": "EPSG:4490", "file": "EPSG:4326"})


def test_metres_become_longitude_and_latitude_and_the_impossible_becomes_nothing() -> None:
    system = crs.parse("EPSG:4549")
    lon, lat = crs.points_to_store(np.array([500_000.0, 9e9, np.nan]), np.array([3_340_000.0, 0, 0]), crs=system)
    assert (round(lon[0], 6), round(lat[0], 4)) == (120.0, 30.1794)
    assert np.isnan(lon[1:]).all()
    degrees, _ = crs.points_to_store(np.array([181.0]), np.array([0.0]), crs=crs.STORE)
    assert np.isnan(degrees).all()
