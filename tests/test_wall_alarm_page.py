"""The wall's alarm in a real browser: what takes the screen, that its clock runs by itself, that nothing collides."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from browser import WAIT_MS, chromium, cookies_for, served, sign_in, until, watched
from playwright.sync_api import Browser, Page, expect
from small_town import HOSTILE, build
from sqlalchemy import create_engine, text

from geo.store import StoreUrls
from geo.viewer import Clock

pytestmark = pytest.mark.browser
WALL, WALL_4K, JOINED = (1920, 1080), (3840, 2160), (6656, 1792)
LONG = "东湖北岸新城花园邻里中心及周边地区综合治理示范社区居民委员会"
OFFICE = "街道综合应急救援与消防安全联合指挥中心第二分队"
CASE = """
insert into core.incident (source_id, incident_code, category_id, channel, agency_responsible, placed_by, street_id,
                           community_id, grid_id, reported_at, reported_on, accepted_at, dispatched_at, due_at,
                           content_hash, load_id)
select 2, :code, (select category_id from core.category where code = 'fire'), :channel, :team, 'declared',
       (select area_id from core.area where code = 'S'), (select area_id from core.area where code = left(:grid, 1)),
       (select area_id from core.area where code = :grid), :at, (cast(:at as timestamptz) at time zone 'Asia/Shanghai')::date,
       cast(:at as timestamptz) + interval '22 seconds', cast(:at as timestamptz) + interval '47 seconds',
       cast(:at as timestamptz) + interval '4 hours', 'h', 2
"""  # noqa: E501
STAFF = """
insert into core.staff_post (source_id, post_code, role, headcount, level, declared_area_code, grid_id, content_hash,
                             load_id)
select 1, a.code || r.role, r.role, r.n, 'grid', a.code, a.area_id, 'h', 1
from core.area a, (values ('grid_leader', 1), ('full_time', 1), ('part_time', 1), ('instructor', 1), ('other', 4)) r (role, n)
where a.level = 'grid'
"""  # noqa: E501
MEASURE = """
(() => {
  const wall = document.querySelector('.joined, .wall'), scale = innerHeight / 1080, faults = [], boxes = [];
  const seen = (box, holder) => {  // the part of a text that its holders do not cut away
    let { left, top, right, bottom } = box;
    for (let up = holder; up !== wall && !up.closest('svg'); up = up.parentElement) {
      if (getComputedStyle(up).overflow !== 'hidden') continue;
      const edge = up.getBoundingClientRect();
      [left, right] = [Math.max(left, edge.left), Math.min(right, edge.right)];
    }
    return { left, top, right, bottom };
  };
  const walker = document.createTreeWalker(wall, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, holder = node.parentElement;
    if (!node.data.trim() || !holder.checkVisibility()) continue;
    const size = parseFloat(getComputedStyle(holder).fontSize) * (holder.closest('svg') ? holder.getScreenCTM().a : 1);
    if (size < 24 * scale - 0.1) faults.push(['small', node.data, size]);
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const whole of range.getClientRects()) {
      const box = seen(whole, holder);
      if (box.right - box.left < 1) continue;
      const inset = Math.max(0, (whole.height - size) / 2) + 0.08 * size;  // letters without the space between
      boxes.push([node, box.left, box.top + inset, box.right, box.bottom - inset]);
      if (box.left < -1 || box.top + inset < -1 || box.right > innerWidth + 1 || box.bottom - inset > innerHeight + 1)
        faults.push(['outside', node.data, box.left, box.top, box.right, box.bottom]);
    }
    for (let up = holder; up !== wall && !up.closest('svg'); up = up.parentElement) {
      const style = getComputedStyle(up);
      const isWhole = style.overflow !== 'hidden' || style.textOverflow === 'ellipsis';
      if (!isWhole && up.scrollHeight > up.clientHeight + 2 * scale)
        faults.push(['cut', up.className, node.data, up.scrollHeight, up.clientHeight]);
    }
  }
  for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
    const [a, l, t, r, b] = boxes[i], [c, x, y, z, w] = boxes[j];
    if (a !== c && l + 1 < z && x + 1 < r && t + 1 < w && y + 1 < b) faults.push(['over', a.data, c.data]);
  }
  for (const part of wall.querySelectorAll('.al-side *')) {
    const [own, side] = [part, part.closest('.al-side')].map((el) => el.getBoundingClientRect());
    if (own.right > side.right + 1) faults.push(['beside', part.className, own.right, side.right]);
  }
  for (const side of wall.querySelectorAll('.al-side'))
    if (side.scrollHeight > side.clientHeight + 1) faults.push(['full', side.scrollHeight, side.clientHeight]);
  const root = document.documentElement;
  if (root.scrollHeight > innerHeight || root.scrollWidth > innerWidth) faults.push(['scrolls']);
  return faults;
})()
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def town(store_environment: dict[str, str], urls: StoreUrls, clock: Clock) -> Iterator[str]:
    """The pages over the small town: fires are emergencies, each grid has its people, E1 has a hostile name."""
    build(urls, now=clock.at)
    run(urls, "update core.category set is_emergency = true where code = 'fire'")
    run(urls, STAFF)
    with served(store_environment) as address:
        yield address


@pytest.fixture(scope="module")
def wall(town: str, store_environment: dict[str, str]) -> str:
    """The cookie of a wall of the whole site."""
    return sign_in(store_environment, login="wall", role="wall")


@dataclass(frozen=True)
class Room:
    """Where a wall hangs: address of the pages, its cookie, the store and its clock."""

    address: str
    token: str
    urls: StoreUrls
    clock: Clock


@pytest.fixture
def room(town: str, wall: str, urls: StoreUrls, clock: Clock) -> Room:
    return Room(town, wall, urls, clock)


@pytest.fixture(autouse=True)
def no_alarm(urls: StoreUrls, town: str) -> None:
    run(urls, "delete from core.incident where incident_code like 'alarm%'")
    run(urls, "update core.area set name = '西社区' where code = 'W'")
    ring(urls)


def run(urls: StoreUrls, statement: str, **params: object) -> None:
    assert urls.admin is not None
    engine = create_engine(urls.admin)
    with engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        connection.execute(text(statement), params)
    engine.dispose()


def ring(urls: StoreUrls) -> None:
    run(urls, "update ops.data_version set version = version + 1")


def alarm(urls: StoreUrls, number: int, reported: datetime, grid: str = "W1", **more: Any) -> None:
    """An emergency, made known to the pages."""
    values = {"channel": "hotline_12345", "team": "街道专职消防队"} | more
    run(urls, CASE, code=f"alarm{number}", at=reported, grid=grid, **values)
    ring(urls)


def look(page: Page, address: str, token: str) -> None:
    page.context.add_cookies([cookies_for(address)[0] | {"value": token}])
    page.goto(address)
    page.locator(".wall h1").first.wait_for(timeout=WAIT_MS)


def test_a_red_incident_takes_the_screen_and_gives_it_back_when_somebody_has_come(
    browser: Browser, town: str, wall: str, urls: StoreUrls, clock: Clock
) -> None:
    with watched(browser, size=WALL) as visit:
        page = visit.page
        look(page, town, wall)
        expect(page.locator("main.wall")).to_have_attribute("data-scene", "now")
        alarm(urls, 1, clock.at - timedelta(minutes=6, seconds=42))
        expect(page.locator(".al.open h1")).to_have_text("西社区：火情烟雾", timeout=WAIT_MS)
        expect(page.locator(".al .lead")).to_have_text("红色 西社区第一网格 14:25 由 12345 热线上报")
        expect(page.locator(".al-time .figure")).to_have_text("6:42")
        expect(page.locator(".al-said .left")).to_have_text("还有 3:18")
        expect(page.locator(".al-said .beyond")).to_be_hidden()
        expect(page.locator(".who b")).to_have_text("街道专职消防队")
        assert page.locator(".al-stages li").all_inner_texts() == [
            "上报\n14:25:18\n12345 热线", "受理\n14:25:40\n22 秒后", "派遣\n14:26:05\n25 秒后",
            "到场\n尚未到场\n已等 5:55",
        ]  # fmt: skip
        expect(page.locator(".al-near")).to_have_text("最近网格西社区第一网格1+3+4 人本网格")
        expect(page.locator("footer .late")).to_contain_text("超期 1 件")
        expect(page.locator("svg.al-map .place")).to_have_count(1)
        run(urls, "update core.incident set arrived_at = :at where incident_code = 'alarm1'",
            at=clock.at - timedelta(seconds=10))  # fmt: skip
        ring(urls)
        expect(page.locator(".al.came h1")).to_contain_text("已到场", timeout=WAIT_MS)
        expect(page.locator(".al-time .figure")).to_have_text("6:32")
        expect(page.locator(".al-said")).to_have_text("在承诺之内")
        expect(page.locator("main.wall")).to_have_attribute("data-scene", "now", timeout=WAIT_MS)
        expect(page.locator(".wall h1")).to_have_text("1 件超期，在西社区，已超 2 小时 10 分")


def test_after_ten_minutes_it_says_by_how_much_in_words_and_on_the_bar(
    browser: Browser, town: str, wall: str, urls: StoreUrls, clock: Clock
) -> None:
    alarm(urls, 1, clock.at - timedelta(minutes=12, seconds=10))
    with watched(browser, size=WALL) as visit:
        look(visit.page, town, wall)
        expect(visit.page.locator(".al-said .beyond")).to_have_text("已超 2:10")
        expect(visit.page.locator(".al-said .left")).to_be_hidden()
        expect(visit.page.locator(".al-axis:visible .last")).to_have_text("20 分")
        beyond = visit.page.locator(".al-bar .out").bounding_box()
        whole = visit.page.locator(".al-bar").bounding_box()
        assert beyond
        assert whole
        assert beyond["width"] / whole["width"] == pytest.approx(130 / 1200, abs=0.01)


@pytest.mark.parametrize("size", [WALL, WALL_4K], ids=["1080p", "4K"])
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_one_two_and_five_alarms_with_short_long_and_hostile_names_fit_the_screen(
    browser: Browser, room: Room, count: int, lang: str, size: tuple[int, int]
) -> None:
    urls, clock = room.urls, room.clock
    for number in range(count):
        team = OFFICE if number == 1 else HOSTILE if number == 2 else None if number == 3 else "街道专职消防队"
        alarm(urls, number, clock.at - timedelta(minutes=12 - number * 2), ("W1", "E1", "W2", "E2", "E1")[number],
              team=team)  # fmt: skip
    with watched(browser, size=size) as visit:
        page = visit.page
        look(page, f"{room.address}/?lang={lang}", room.token)
        expect(page.locator(".al")).to_have_count(min(count, 2))
        until(page, "document.querySelector('.al-time .figure').textContent !== ''")
        page.evaluate("document.fonts.ready")
        assert page.evaluate(MEASURE) == []
        if count == 5:
            expect(page.locator(".al-more")).to_contain_text("另有 3 起警情" if lang == "zh" else "3 more alarms")
            times = page.locator(".al-more .figure").all_inner_texts()
            assert times == ["8:00", "6:00", "4:00"]
        if count == 1:
            run(urls, "update core.area set name = :name where code = 'W'", name=LONG)
            ring(urls)
            expect(page.locator(".al h1")).to_contain_text(LONG, timeout=WAIT_MS)
            assert page.evaluate(MEASURE) == []
        assert page.title() != "owned"


def test_joined_screens_show_the_moment_beside_the_other_scenes_and_alarms_from_the_right(
    browser: Browser, town: str, wall: str, urls: StoreUrls, clock: Clock
) -> None:
    def scenes() -> list[str | None]:
        return [one.get_attribute("data-scene") for one in page.locator(".joined > main.wall").all()]

    with watched(browser, size=JOINED) as visit:
        page = visit.page
        look(page, f"{town}/wall?plan=joined", wall)
        expect(page.locator(".joined > main.wall")).to_have_count(2)
        left, right = scenes()
        assert left == "now"
        assert right in {"response", "funds", "life"}
        assert page.evaluate(MEASURE) == []
        boxes = [one.bounding_box() for one in page.locator("main.wall").all()]
        assert [(box["x"], box["width"], box["height"]) for box in boxes if box] == [
            (0, 3328, 1792),
            (3328, 3328, 1792),
        ]
        for number, grid in enumerate(("W1", "E1", "W2")):
            alarm(urls, number, clock.at - timedelta(minutes=8 - number), grid)
            expect(page.locator(".al")).to_have_count(number + 1, timeout=WAIT_MS)
            until(page, "document.querySelector('.al-time .figure').textContent !== ''")
            assert scenes() == (["now", "alarm"] if number == 0 else ["alarm", "alarm"])
            expect(page.locator(".al-said .first")).to_have_count(min(number, 1))
            expect(page.locator(".al").first.locator(".first")).to_have_count(min(number, 1))
            assert page.evaluate(MEASURE) == []


def test_of_two_the_first_due_is_named_and_the_last_two_minutes_are_marked(
    browser: Browser, town: str, wall: str, urls: StoreUrls, clock: Clock
) -> None:
    alarm(urls, 1, clock.at - timedelta(minutes=8, seconds=40))
    alarm(urls, 2, clock.at - timedelta(minutes=6), "E1")
    with watched(browser, size=WALL) as visit:
        page = visit.page
        look(page, town, wall)
        expect(page.locator(".al")).to_have_count(2)
        expect(page.locator(".al-said .first")).to_have_text(["先到期"])
        expect(page.locator(".al").first.locator(".first")).to_be_visible()
        expect(page.locator(".al-clock.short")).to_have_count(1)
        expect(page.locator(".al").first.locator(".al-clock")).to_have_class("al-clock short")
        assert page.evaluate(MEASURE) == []


def test_a_place_known_to_the_community_only_is_that_community_and_no_point(
    browser: Browser, town: str, wall: str, urls: StoreUrls, clock: Clock
) -> None:
    alarm(urls, 1, clock.at - timedelta(minutes=3))
    run(urls, "update core.incident set grid_id = null where incident_code = 'alarm1'")
    ring(urls)
    with watched(browser, size=WALL) as visit:
        page = visit.page
        look(page, town, wall)
        expect(page.locator(".al-map .within")).to_have_count(1)
        expect(page.locator(".al-map .ring")).to_have_count(0)
        expect(page.locator(".al-map .team")).to_have_count(0)
        expect(page.locator("svg.al-map")).to_contain_text("只知道在这个社区里，三角不是事发点")
        expect(page.locator(".al-near")).to_have_text("位置只到社区，不算距离")
        expect(page.locator(".al-said .first")).to_have_count(0)
        page.evaluate("document.fonts.ready")
        assert page.evaluate(MEASURE) == []


def test_long_names_and_a_place_that_nobody_knows_share_the_screen(
    browser: Browser, town: str, wall: str, urls: StoreUrls, clock: Clock
) -> None:
    run(urls, "update core.area set name = :name where code = 'W'", name=LONG)
    alarm(urls, 1, clock.at - timedelta(minutes=50), team=OFFICE, channel=HOSTILE)
    alarm(urls, 2, clock.at - timedelta(minutes=3))
    run(urls, "update core.incident set street_id = null, community_id = null, grid_id = null"
        " where incident_code = 'alarm2'")  # fmt: skip
    ring(urls)
    with watched(browser, size=WALL) as visit:
        page = visit.page
        look(page, town, wall)
        expect(page.locator(".al h1").nth(1)).to_have_text("辖区外：火情烟雾")
        expect(page.locator("div.al-map.none")).to_have_text("没有位置，地图从略")
        expect(page.locator(".al-axis:visible .last").first).to_have_text("60 分")
        page.evaluate("document.fonts.ready")
        assert page.evaluate(MEASURE) == []
        assert page.title() != "owned"


def test_its_clock_runs_in_the_browser_also_when_the_server_is_gone(
    browser: Browser, town: str, store_environment: dict[str, str], urls: StoreUrls, wall: str
) -> None:
    now = datetime.now(UTC)
    alarm(urls, 1, now - timedelta(minutes=3))
    context = browser.new_context(viewport={"width": WALL[0], "height": WALL[1]})
    page = context.new_page()
    with served(store_environment, now="") as address:
        look(page, address, wall)
        page.locator(".al-time .figure").wait_for(timeout=WAIT_MS)
        until(page, "document.querySelector('.al-time .figure').textContent !== ''")
        first = elapsed(page)
        passed = (datetime.now(UTC) - now).total_seconds() + 180
        assert passed - 5 <= first <= passed + 5, "right by the server's clock"
    gone = elapsed(page)
    assert gone >= first
    until(page, f"{ELAPSED} >= {gone + 3}")
    until(page, "document.querySelector('.al-stages .next .took').textContent !== ''")
    context.close()


ELAPSED = "document.querySelector('.al-time .figure').textContent.split(':').reduce((m, s) => 60 * m + Number(s), 0)"


def elapsed(page: Page) -> int:
    found: int = page.evaluate(ELAPSED)
    return found
