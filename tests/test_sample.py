"""The sample street: its plan nests, its cases are honest, its money adds up, and it is the same every time."""

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import shapely

from config.reader import ConfigError
from loaders.sample import SampleFiles, generate
from loaders.sample.ground import shapes_to_lonlat, to_metres
from loaders.sample.plan import chinese_number, shared_out
from loaders.sample.settings import sample_settings

CLOCK = datetime.fromisoformat("2026-11-20T14:32:00+08:00")
NOW = CLOCK.replace(tzinfo=None)
STAGES = [
    "上报时间",
    "受理时间",
    "立案时间",
    "派遣时间",
    "到场时间",
    "处置时间",
    "首次办结时间",
    "重开时间",
    "办结时间",
    "回访时间",
]
TIMES = [*STAGES, "挂起时间", "恢复时间"]
Table = Any  # a polars frame; the type of its cells is a union that no comparison accepts
LEVELS = ("street", "community", "grid", "microgrid")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> SampleFiles:
    """The street of seed 1, written once for all tests."""
    begun = time.perf_counter()
    made = generate(seed=1, clock=CLOCK, folder=tmp_path_factory.mktemp("sample"))
    print(f"sample street in {time.perf_counter() - begun:.1f} s: {dict(made.counts)}")  # noqa: T201 - asked for, not asserted
    return made


@pytest.fixture(scope="module")
def incidents(sample: SampleFiles) -> Table:
    """One row an incident, with the class of its category."""
    classes = {category.code: category.kind for category in sample_settings().categories}
    table = pl.read_csv(
        sample.incidents, try_parse_dates=True, infer_schema_length=None, schema_overrides={"社区代码": pl.String}
    )
    return table.with_columns(pl.col("类别").replace_strict(classes).alias("class"))


@pytest.fixture(scope="module")
def ledger(sample: SampleFiles) -> Table:
    """One row a voucher, all as text but the amount in fen."""
    table = pl.read_csv(sample.ledger, infer_schema=False)
    return table.with_columns((pl.col("金额").cast(pl.Decimal(18, 2)) * 100).cast(pl.Int64).alias("fen"))


def _features(path: Path) -> Iterator[tuple[dict[str, str], shapely.Geometry]]:
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        yield feature["properties"], shapely.from_geojson(json.dumps(feature["geometry"]))


def _level(sample: SampleFiles, level: str) -> dict[str, tuple[dict[str, str], shapely.Geometry]]:
    return {row["代码"]: (row, shape) for row, shape in _features(dict(sample.boundaries)[level])}


def _vertices(shapes: list[shapely.Geometry]) -> set[tuple[float, float]]:
    return set(map(tuple, shapely.get_coordinates(shapes).tolist()))


def _edges(shape: shapely.Geometry) -> set[frozenset[tuple[float, float]]]:
    ring = list(map(tuple, shapely.get_coordinates(shape).tolist()))
    return {frozenset(pair) for pair in pairwise(ring)}


def test_the_street_measures_19_8_square_kilometres(sample: SampleFiles) -> None:
    ((_, street),) = _level(sample, "street").values()
    assert shapely.area(shapely.transform(street, to_metres)) / 1e6 == pytest.approx(19.8, rel=0.01)


def test_there_are_forty_communities_of_four_types_and_as_many_grids_as_wanted(sample: SampleFiles) -> None:
    counts = {level: len(_level(sample, level)) for level in LEVELS}
    assert counts["street"] == 1
    assert counts["community"] == 40
    assert counts["grid"] == pytest.approx(400, abs=10)
    assert counts["microgrid"] == pytest.approx(2100, abs=40)
    types = [row["类型"] for row, _ in _level(sample, "community").values()]
    assert {kind: types.count(kind) for kind in set(types)}.keys() == {
        "old_town",
        "township",
        "business",
        "resettlement",
    }
    assert min(types.count(kind) for kind in set(types)) >= 5


@pytest.mark.parametrize(("level", "digits"), [("street", 9), ("community", 12), ("grid", 15), ("microgrid", 18)])
def test_codes_and_names_are_unique_in_a_level(sample: SampleFiles, level: str, digits: int) -> None:
    areas = _level(sample, level)
    assert {len(code) for code in areas} == {digits}
    assert len({row["名称"] for row, _ in areas.values()}) == len(areas)


@pytest.mark.parametrize("level", LEVELS)
def test_areas_of_a_level_leave_no_gap_and_never_overlap(sample: SampleFiles, level: str) -> None:
    shapes = [shape for _, shape in _level(sample, level).values()]
    assert all(shape.geom_type == "Polygon" and shape.is_valid and not shape.interiors for shape in shapes)
    assert shapely.coverage_is_valid(shapes)
    assert min(shapely.area(shapes)) > 0


@pytest.mark.parametrize(("parent_level", "level"), list(pairwise(LEVELS)))
def test_a_parent_is_its_children_to_the_last_digit(sample: SampleFiles, parent_level: str, level: str) -> None:
    parents, children = _level(sample, parent_level), _level(sample, level)
    assert {row["上级代码"] for row, _ in children.values()} == set(parents)
    for code, (_, parent) in parents.items():
        of = [shape for row, shape in children.values() if row["上级代码"] == code]
        assert shapely.coverage_union_all(of).normalize() == shapely.normalize(parent)
        assert _edges(parent) <= set().union(*map(_edges, of))


def test_coordinates_have_at_most_seven_decimals(sample: SampleFiles) -> None:
    for path in (*dict(sample.boundaries).values(), *sample.layers):
        places = _vertices([shape for _, shape in _features(path)])
        assert all(round(value, 7) == value for place in places for value in place)


def test_no_micro_grid_is_a_sliver(sample: SampleFiles) -> None:
    shapes = shapely.transform([shape for _, shape in _level(sample, "microgrid").values()], to_metres)
    assert min(4 * np.pi * shapely.area(shapes) / shapely.length(shapes) ** 2) > 0.35
    assert min(shapely.area(shapes)) > 800


def test_blocks_touch_neither_water_nor_each_other(sample: SampleFiles) -> None:
    blocks, water, _ = ([(row, shape) for row, shape in _features(path)] for path in sample.layers)
    ground = np.array([shape for row, shape in blocks if row["kind"] == "block"])
    assert len(ground) > 1500
    wet = shapely.union_all([shape for _, shape in water])
    assert not shapely.intersects(ground, wet).any()
    left, right = shapely.STRtree(ground).query(ground, predicate="intersects")
    assert (left == right).all()


def test_layers_say_what_they_are(sample: SampleFiles) -> None:
    rows = [row for path in sample.layers for row, _ in _features(path)]
    assert {row["kind"] for row in rows} == {"water", "road", "rail", "park", "block"}
    assert all(set(row) >= {"kind", "name", "width_m"} for row in rows)
    assert {row["class"] for row in rows if "class" in row} == {"main", "secondary", "rail"}


def test_the_same_seed_and_clock_give_the_same_bytes(sample: SampleFiles, tmp_path: Path) -> None:
    generate(seed=1, clock=CLOCK, folder=tmp_path)
    for path in sample.incidents.parent.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_another_seed_gives_other_cases_in_the_same_town(sample: SampleFiles, tmp_path: Path) -> None:
    other = generate(seed=2, clock=CLOCK, folder=tmp_path, incidents=2000)
    assert dict(other.boundaries)["microgrid"].read_bytes() == dict(sample.boundaries)["microgrid"].read_bytes()
    assert other.households.read_bytes() != sample.households.read_bytes()


def test_the_past_stays_when_the_clock_moves(
    sample: SampleFiles, incidents: Table, ledger: Table, tmp_path: Path
) -> None:
    later = generate(seed=1, clock=CLOCK + timedelta(days=3), folder=tmp_path)
    was = incidents.select("编号", "类别", "渠道", "上报时间", "经度", "纬度")
    then = pl.read_csv(later.incidents, try_parse_dates=True, infer_schema_length=None).select(was.columns)
    begin, end = then["上报时间"].min(), was["上报时间"].max()
    assert was.filter(pl.col("上报时间") >= begin).equals(then.filter(pl.col("上报时间") <= end))
    books = pl.read_csv(later.ledger, infer_schema=False)
    assert books.head(len(ledger)).equals(ledger.drop("fen"))


def test_about_twenty_thousand_incidents_a_year(incidents: Table) -> None:
    assert len(incidents) / 2 == pytest.approx(20_000, rel=0.05)
    assert incidents["编号"].n_unique() == len(incidents)
    assert incidents["上报时间"].min() >= datetime.fromisoformat("2024-11-20")


def test_grid_workers_report_38_percent_and_disputes_are_2_percent(incidents: Table) -> None:
    assert (incidents["渠道"] == "grid_worker").mean() == pytest.approx(0.38, abs=0.02)
    assert (incidents["class"] == "dispute").mean() == pytest.approx(0.02, abs=0.005)


def test_stages_never_run_backwards_and_nothing_is_later_than_the_clock(incidents: Table) -> None:
    times = incidents.select(STAGES).to_numpy().astype("datetime64[s]").astype(np.int64).astype(float)
    times[times < 0] = np.nan
    assert not (times < np.fmax.accumulate(times, axis=1)).any()
    assert max(incidents[name].max() for name in TIMES) <= NOW
    pauses = incidents.filter(pl.col("挂起时间").is_not_null())
    assert ((pauses["恢复时间"] - pauses["挂起时间"]).drop_nulls() > timedelta(0)).all()


def test_a_state_says_what_the_stages_say(incidents: Table) -> None:
    closed = pl.col("状态") == "closed"
    assert incidents.filter(closed != pl.col("办结时间").is_not_null()).is_empty()
    assert incidents.filter((pl.col("状态") == "duplicate") != pl.col("原事件编号").is_not_null()).is_empty()
    assert incidents.filter(pl.col("首次办结时间").is_null() != pl.col("重开时间").is_null()).is_empty()
    suspended = pl.col("挂起时间").is_not_null() & pl.col("恢复时间").is_null()
    assert incidents.filter((pl.col("状态") == "suspended") != suspended).is_empty()


def test_a_duplicate_names_an_earlier_incident_of_its_category_that_is_no_duplicate(incidents: Table) -> None:
    originals = incidents.select("编号", "类别", "状态", "上报时间")
    copies = incidents.filter(pl.col("状态") == "duplicate").join(
        originals, left_on="原事件编号", right_on="编号", suffix="_o"
    )
    assert len(copies) == (incidents["状态"] == "duplicate").sum() > 100
    assert (copies["类别"] == copies["类别_o"]).all()
    assert (copies["上报时间"] >= copies["上报时间_o"]).all()
    assert "duplicate" not in copies["状态_o"]


def test_nine_in_ten_urgent_cases_have_somebody_on_the_spot_in_ten_minutes(incidents: Table) -> None:
    wait = (
        incidents.filter(pl.col("class") == "urgent")
        .select(pl.col("到场时间") - pl.col("上报时间"))
        .to_series()
        .drop_nulls()
    )
    assert (wait <= timedelta(minutes=10)).mean() == pytest.approx(0.90, abs=0.03)


def test_the_page_of_now_has_something_to_show(incidents: Table) -> None:
    limit = pl.coalesce("延期至", "办理时限")
    pending = incidents.filter(pl.col("状态").is_in(["open", "suspended"]))
    assert 20 <= len(pending) <= 120
    assert 3 <= pending.filter(limit <= NOW).height <= 6
    assert pending.filter((limit > NOW) & (limit <= NOW + timedelta(hours=1))).height >= 1
    late = incidents.filter(pl.col("办结时间") > pl.col("办理时限") + timedelta(weeks=1))
    assert 10 <= len(late) <= 400


@pytest.mark.parametrize(
    "clock", ["2026-11-21T03:05:00+08:00", "2026-02-18T10:00:00+08:00", "2026-07-12T16:45:00+08:00"]
)
def test_three_to_six_cases_are_overdue_at_any_clock(clock: str, tmp_path: Path) -> None:
    at = datetime.fromisoformat(clock)
    made = generate(seed=3, clock=at, folder=tmp_path)
    table = pl.read_csv(made.incidents, try_parse_dates=True, infer_schema_length=None)
    limit = pl.coalesce("延期至", "办理时限")
    pending = table.filter(pl.col("状态").is_in(["open", "suspended"]))
    assert 3 <= pending.filter(limit <= at.replace(tzinfo=None)).height <= 6


def test_one_week_is_bad(incidents: Table) -> None:
    weeks = incidents.group_by(pl.col("上报时间").dt.truncate("1w")).len().sort("len", descending=True)["len"].to_list()
    assert weeks[0] > 1.4 * np.median(weeks)
    storm = incidents.filter(
        pl.col("上报时间").is_between(
            datetime.fromisoformat("2026-07-08"), datetime.fromisoformat("2026-07-15"), closed="left"
        )
    )
    assert len(storm) > 1.7 * np.median(weeks)


def test_a_point_lies_in_the_community_that_is_declared(sample: SampleFiles, incidents: Table) -> None:
    communities = _level(sample, "community")
    placed = incidents.filter(pl.col("经度").is_not_null())
    assert 5 <= len(incidents) - len(placed) <= 60
    for (code,), rows in placed.group_by("社区代码"):
        assert shapely.contains_xy(communities[str(code)][1], rows["经度"].to_numpy(), rows["纬度"].to_numpy()).all(), (
            code
        )


def test_households_lie_in_their_micro_grid_and_are_consistent(sample: SampleFiles) -> None:
    table = pl.read_csv(sample.households, schema_overrides={"微网格代码": pl.String})
    micros = _level(sample, "microgrid")
    inside = [
        shapely.contains_xy(micros[code][1], lon, lat)
        for code, lon, lat in table.select("微网格代码", "经度", "纬度").iter_rows()
    ]
    assert all(inside)
    assert table["户数"].sum() == sample_settings().people.households
    assert table.filter(
        (pl.col("八十岁以上") > pl.col("六十岁以上"))
        | (pl.col("独居老人") > pl.col("六十岁以上"))
        | (pl.col("六十岁以上") > pl.col("人口"))
        | (pl.col("户数") > pl.col("人口"))
    ).is_empty()
    assert 0.18 < int(table["六十岁以上"].sum()) / int(table["人口"].sum()) < 0.30


def test_twenty_kinds_of_service_points_stand_inside_the_street(sample: SampleFiles) -> None:
    points = pl.read_csv(sample.service_points)
    ((_, street),) = _level(sample, "street").values()
    assert points["类别"].n_unique() == 20
    assert len(points) == pytest.approx(300, abs=20)
    assert points["名称"].n_unique() == len(points)
    assert shapely.contains_xy(street, points["经度"].to_numpy(), points["纬度"].to_numpy()).all()


def _movements(ledger: Table, fund: str) -> list[int]:
    sign = {"opening": 1, "income": 1, "expense": -1, "transfer": -1, "committed": 0}
    return [
        (sign[row["类型"]] if row["基金编号"] == fund else int(row["类型"] == "transfer" and row["收款方"] == fund))
        * row["fen"]
        for row in ledger.iter_rows(named=True)
    ]


def test_no_fund_ever_spends_what_it_does_not_have(sample: SampleFiles, ledger: Table) -> None:
    funds = pl.read_csv(sample.funds, infer_schema=False)
    assert funds["基金类型"].to_list().count("community") == 1
    for fund in funds["基金编号"]:
        assert np.cumsum(_movements(ledger, fund)).min() >= 0, fund
    assert (ledger["fen"] > 0).all()
    assert set(ledger["基金编号"]) == set(funds["基金编号"])


def test_two_funds_with_money_have_slept_for_a_year(sample: SampleFiles, ledger: Table) -> None:
    spent = ledger.filter(pl.col("类型").is_in(["expense", "transfer"])).group_by("基金编号").agg(pl.col("日期").max())
    asleep = spent.filter(pl.col("日期") < "2025-11-20")["基金编号"].to_list()
    assert len(asleep) == 2
    assert all(sum(_movements(ledger, fund)) > 0 for fund in asleep)


def test_vouchers_are_unique_in_order_and_not_from_the_future(sample: SampleFiles, ledger: Table) -> None:
    assert ledger["凭证号"].n_unique() == len(ledger)
    assert ledger["日期"].is_sorted()
    assert ledger["日期"].max() <= "2026-11-20"
    codes = set(_level(sample, "street")) | set(_level(sample, "community"))
    assert set(ledger["服务区域代码"].drop_nulls()) <= codes


def test_a_correction_names_an_earlier_voucher_and_says_why(ledger: Table) -> None:
    corrections = ledger.filter(pl.col("更正凭证号").is_not_null())
    assert len(corrections) == 1
    assert corrections["说明"].null_count() == 0
    assert corrections["更正凭证号"].is_in(ledger["凭证号"].implode()).all()


def test_an_asked_number_of_incidents_is_met_exactly(tmp_path: Path) -> None:
    made = generate(seed=5, clock=CLOCK, folder=tmp_path, incidents=3000)
    assert dict(made.counts)["incidents"] == 3000
    assert pl.read_csv(made.incidents, infer_schema=False).height == 3000


def test_a_clock_without_a_zone_and_a_number_below_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        generate(seed=1, clock=NOW, folder=tmp_path)
    with pytest.raises(ValueError, match="at least 1"):
        generate(seed=1, clock=CLOCK, folder=tmp_path, incidents=0)
    assert not list(tmp_path.iterdir())


def test_settings_that_contradict_the_code_list_are_refused_with_every_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "config" / "categories.toml"
    own.parent.mkdir()
    own.write_text(
        '[[category]]\ncode = "x"\nzh = "甲"\nen = "A"\nclass = "general"\nprivate = false\ndue_hours = 24\n'
        'agency = "乙"\nweight = 0.5\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path))
    with pytest.raises(ConfigError) as refused:
        sample_settings()
    assert any("'x'" in fault for fault in refused.value.faults)
    assert any("add up to 0.5" in fault for fault in refused.value.faults)


def test_whole_parts_add_up_and_chinese_numbers_read_right() -> None:
    assert shared_out(10, np.array([1.0, 1.0, 1.0]), at_least=1).sum() == 10
    assert [chinese_number(number) for number in (1, 10, 12, 20, 21)] == ["一", "十", "十二", "二十", "二十一"]


def test_points_shared_by_two_shapes_are_written_alike() -> None:
    east, north = to_metres(np.array([[120.27, 30.18]]))[0]
    left = shapely.box(east - 90.3, north, east, north + 70.7)
    right = shapely.box(east, north, east + 55.1, north + 70.7)
    assert shapely.coverage_is_valid(shapes_to_lonlat([left, right]))
