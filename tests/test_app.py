"""The shell: what the URL may say, how numbers read, health, policy, layers by address, and the maps' pure parts."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.error import HTTPError
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely
from browser import chromium, fetch, served, watched, without_store
from playwright.sync_api import Browser, expect
from small_town import build

from cockpit import context, formats, queries
from cockpit.funds import computed
from cockpit.maps import classes, frame, heat, labels, outlines
from cockpit.maps.labels import Board, Wanted
from cockpit.markup import attributes, esc
from cockpit.overview.computed import KeyFigure
from config import freshness
from config.messages import catalogue
from geo.map_queries import Area, Category, Feature, HeatBin, Outline
from geo.store import StoreUrls
from geo.viewer import Clock

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 14, 32, tzinfo=SHANGHAI)
STREET = Area(1, "street", "S", "小镇街道", None)
WEST = Area(2, "community", "W", "西社区", 1)
EAST = Area(3, "community", "E", "东社区", 1)
GRID = Area(4, "grid", "W1", "西社区第一网格", 2)
AREAS = (STREET, WEST, EAST, GRID)
DEFAULT = (date(2026, 10, 22), date(2026, 11, 21))


# ---------------------------------------------------------------- what the URL may say


def test_a_period_of_the_url_is_taken_and_ends_before_its_last_day() -> None:
    (start, end), notes = context.parse_period({"from": "2026-10-01", "to": "2026-11-01"}, default=DEFAULT)
    assert (start, end) == (date(2026, 10, 1), date(2026, 11, 1))
    assert notes == ()


@pytest.mark.parametrize(
    "named",
    ["yesterday", "2026-13-01", "20261001", "2026-10-01'--", "", "2026-W45-1", "0001-01-01", "9999-12-31"],
)
def test_a_date_that_is_none_gives_the_default_period_and_a_note(named: str) -> None:
    period, notes = context.parse_period({"from": named}, default=DEFAULT)
    assert period == DEFAULT
    assert [note.key for note in notes] == ["common.note_period"]


def test_a_period_that_ends_before_it_begins_gives_the_default_and_a_note() -> None:
    period, notes = context.parse_period({"from": "2026-11-01", "to": "2026-10-01"}, default=DEFAULT)
    assert period == DEFAULT
    assert [note.key for note in notes] == ["common.note_period_order"]


def test_a_last_day_out_of_reach_gives_the_default_and_a_note() -> None:
    period, notes = context.parse_period({"from": "2100-12-30", "to": "2101-01-01"}, default=DEFAULT)
    assert period == DEFAULT
    assert [note.key for note in notes] == ["common.note_period"]


def test_an_end_that_is_not_named_stays_within_reach() -> None:
    assert context.parse_period({"to": "1990-01-11"}, default=DEFAULT)[0] == (date(1990, 1, 1), date(1990, 1, 11))
    for named in ({"to": "1990-01-01"}, {"from": "2100-12-31"}):
        period, notes = context.parse_period(named, default=DEFAULT)
        assert period == DEFAULT
        assert [note.key for note in notes] == ["common.note_period_order"]


@pytest.mark.parametrize(
    ("named", "page"),
    [("3", 3), ("999999", 999_999), ("0", 1), ("", 1), ("-2", 1), ("x", 1), ("٣", 1), ("1000000", 1), ("9" * 5_000, 1)],
)
def test_a_page_of_entries_is_a_plain_number_of_at_most_six_digits_else_the_first(named: str, page: int) -> None:
    assert computed.parse_page(named) == page


def test_what_is_searched_for_has_no_control_character_and_at_most_a_hundred_characters() -> None:
    assert computed.parse_search(" 慰问\x00\r\n金\x7f ") == "慰问金"
    assert computed.parse_search("\x00") == ""
    assert computed.parse_search("字" * 101) == "字" * 100


def test_an_area_is_found_by_level_and_code_and_never_by_the_code_alone() -> None:
    assert context.parse_area({"area": "community:W"}, AREAS) == (WEST, ())
    found, notes = context.parse_area({"area": "W"}, AREAS)
    assert found is None
    assert notes[0].text("zh") == "没有找到区域“W”，已显示全部区域。"


def test_the_level_is_the_community_and_within_an_area_the_next_one_below() -> None:
    assert context.parse_level({}, AREAS, None, lang="zh") == ("community", ())
    assert context.parse_level({}, AREAS, WEST, lang="zh") == ("grid", ())
    assert context.parse_level({}, AREAS, GRID, lang="zh") == ("grid", ())


def test_a_level_that_does_not_exist_is_said() -> None:
    level, notes = context.parse_level({"level": "planet"}, AREAS, None, lang="zh")
    assert level == "community"
    assert notes[0].text("zh") == "没有层级“planet”，已改为社区。"


def test_an_unknown_category_shows_all_with_a_note() -> None:
    known = (Category("noise", "噪声", "Noise", "general", False),)
    assert context.parse_category({"category": "noise"}, known) == ("noise", ())
    found, notes = context.parse_category({"category": "x"}, known)
    assert found is None
    assert len(notes) == 1


def test_a_cached_query_must_take_who_asks_as_its_first_argument_and_hide_none() -> None:
    with pytest.raises(TypeError, match="takes `asked` first"):

        @queries.fresh
        def without_viewer(start: date) -> date:
            return start

    with pytest.raises(TypeError, match="hides no argument"):

        @queries.shared
        def hiding(asked: queries.Asked, _scope: str) -> str:
            return f"{asked}{_scope}"


# ---------------------------------------------------------------- how numbers and times read


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (7_800, "2 小时 10 分", "2 h 10 min"),
        (400, "6 分 40 秒", "6 min 40 s"),
        (1_800, "30 分钟", "30 min"),
        (42, "42 秒", "42 s"),
        (1_530_000, "17 天 17 小时", "17 days 17 h"),
        (86_400, "1 天", "1 day"),
        (-7_800, "−2 小时 10 分", "−2 h 10 min"),
    ],
)
def test_a_duration_reads_as_its_two_largest_units(seconds: float, zh: str, en: str) -> None:
    assert formats.duration(seconds, "zh") == zh
    assert formats.duration(seconds, "en") == en


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [(7_800, "2 小时 10 分", "2 h 10 min"), (172_700, "1 天 23 小时", "1 day 23 h"), (431_994, "5 天", "5 days")],
)
def test_how_long_nothing_came_reads_in_whole_days_from_two_on(seconds: float, zh: str, en: str) -> None:
    assert formats.lapse(seconds, "zh") == zh
    assert formats.lapse(seconds, "en") == en


def test_money_reads_as_officials_write_it() -> None:
    amount = Decimal("967214.00")
    assert formats.money(amount, currency="CNY", lang="zh") == "967,214.00 元"
    assert formats.money_short(amount, currency="CNY", lang="zh") == "96.7 万元"
    assert formats.money(amount, currency="CNY", lang="en") == "CN¥967,214.00"
    assert formats.money_short(amount, currency="CNY", lang="en") == "CN¥967k"
    assert formats.money(-amount, currency="USD", lang="en") == "−$967,214.00"


def test_shares_and_numbers_have_no_space_before_the_sign_and_a_true_minus() -> None:
    assert formats.share(0.937) == "93.7%"
    assert formats.share_range(0.86, 0.95) == "86–95%"
    assert formats.number(-1402) == "−1,402"
    assert formats.number(2.5) == "3"
    assert formats.cases(1402, "zh") == "1,402 件"


def test_days_and_moments_read_as_in_the_house_style() -> None:
    assert formats.clock(NOW, zone=SHANGHAI, lang="zh") == "2026年11月20日 星期五 14:32"
    assert formats.clock(NOW, zone=SHANGHAI, lang="en") == "Fri 20 Nov 2026 14:32"
    assert formats.period(*DEFAULT, "zh") == "2026年10月22日至11月20日"
    assert formats.period(*DEFAULT, "en") == "22 Oct – 20 Nov 2026"
    assert formats.period(date(2026, 11, 20), date(2026, 11, 21), "zh") == "2026年11月20日"


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=8), "8 秒前"),
        (timedelta(minutes=14), "14 分钟前"),
        (timedelta(hours=8, minutes=32), "今天 06:00"),
        (timedelta(days=2, hours=5, minutes=32), "11月18日 09:00"),
        (timedelta(minutes=-5), "今天 14:37"),
    ],
)
def test_the_age_of_data_is_told_ever_more_coarsely_and_never_negative(ago: timedelta, words: str) -> None:
    assert formats.age(NOW - ago, now=NOW, zone=SHANGHAI, lang="zh") == words


def test_the_agreed_time_of_an_unlisted_dataset_is_the_default() -> None:
    assert freshness.agreed_hours("incidents") == 24
    assert freshness.agreed_hours("anything") == freshness.agreed_hours("default")


def test_more_cases_than_usual_are_worse_and_a_higher_share_in_time_is_better() -> None:
    past = (4.0, 5.0, 6.0, 7.0)
    tones = [KeyFigure("incidents", now, 0, past).tone for now in (9.0, 5.0, 1.0)]
    assert tones == ["worse", "plain", "better"]
    shares = [KeyFigure("onscene", now, 50, past, is_rate=True).tone for now in (9.0, 5.0, 1.0)]
    assert shares == ["better", "plain", "worse"]


def test_both_languages_of_the_shell_hold_the_same_messages() -> None:
    ours = ("common.", "overview.")
    zh, en = ({key for key in catalogue(lang) if key.startswith(ours)} for lang in ("zh", "en"))
    assert zh == en


# ---------------------------------------------------------------- maps, the pure parts


def square(west: float, south: float, size: float = 0.01) -> shapely.Geometry:
    return shapely.box(west, south, west + size, south + size)


def outline(number: int, shape: shapely.Geometry, name: str = "区") -> Outline:
    middle = shape.centroid
    return Outline(number, "community", str(number), name, shape, (middle.x, middle.y))


def test_the_viewport_shows_every_shape_and_is_web_mercator() -> None:
    found = frame.fit([square(120.26, 30.18), square(120.28, 30.19)])
    assert found is not None
    corners = found.pixels(np.array([[120.26, 30.18], [120.29, 30.20]]))
    assert (corners >= 0).all()
    assert (corners[:, 0] <= found.width).all()
    assert (corners[:, 1] <= found.height).all()
    assert found.pixels(np.array([[found.lon, found.lat]]))[0] == pytest.approx([found.width / 2, found.height / 2])
    # one degree of longitude is 512 · 2^zoom / 360 pixels: the scale deck.gl uses
    a, b = found.pixels(np.array([[120.0, 30.0], [121.0, 30.0]]))
    assert b[0] - a[0] == pytest.approx(512 * 2**found.zoom / 360)


def test_no_shape_gives_no_viewport() -> None:
    assert frame.fit([]) is None


def test_simplified_neighbours_still_share_their_border_after_rounding() -> None:
    wave = [(120.27 + 0.0004 * np.sin(step), 30.18 + step * 0.0005) for step in range(41)]
    west = shapely.Polygon([(120.26, 30.18), *wave, (120.26, 30.20)])
    east = shapely.Polygon([*wave, (120.28, 30.20), (120.28, 30.18)])
    found = frame.fit([west, east])
    assert found is not None
    left, right = outlines.simplified([outline(1, west), outline(2, east)], found)
    rounded = [shapely.set_precision(shape, 0.1) for shape in (left, right)]
    assert shapely.coverage_is_valid(rounded)
    assert len(shapely.get_coordinates(left)) < len(shapely.get_coordinates(found.place([west])[0]))


def test_a_hostile_name_is_text_in_the_fragment_of_the_areas() -> None:
    shape = square(120.26, 30.18)
    found = frame.fit([shape])
    assert found is not None
    told = outlines.areas_fragment([outline(1, shape, '"><script>alert(1)</script>')], found)
    assert "<script>" not in told
    assert "&lt;script&gt;" in told


def test_the_basemap_is_cut_to_the_viewport() -> None:
    found = frame.fit([square(120.26, 30.18)])
    assert found is not None
    far = shapely.LineString([(120.0, 30.0), (120.1, 30.1)])
    near = shapely.LineString([(120.2, 30.185), (120.3, 30.185)])
    drawn = outlines.base_fragment([Feature("road", None, 20.0, far), Feature("road", None, 20.0, near)], found)
    assert drawn.count("M") == 1


@pytest.mark.parametrize(
    ("values", "whole", "limits"),
    [
        ([0, 0, 0], True, ()),
        ([0, 1, 1, 1, 2, 2, 7], True, (1, 2, 4)),
        ([12, 18, 23, 34, 41, 47, 62, 69], True, (20, 25, 40, 50)),
        ([], False, ()),
    ],
)
def test_class_limits_are_round_numbers_people_count_in(
    values: list[float], whole: bool, limits: tuple[float, ...]
) -> None:
    assert classes.limits(values, whole=whole) == limits


def test_zero_is_a_class_of_its_own_where_it_occurs() -> None:
    at = classes.limits([0, 0, 3, 9, 40], whole=True)
    assert classes.class_of(0, at) == 0
    assert classes.class_of(1, at) == 1


def test_names_on_a_map_never_overlap_and_stay_in_their_area() -> None:
    area = shapely.box(0, 0, 200, 100)
    board = Board(width=200, height=100)
    placed = board.place([Wanted(number, "东湖社区", 100, 50, area) for number in range(12)])
    half = labels.width("东湖社区") / 2
    boxes = [shapely.box(one.x - half, one.y - 8, one.x + half, one.y + 8) for one in placed]
    assert len(placed) > 3
    for number, box in enumerate(boxes):
        assert not any(box.intersection(other).area > 0 for other in boxes[number + 1 :])
        assert area.contains(box)


def test_heat_leaves_the_server_as_counts_of_cells_only() -> None:
    assert heat.csv([HeatBin(120.26, 30.18, 3)]) == "lon,lat,n\n120.26000,30.18000,3\n"


def test_markup_helpers_escape_values_and_leave_out_none() -> None:
    assert esc('<a href="x">') == "&lt;a href=&quot;x&quot;&gt;"
    assert attributes(class_="a", data_go='?x="1"', aria_current=None) == ' class="a" data-go="?x=&quot;1&quot;"'


# ---------------------------------------------------------------- the server


@pytest.fixture(scope="module")
def address(urls: StoreUrls, store_environment: dict[str, str], clock: Clock) -> Iterator[str]:
    build(urls, now=clock.at)
    with served(store_environment) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def test_health_is_told_with_the_data_version(address: str) -> None:
    with fetch(f"{address}/healthz") as answer:
        assert json.loads(answer.read()) == {"status": "ok", "data_version": 1}


def test_health_is_503_without_a_database(store_environment: dict[str, str]) -> None:
    with served(without_store(store_environment)) as gone, pytest.raises(HTTPError) as refused:
        fetch(f"{gone}/healthz")
    with refused.value as answer:
        assert answer.code == 503
        told = answer.read().decode()
    assert json.loads(told)["status"] == "down"
    assert "nonexistent" not in told


def test_a_broken_configuration_is_503_and_its_place_is_not_told(
    store_environment: dict[str, str], tmp_path: Path
) -> None:
    broken = tmp_path / "config" / "site.toml"
    broken.parent.mkdir()
    broken.write_text("name_zh = [", encoding="utf-8")
    environment = store_environment | {"COCKPIT_HOME": str(tmp_path)}
    with served(environment) as address:
        for path in ("healthz", "layers/heat.csv?from=2026-11-01&to=2026-11-21"):
            with pytest.raises(HTTPError) as refused:
                fetch(f"{address}/{path}")
            with refused.value as answer:
                assert answer.code == 503, path
                assert str(tmp_path) not in answer.read().decode()


def test_every_answer_forbids_requests_to_other_machines(address: str) -> None:
    with fetch(address) as answer:
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_the_heat_counts_each_valid_case_with_a_point_once(address: str) -> None:
    with fetch(f"{address}/layers/heat.csv?from=2026-11-01&to=2026-11-21") as answer:
        lines = answer.read().decode().splitlines()
        assert answer.headers["cache-control"].startswith("private")
    assert lines[0] == "lon,lat,n"
    assert sum(int(line.split(",")[2]) for line in lines[1:]) == 61


@pytest.mark.parametrize(
    "path",
    [
        "layers/heat.csv?from=x&to=2026-11-21",
        "layers/heat.csv?from=2026-11-01&to=2026-11-21&area=community:nowhere",
        "layers/areas.svg?level=planet&day=2026-11-20",
        "layers/areas.svg?level=grid",
        "layers/areas.svg?level=grid&day=2026-W45-1",
        "layers/heat.csv?from=0001-01-01&to=0001-01-02",
    ],
)
def test_an_address_that_names_nothing_is_404(address: str, path: str) -> None:
    with pytest.raises(HTTPError) as refused:
        fetch(f"{address}/{path}")
    with refused.value as answer:
        assert answer.code == 404


def test_shapes_are_kept_by_the_browser_and_by_no_one_else(address: str) -> None:
    with fetch(f"{address}/layers/areas.svg?level=grid&day=2026-11-20&v=1") as answer:
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
        assert answer.read().decode().count("<path") == 4


@pytest.mark.browser
def test_the_navigation_keeps_period_and_language_and_its_pages_open(browser: Browser, address: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{address}/?lang=en&from=2026-11-01&to=2026-11-21")
        for name, title in (("response", "Response"), ("funds", "Funds"), ("overview", "Overview")):
            page.locator(".nav a", has_text=title).click()
            expect(page.locator(".nav a[aria-current='page']")).to_have_text(title)
            assert "lang=en" in page.url, name
            assert "from=2026-11-01" in page.url


@pytest.mark.browser
@pytest.mark.parametrize(("path", "title"), [("response", "时效"), ("funds?q=%00&page=1", "资金")])
def test_a_page_opened_and_reloaded_by_its_address_says_no_error(
    browser: Browser, address: str, path: str, title: str
) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{address}/{path}")
        expect(page.locator(".nav a[aria-current='page']")).to_have_text(title)
        page.reload()
        expect(page.locator(".nav a[aria-current='page']")).to_have_text(title)
        assert page.url == f"{address}/{path}"


@pytest.mark.browser
def test_the_browser_is_told_the_language_of_the_page(browser: Browser, address: str) -> None:
    with watched(browser) as visit:
        page = visit.open(address)
        expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
        page.locator(".langs a[lang='en']").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page).to_have_url(f"{address}/?lang=en")


def test_the_clock_is_cut_to_the_minute_so_that_a_minute_is_asked_once() -> None:
    moment = datetime(2026, 11, 20, 6, 32, 41, 12, tzinfo=UTC)
    assert queries.minute(Clock(moment)).at == datetime(2026, 11, 20, 6, 32, tzinfo=UTC)
