"""The charts of response times: what they draw, what they refuse to draw, and that no value becomes markup."""

import json
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from plotly import graph_objects as go

from cockpit.charts import plotly_look, svg
from cockpit.charts.compare import AreaFigures, AreaRow, Comparison, area_table, side
from cockpit.charts.curves import Tile, curve_tiles, in_map_order, steps
from cockpit.charts.scales import DAYS, HOURS, MINUTES, TimeAxis, rate_ticks, unit_for
from cockpit.charts.stages import Length, Stage, StageChart, stage_axis, stage_bars
from cockpit.charts.trend import Period, Trend, rows, sentence, trend_figure

HOSTILE = '<img src=x onerror="alert(1)">\'&'
SEVERAL = 12


def parsed(markup: str) -> ET.Element:
    """The markup as a tree; raises where it is not well formed."""
    return ET.fromstring(f"<root>{markup}</root>")


def texts(tree: ET.Element) -> str:
    return " ".join("".join(node.itertext()) for node in tree.iter())


def bars(tree: ET.Element, class_: str) -> list[tuple[float, float]]:
    """(begin, width) in per cent of all rectangles of a class."""
    return [
        (float(node.get("x", "0").rstrip("%")), float(node.get("width", "0").rstrip("%")))
        for node in tree.iter("rect")
        if node.get("class") == class_
    ]


def stage(
    label: str, p50_s: int, *, p90_s: int | None = None, usual_s: int | None = None, longer: bool = False
) -> Stage:
    return Stage(label, Length(SEVERAL, p50_s, p90_s or p50_s, usual_s=usual_s, is_longer=longer))


def area(name: str, share: float | None, *, n: int = 100) -> AreaRow:
    if share is None:
        return AreaRow(name, n, 0, None)
    return AreaRow(name, n, 0, AreaFigures(300, 480, "5:00", "8:00", share, share - 0.05, share + 0.05))


def tile(name: str, seconds: list[int], *, value: str = "", go: str | None = None, tip: str = "") -> Tile:
    cases = list(range(1, len(seconds) + 1))
    return Tile(name, len(seconds), seconds, cases, value, tip, go=go)


def period(value: float | None, *, name: str = "", label: str = "", is_partial: bool = False) -> Period:
    if value is None:
        return Period(label, name, "", None, None, None, absent="样本不足，仅 4 件")
    return Period(label, name, "27 / 30 件", value, value - 0.1, value + 0.05, is_partial=is_partial)


def trace(figure: go.Figure, name: str) -> dict[str, Any]:
    """One series of a figure as plain data, as the browser gets it."""
    (found,) = (each for each in json.loads(figure.to_json())["data"] if each["name"] == name)
    assert isinstance(found, dict)
    return found


def test_each_stage_begins_where_the_one_before_ends() -> None:
    chart = StageChart("x", (stage("a", 60), stage("b", 180), stage("c", 240)), limit_s=600)
    first, second, third = bars(parsed(stage_bars(chart, lang="zh")), "c-bar")
    end = stage_axis(chart).end_s
    assert first == pytest.approx((0, 100 * 60 / end), abs=0.02)
    assert second[0] == pytest.approx(first[1], abs=0.02)
    assert third[0] == pytest.approx(first[1] + second[1], abs=0.04)


def test_the_axis_of_lengths_begins_at_zero_and_holds_the_limit() -> None:
    axis = stage_axis(StageChart("x", (stage("a", 60),), limit_s=600))
    assert axis.ticks()[0] == 0
    assert axis.share(600) < 1


def test_a_stage_without_a_figure_shows_its_reason_and_no_bar_and_no_zero() -> None:
    chart = StageChart("x", (Stage("派遣", None, absent="无数据：来源没有派遣时间"), stage("到场", 7200)))
    tree = parsed(stage_bars(chart, lang="zh"))
    assert len(bars(tree, "c-bar")) == 1
    assert "无数据：来源没有派遣时间" in texts(tree)
    assert not any(node.text == "0.0" for node in tree.iter("tspan"))


def test_only_the_part_beyond_the_usual_is_marked() -> None:
    chart = StageChart("x", (stage("a", 300, usual_s=100, longer=True), stage("b", 300, usual_s=290)))
    tree = parsed(stage_bars(chart, lang="zh"))
    ((begin, width),) = bars(tree, "c-more")
    (bar_begin, bar_width), _ = bars(tree, "c-bar")
    assert begin > bar_begin
    assert begin + width == pytest.approx(bar_begin + bar_width, abs=0.05)


def test_the_tooltip_of_a_stage_says_that_medians_do_not_add_up() -> None:
    tree = parsed(stage_bars(StageChart("x", (stage("a", 60),)), lang="zh"))
    (tip,) = (node.get("data-tip") for node in tree.iter("g") if node.get("data-tip"))
    assert tip is not None
    assert "不等于全程的中位数" in tip


@pytest.mark.parametrize(("seconds", "unit"), [(600, MINUTES), (20 * 3600, HOURS), (30 * 86400, DAYS)])
def test_the_unit_follows_the_length(seconds: float, unit: object) -> None:
    assert unit_for(seconds) is unit


def test_an_axis_never_has_more_ticks_than_fit() -> None:
    for end in (60, 700, 5_000, 90_000, 5_000_000, 400_000_000):
        axis = TimeAxis(unit_for(end), end)
        assert 1 <= len(axis.ticks()) <= 7
        assert axis.ticks()[-1] <= end


def test_the_ticks_of_a_rate_stay_between_0_and_100_per_cent() -> None:
    assert rate_ticks(0.0, 1.0)[0] == 0
    assert rate_ticks(0.0, 1.0)[-1] == 1
    assert rate_ticks(0.995, 1.0)[-1] == 1
    assert rate_ticks(0.86, 0.95)[0] <= 0.86


def test_the_curve_is_a_step_at_each_duration_and_reads_the_rate_at_the_limit() -> None:
    axis = TimeAxis(MINUTES, 1200)
    reached = steps(tile("a", [300, 600, 601, 900]), axis)
    assert [share for column, share in reached if column <= axis.share(600) * 120] == [0.25, 0.5]
    assert reached[-1] == (90, 1.0)


def test_cases_beyond_the_axis_keep_the_curve_below_its_top() -> None:
    assert steps(tile("a", [300, 100_000]), TimeAxis(MINUTES, 1200)) == [(30, 0.5)]
    capped = Tile("a", 4, [300], [1], "", "")
    assert steps(capped, TimeAxis(MINUTES, 1200)) == [(30, 0.25)]


def test_fewer_than_ten_cases_are_ticks_and_words_never_a_curve() -> None:
    few = tile("云帆", [100 + second for second in range(9)], value="100%")
    tree = parsed(curve_tiles([few], axis=TimeAxis(MINUTES, 1080), limit_s=600, min_n=10, lang="zh"))
    assert "仅 9 件" in texts(tree)
    assert "100%" not in [node.text for node in tree.iter("span")]
    assert not list(tree.iter("path"))
    assert sum(node.get("class") == "c-rug" for node in tree.iter("line")) == 9


def test_ten_cases_are_a_curve() -> None:
    enough = tile("云帆", [100 + second for second in range(10)], value="100%")
    tree = parsed(curve_tiles([enough], axis=TimeAxis(MINUTES, 1080), limit_s=600, min_n=10, lang="zh"))
    assert "c-curve" in [node.get("class") for node in tree.iter("path")]


def test_tiles_stand_as_on_the_map_whatever_their_values() -> None:
    west_to_east_north_row_first = [(1.0, 0.0), (0.0, 1.0), (0.0, 0.0), (1.0, 1.0)]
    assert in_map_order(west_to_east_north_row_first, columns=2) == [1, 3, 2, 0]


def test_a_period_with_too_few_cases_breaks_band_and_line_and_says_why() -> None:
    trend = Trend("x", (period(0.9), period(0.8), period(None, name="第三周"), period(0.9)), target=0.9)
    figure = trend_figure(trend, lang="zh")
    assert trace(figure, "line")["y"] == [0.9, 0.8, None, 0.9]
    assert trace(figure, "line")["connectgaps"] is False
    outlines = trace(figure, "band")["y"]
    assert outlines.count(None) == 1, "two outlines, one on each side of the gap"
    dots = trace(figure, "dots")
    floor = figure.layout.yaxis.range[0]
    assert dots["y"] == [0.9, 0.8, floor, 0.9]
    assert dots["hovertext"][2] == "第三周<br>样本不足，仅 4 件"
    assert dots["marker"]["color"][2] == plotly_look.colour("bg"), "a ring, not a value"


def test_a_period_of_which_no_source_tells_has_no_mark_at_all() -> None:
    unknown = Period("x", "x", "", None, None, None, absent="无数据", is_known=False)
    figure = trend_figure(Trend("x", (unknown, period(None), period(0.9)), target=0.9), lang="zh")
    assert trace(figure, "dots")["y"] == [None, figure.layout.yaxis.range[0], 0.9]


def test_pointing_at_a_period_tells_share_cases_and_interval() -> None:
    figure = trend_figure(Trend("x", (period(0.9, name="第一周"),)), lang="zh")
    (told,) = trace(figure, "dots")["hovertext"]
    assert told == "第一周<br>十分钟到场 90.0%（27 / 30 件）<br>95% 区间 80.0–95.0%"
    assert figure.layout.hoverdistance == -1, "anywhere in the column"


def test_a_period_that_is_not_full_is_hollow() -> None:
    dots = trace(trend_figure(Trend("x", (period(0.9), period(0.9, is_partial=True))), lang="zh"), "dots")
    assert dots["marker"]["color"] == [plotly_look.colour("ink"), plotly_look.colour("bg")]


def test_without_a_target_there_is_no_target_line() -> None:
    figure = trend_figure(Trend("x", (period(0.9),)), lang="zh")
    assert "target" not in [each.name for each in figure.data]
    assert not figure.layout.annotations
    with_target = trend_figure(Trend("x", (period(0.9),), target=0.9), lang="zh")
    assert trace(with_target, "target")["y"] == [0.9, 0.9]
    assert with_target.layout.annotations[0].text == "目标 90"


def test_the_trend_has_its_sentence_and_its_numbers_for_who_does_not_see_it() -> None:
    trend = Trend("到场率", (period(0.9, name="一"), period(None, name="二"), period(0.8, name="三", label="三")))
    assert sentence(trend, lang="zh") == "到场率，在 80.0% 到 90.0% 之间，三当期 80.0%"
    assert rows(trend)[1] == ("二", "样本不足，仅 4 件", "", "")
    assert rows(trend)[2] == ("三", "80.0%", "70.0–85.0%", "27 / 30 件")


def test_every_colour_of_a_figure_is_a_token_of_the_theme() -> None:
    written = trend_figure(Trend("x", (period(0.9), period(None)), target=0.9), lang="zh").to_json()
    stylesheet = plotly_look.STYLESHEET.read_text(encoding="utf-8")
    found = set(re.findall(r"#[0-9A-Fa-f]{6}", written))
    assert found
    assert all(f":{colour}" in stylesheet for colour in found)
    with pytest.raises(KeyError):
        plotly_look.colour("no-such-token")


def test_areas_with_too_few_cases_have_words_and_no_value_to_sort_by() -> None:
    comparison = Comparison((area("云帆", None, n=4), area("东湖", 0.9)), area("全部", 0.9), "社区")
    tree = parsed(area_table(comparison, lang="zh"))
    few, firm, _ = (row for row in tree.iter("tr") if row.find("td") is not None)
    columns = [node.get("data-sort") for node in next(tree.iter("tr")).iter("th")]
    assert "样本不足" in "".join(few.itertext())
    assert len(few) == len(firm) == len(columns)
    sortable = [index for index, kind in enumerate(columns) if kind == "number"]
    assert [few[index].get("data-v") for index in sortable] == ["4", "", "", "", "0"]
    assert "" not in [firm[index].get("data-v") for index in sortable]


def test_an_area_is_flagged_only_beyond_chance_and_with_thirty_cases() -> None:
    assert side(100, low=0.5, high=0.7, whole=0.9) == "worse"
    assert side(100, low=0.95, high=0.99, whole=0.9) == "better"
    assert side(100, low=0.7, high=0.92, whole=0.9) == "alike"
    assert side(29, low=0.5, high=0.7, whole=0.9) == "alike"
    assert side(30, low=0.5, high=0.7, whole=0.9) == "worse"


def test_no_value_becomes_markup() -> None:
    stages = (Stage(HOSTILE, Length(1, 60, 90)), Stage("b", None, absent=HOSTILE))
    hostile = tile(HOSTILE, [60 + second for second in range(10)], value=HOSTILE, go=HOSTILE, tip=HOSTILE)
    axis = TimeAxis(MINUTES, 1080)
    pictures = [
        stage_bars(StageChart(HOSTILE, stages, yardstick=HOSTILE), lang="zh"),
        curve_tiles([hostile], axis=axis, limit_s=600, min_n=10, lang="zh"),
        area_table(Comparison((area(HOSTILE, 0.9),), area(HOSTILE, 0.9), HOSTILE), lang="zh"),
    ]
    for markup in pictures:
        tree = parsed(markup)
        assert not list(tree.iter("img"))
        assert not [node for node in tree.iter() for name in node.attrib if name.startswith("on")]


def test_no_value_becomes_markup_in_a_figure() -> None:
    firm = Period(HOSTILE, HOSTILE, HOSTILE, 0.9, 0.8, 0.95)
    few = Period(HOSTILE, HOSTILE, HOSTILE, None, None, None, absent=HOSTILE)
    figure = trend_figure(Trend(HOSTILE, (firm, few), target=0.9), lang="zh")
    said = [*trace(figure, "dots")["hovertext"], *figure.layout.xaxis.ticktext]
    assert all("&lt;img" in text and "<img" not in text for text in said)
    assert set(re.findall(r"<[^>]*>", "".join(said))) == {"<br>"}


def test_a_coordinate_is_short_and_never_minus_zero() -> None:
    assert [svg.coordinate(value) for value in (1.0, 0.126, -0.001, 100)] == ["1", "0.13", "0", "100"]


def test_without_a_limit_a_tile_has_no_line_and_nothing_is_late() -> None:
    tile = Tile(name="东", n=12, seconds=(100, 900), cases=(6, 12), value="8 分", tip="")
    axis = TimeAxis(MINUTES, 1_080)
    limited = curve_tiles([tile], axis=axis, limit_s=600, min_n=10, lang="zh")
    free = curve_tiles([tile], axis=axis, limit_s=None, min_n=10, lang="zh")
    assert "c-limit" in limited
    assert "c-late" in limited
    assert "c-limit" not in free
    assert "c-late" not in free
    assert "8 分" in free
