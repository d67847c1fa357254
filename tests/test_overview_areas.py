"""The overview with areas only: no incident is loaded, many areas, areas that reach out of their parent."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import shapely
from browser import chromium, served, until, watched
from loads_geo import Desk, square
from playwright.sync_api import expect

from cockpit.maps import areamap, labels, outlines
from cockpit.maps.frame import Frame
from cockpit.maps.labels import Board, Wanted
from geo.map_queries import Outline
from geo.store import Store, StoreUrls
from geo.viewer import Clock

ACROSS, DOWN = 14, 6
LOOSE = 'dataset = "boundaries"\nnests = false\n[columns]\ncode = "代码"\nname = "名称"\nparent_code = "上级代码"\n'


@pytest.fixture(scope="module")
def wide(
    new_database: Callable[[], StoreUrls],
    store_environment: dict[str, str],
    clock: Clock,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The pages over two streets, 84 communities, of which one reaches out of its street, and no incident."""
    urls = new_database()
    store = Store(urls)
    desk = Desk(store, clock, Path(tmp_path_factory.mktemp("areas")))
    desk.boundaries("street", ("W", None, square(0, 0, DOWN, east=7)), ("E", None, square(7, 0, DOWN, east=ACROSS)))
    cells = [(x, y) for x in range(ACROSS) for y in range(DOWN)]
    features = [
        (
            {"代码": f"C{x:02}{y}", "名称": f"第{x}列{y}社区", "上级代码": "W" if x < 7 else "E"},
            square(x, y, 1, east=x + 1 if (x, y) != (6, 0) else 8),
        )
        for x, y in cells
    ]
    result = desk.load("boundaries", desk.geojson(features), level="community", source=desk.mapping(LOOSE))
    assert result.counts.inserted == ACROSS * DOWN
    store.close()
    assert urls.app is not None
    environment = store_environment | {"COCKPIT_DATABASE_URL": urls.owner, "COCKPIT_APP_URL": urls.app}
    with served(environment) as address:
        yield address


@pytest.mark.browser
def test_areas_without_incidents_are_drawn_named_and_lead_down(wide: str) -> None:
    with chromium() as browser, watched(browser) as visit:
        page = visit.open(wide)
        until(page, "document.querySelectorAll('.areas path').length === 84")
        expect(page.locator("h1")).to_have_text("还没有事件数据")
        expect(page.locator(".lead")).to_contain_text("街道 2 个、社区 84 个")
        assert sorted(page.locator("text.name.above").all_text_contents()) == ["区 E", "区 W"]
        expect(page.locator(".legend")).to_have_count(0)
        expect(page.locator("tbody tr")).to_have_count(84)
        expect(page.locator("tbody td.num")).to_have_count(0)
        page.goto(f"{wide}/?mode=heat")
        until(page, "document.querySelectorAll('.areas path').length === 84")
        page.goto(f"{wide}/?area=street:W")
        until(page, "document.querySelectorAll('.areas path').length === 42")
        box = page.locator(".areas").evaluate("all => { const b = all.getBBox(); return [b.x, b.x + b.width] }")
        assert box[0] >= 0
        assert box[1] <= 800
        page.locator("tbody tr", has_text=re.compile("第0列0社区")).click()
        expect(page.locator(".crumbs")).to_contain_text("第0列0社区")


def test_a_long_name_takes_two_lines_where_one_finds_no_room() -> None:
    assert labels.wrapped("District 8 - Northeast") == "District 8 -\nNortheast"
    assert labels.wrapped("河滨社区第一网格") == "河滨社区\n第一网格"
    assert labels.wrapped("三墩") == "三墩"
    assert labels.wrapped("Portola") == "Portola"
    narrow = shapely.box(0, 0, 62, 60)
    board = Board(width=62, height=60)
    assert board.place([Wanted(1, "河滨社区第一网格", 31, 30, narrow)]) == ()
    (placed,) = board.place([Wanted(1, labels.wrapped("河滨社区第一网格"), 31, 30, narrow)])
    assert placed.text.count("\n") == 1


def test_a_gap_too_narrow_to_be_seen_has_no_border_and_a_real_hole_has() -> None:
    frame = Frame(lon=0.0, lat=0.0, zoom=10.0, width=800, height=500)
    pixel = 360 / 512 / frame.scale
    body = shapely.box(-200 * pixel, -200 * pixel, 200 * pixel, 200 * pixel)
    gap = shapely.box(-100 * pixel, 0, 100 * pixel, 0.5 * pixel)
    lake = shapely.box(-50 * pixel, -90 * pixel, 50 * pixel, -30 * pixel)
    outline = Outline(1, "street", "S", "街", body.difference(gap).difference(lake), (0.0, 0.0))
    assert outlines.lines_fragment([outline], frame, style="line street").count("M") == 2


def test_a_legend_without_any_value_shows_no_zero() -> None:
    assert "step c0" not in areamap.legend([], title="件", lowest=None, missing="无数据")
    assert "step c0" in areamap.legend([], title="件", lowest="0", missing=None)
