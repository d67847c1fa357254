"""Evidence of the datum: the same units drawn twice, as declared and as another datum would put them."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from loads_geo import Desk, desk, square

from geo import crs, evidence, rivals
from geo import datum as datums
from geo.evidence import Side
from geo.fitting import best_shift
from geo.rings import refiled

__all__ = ["desk"]

Named = Sequence[tuple[str, dict[str, Any]]]
STREETS: Named = [(f"街道 {x}{y}", square(x * 40, y * 40, 40)) for x in range(3) for y in range(2)]
COUNTIES: Named = [("东", square(0, 0, 80))]
DATUMS: tuple[datums.Datum, ...] = ("gcj02", "bd09")


def _moved(shape: dict[str, Any], way: datums.Way) -> dict[str, Any]:
    (found,) = crs.moved(np.array([shapely.segmentize(shapely.geometry.shape(shape), 0.005)], dtype=object), way)
    return dict(shapely.geometry.mapping(found))


def _as(shape: dict[str, Any], datum: datums.Datum) -> dict[str, Any]:
    """The shape's coordinates as a map of that datum writes them."""
    return _moved(shape, lambda x, y: datums.from_wgs84(x, y, datum=datum))


def _file(desk: Desk, shapes: Named, **told: str) -> Path:
    return desk.geojson([({"名称": name, "代码": name, **told}, shape) for name, shape in shapes])


def _streets(desk: Desk, shapes: Named = STREETS) -> None:
    assert desk.load("boundaries", _file(desk, shapes), level="street").status == "loaded"


def _counties(desk: Desk, shapes: Named, **options: Any) -> Any:
    mapping = 'dataset = "layers"\n[columns]\nname = "名称"\n[constants]\nkind = "county"\n'
    return desk.load("layers", _file(desk, shapes), source=desk.mapping(mapping), **options)


# ---------------------------------------------------------------- the shift


def test_the_best_shift_is_the_one_that_was_made_and_a_hole_in_one_drawing_does_not_matter() -> None:
    shape = shapely.geometry.shape(square(0, 0, 40))
    east = 300 / (111_200 * math.cos(math.radians(30.02)))
    away = shapely.transform(shape, lambda xy: np.add(xy, (east, -200 / 111_200)))
    found = best_shift(away, shape)
    assert (found.east_m, found.north_m, found.distance_m) == pytest.approx((-300, 200, 360.6), abs=5)
    assert found.overlap > 0.99
    lacking = shape.difference(shapely.geometry.shape(square(10, 10, 8)))
    assert best_shift(away, lacking).distance_m == pytest.approx(360.6, abs=8)


# ---------------------------------------------------------------- layers and boundaries


@pytest.mark.parametrize("datum", DATUMS)
def test_counties_in_another_datum_are_refused_once_streets_are_there_and_load_when_it_is_declared(
    desk: Desk, datum: datums.Datum
) -> None:
    _streets(desk)
    shifted = [(name, _as(shape, datum)) for name, shape in COUNTIES]
    result = _counties(desk, shifted, lang="en")
    assert (result.status, result.exit_code, result.counts.faults) == ("refused", 2, {"datum_evidence": 1})
    assert f"--crs {datum}" in (result.message or "")
    assert "东" in (result.message or "")
    assert desk.rows("select count(*) from core.map_feature") == [(0,)]
    assert _counties(desk, shifted, crs=datum).status == "loaded"
    ((west, raw_srid),) = desk.rows("select st_xmin(geom), st_srid(raw_geom) from core.map_feature")
    assert (west, raw_srid) == (pytest.approx(120, abs=1e-8), 0)


def test_plain_counties_declared_as_gcj02_are_refused_and_told_to_be_plain(desk: Desk) -> None:
    _streets(desk)
    result = _counties(desk, COUNTIES, crs="gcj02", lang="en")
    assert result.counts.faults == {"datum_evidence": 1}
    assert "--crs EPSG:4326" in (result.message or "")


def test_counties_without_anything_to_compare_with_are_loaded(desk: Desk) -> None:
    shifted = [(name, _as(shape, "gcj02")) for name, shape in COUNTIES]
    assert _counties(desk, shifted).status == "loaded"
    far = [("远", _as(square(900, 0, 60), "gcj02"))]
    _streets(desk, [(name, shape) for name, shape in STREETS if name == "街道 20"])
    assert _counties(desk, far).status == "loaded"


def test_streets_that_meet_counties_in_another_datum_are_loaded_with_a_word_about_the_counties(desk: Desk) -> None:
    assert _counties(desk, [(name, _as(shape, "gcj02")) for name, shape in COUNTIES]).status == "loaded"
    result = desk.load("boundaries", _file(desk, STREETS), level="street", lang="en")
    assert result.status == "loaded"
    assert "--crs gcj02" in (result.message or "")


def test_streets_in_another_datum_are_refused_by_true_counties(desk: Desk) -> None:
    assert _counties(desk, COUNTIES).status == "loaded"
    shifted = [(name, _as(shape, "gcj02")) for name, shape in STREETS]
    result = desk.load("boundaries", _file(desk, shifted), level="street", lang="en")
    assert result.counts.faults == {"datum_evidence": 1}
    assert desk.rows("select count(*) from core.area") == [(0,)]
    assert desk.load("boundaries", _file(desk, shifted), level="street", crs="gcj02").status == "loaded"


def test_communities_in_another_datum_are_told_so_rather_than_that_they_do_not_nest(desk: Desk) -> None:
    _streets(desk)
    small = [(f"社区 {x}{y}", square(x * 10, y * 10, 10)) for x in range(12) for y in range(8)]
    shifted = [(name, _as(shape, "gcj02")) for name, shape in small]
    result = desk.load("boundaries", _file(desk, shifted), level="community")
    assert result.counts.faults == {"datum_evidence": 1}
    assert desk.load("boundaries", _file(desk, small), level="community").status == "loaded"


def test_a_store_that_came_in_wholly_wrong_is_corrected_by_force_with_the_evidence_in_the_message(desk: Desk) -> None:
    small = [(f"社区 {x}{y}", square(x * 10, y * 10, 10)) for x in range(12) for y in range(8)]
    streets, communities = ([(name, _as(shape, "gcj02")) for name, shape in shapes] for shapes in (STREETS, small))
    _streets(desk, streets)
    path = _file(desk, streets)
    below = _file(desk, communities)
    assert desk.load("boundaries", below, level="community").status == "loaded"
    assert desk.load("boundaries", path, level="street", crs="gcj02").counts.faults == {"datum_evidence": 1}
    forced = desk.load("boundaries", path, level="street", crs="gcj02", is_forced=True, lang="en")
    assert (forced.status, forced.counts.updated) == ("loaded", len(STREETS))
    assert "although the datum is in doubt" in (forced.message or "")
    again = desk.load("boundaries", below, level="community", crs="gcj02")
    assert (again.status, again.message) == ("loaded", None)


def test_degrees_of_another_datum_that_were_projected_afterwards_are_told_so(desk: Desk) -> None:
    _streets(desk)
    grid = pyproj.Transformer.from_crs(4490, 4549, always_xy=True)
    shifted = [(name, _moved(_as(shape, "gcj02"), grid.transform)) for name, shape in COUNTIES]
    result = _counties(desk, shifted, crs="EPSG:4549", lang="en")
    assert result.counts.faults == {"datum_evidence": 1}
    assert "projected" in (result.message or "")


def test_another_digitisation_or_a_small_shift_is_no_evidence(desk: Desk) -> None:
    _streets(desk)
    for metres in (0, 60, 120):
        step = metres / 111_200
        drawn = [(name, _moved(shape, lambda x, y, by=step: (x + by, y - by))) for name, shape in COUNTIES]
        assert _counties(desk, drawn).status == "loaded"


def test_a_shift_that_no_datum_explains_is_left_alone(desk: Desk) -> None:
    _streets(desk)
    drawn = [(name, _moved(shape, lambda x, y: (x - 0.005, y - 0.005))) for name, shape in COUNTIES]
    assert _counties(desk, drawn).status == "loaded"


def test_abroad_no_datum_is_in_question(desk: Desk) -> None:
    def abroad(x: Any, y: Any) -> tuple[Any, Any]:
        return x - 197.0, y + 8.9

    _streets(desk, [(name, _moved(shape, abroad)) for name, shape in STREETS])
    drawn = [(name, _moved(_as(shape, "gcj02"), abroad)) for name, shape in COUNTIES]
    assert _counties(desk, drawn).status == "loaded"


# ---------------------------------------------------------------- real shapes


def _side(path: Path, key: str) -> Side:
    told = json.loads(path.read_text(encoding="utf-8-sig"))["features"]
    shapes = [shapely.from_geojson(json.dumps(item["geometry"]), on_invalid="ignore") for item in told]
    kept = [index for index, shape in enumerate(shapes) if shape is not None and shape.area > 0]
    sound = evidence.sound(refiled(np.array([shapes[index] for index in kept], dtype=object))[0])
    return Side([str(told[index]["properties"][key]) for index in kept], sound)


@pytest.mark.real_data
def test_the_county_file_of_hangzhou_is_refused_as_plain_and_loads_as_gcj02(desk: Desk, real_data: Path) -> None:
    folder = real_data / "cn_hangzhou_streets" / "boundaries"
    for district, streets in (("xiaoshan", 31), ("binjiang", 3), ("xihu", 12)):
        result = desk.load("boundaries", folder / f"{district}.json", source="cn_hangzhou_streets")
        assert (result.status, result.counts.inserted) == ("loaded", streets)
        if district == "xiaoshan":
            assert desk.rows("select round(sum(area_m2) / 1e6)::int from core.area") == [(1393,)]

    counties = folder / "hangzhou_counties.json"
    refused = desk.load("layers", counties, source="cn_hangzhou_counties", crs="EPSG:4326", lang="en")
    assert (refused.status, refused.counts.faults) == ("refused", {"datum_evidence": 1})
    assert all(told in (refused.message or "") for told in ("萧山区", "西湖区", "滨江区", "--crs gcj02"))
    loaded = desk.load("layers", counties, source="cn_hangzhou_counties", crs="gcj02")
    assert (loaded.status, loaded.counts.inserted) == ("loaded", 13)

    held = desk.rows("select name, st_asbinary(geom), st_asbinary(raw_geom) from core.map_feature")
    kept = {name: (shapely.from_wkb(bytes(geom)), shapely.from_wkb(bytes(raw))) for name, geom, raw in held}
    for geom, raw in kept.values():
        there = datums.from_wgs84(*shapely.get_coordinates(geom).T, datum="gcj02")
        assert np.max(pyproj.Geod(ellps="WGS84").inv(*there, *shapely.get_coordinates(raw).T)[2]) < 1
    for district, name in (("xiaoshan", "萧山区"), ("xihu", "西湖区"), ("binjiang", "滨江区")):
        union = shapely.union_all(_side(folder / f"{district}.json", "name").shapes)
        converted, received = kept[name]
        assert best_shift(received, union).distance_m == pytest.approx(500, abs=30)
        assert best_shift(converted, union).distance_m < 80


@pytest.mark.real_data
def test_every_file_of_the_streets_adds_its_streets_and_the_new_district_is_only_drawn(
    desk: Desk, real_data: Path
) -> None:
    folder = real_data / "cn_hangzhou_streets" / "boundaries"
    files = ("xiaoshan", "binjiang", "xihu", "shangcheng", "xiacheng", "jianggan", "gongshu")
    results = [desk.load("boundaries", folder / f"{name}.json", source="cn_hangzhou_streets") for name in files]
    assert [result.counts.inserted for result in results] == [31, 3, 12, 6, 8, 10, 10]
    assert [result.counts.repaired for result in results] == [10, 1, 1, 0, 0, 0, 1]
    assert desk.load("boundaries", folder / "xihu.json", source="cn_hangzhou_streets").status == "nothing-new"
    assert desk.load("layers", folder / "qiantangxinqu.json", source="cn_hangzhou_partition").counts.inserted == 7
    assert desk.rows("select count(*), count(distinct code) from core.area") == [(80, 80)]
    assert desk.rows("select kind, count(*) from core.map_feature group by 1") == [("partition", 7)]


@pytest.mark.real_data
def test_true_levels_of_a_real_district_are_not_refused_and_each_is_when_declared_as_gcj02(real_data: Path) -> None:
    folder = real_data / "cn_hangzhou_xihu" / "boundaries"
    streets = _side(folder / "xihu_streets_11.geojson", "name")
    communities = _side(folder / "xihu_communities_213.geojson", "cunshe")
    grids = _side(folder / "xihu_grids_605.geojson", "name")
    other_hand = _side(real_data / "cn_hangzhou_streets" / "boundaries" / "xihu.json", "name")
    for file, store in ((communities, streets), (grids, communities), (grids, streets), (communities, other_hand)):
        found = evidence.verdicts(file, store, rivals.of_datum(crs.STORE), is_file_coarse=False)
        assert len(found) >= 9
        assert evidence.contradiction(found) is None
        wrong = Side(file.names, evidence.sound(crs.shapes_to_store(file.shapes, crs=crs.GCJ02)))
        found = evidence.verdicts(wrong, store, rivals.of_datum(crs.GCJ02), is_file_coarse=False)
        contradicted = evidence.contradiction(found)
        assert contradicted is not None
        assert (contradicted[0].name, len(contradicted[1])) == (crs.STORE.name, len(found))
