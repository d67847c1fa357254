"""Frozen months on the pages and in files: the frozen figure stays the figure, what came later stands beside it."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from urllib.error import HTTPError

import pytest
from browser import TOKENS, WAIT_MS, chromium, fetch, served, sign_in, watched
from playwright.sync_api import Browser, Page, expect
from small_town import CASE, PLACES, build
from sqlalchemy import create_engine, text

from cockpit import freezing, frozen_figures
from config.indicators import indicators
from config.site import site
from geo.figures import Question
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, Clock, Viewer
from geo.windows import Window

pytestmark = pytest.mark.browser
OCTOBER = "from=2026-10-01&to=2026-11-01"
SEPTEMBER = "from=2026-09-01&to=2026-10-01"
LATE = 6
"""Cases of October that come after it was frozen, all in 西社区, of which none was on time."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def frozen(urls: StoreUrls, store: Store, clock: Clock) -> Store:
    """The small town; October frozen, then six late cases of it; September is not frozen."""
    build(urls, now=clock.at)
    freezing.freeze(store, clock, date(2026, 10, 1), by=Viewer("kao", "evaluator", level="site"))
    assert urls.admin is not None
    engine = create_engine(urls.admin)
    with engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        connection.execute(text(CASE), [_late(number) for number in range(LATE)])
        connection.execute(text("delete from mart.kept_month"))
        connection.execute(text("update ops.data_version set version = version + 1"))
    engine.dispose()
    return store


def _late(number: int) -> dict[str, object]:
    reported = datetime.fromisoformat(f"2026-10-{number + 5:02d}T09:30:00+08:00")
    community, grid, lon, lat = PLACES[0]
    return {
        "code": f"late{number}", "category": "noise", "community": community, "grid": grid, "lon": lon, "lat": lat,
        "reported": reported, "closed": reported + timedelta(hours=30), "due": reported + timedelta(hours=24),
    }  # fmt: skip


@pytest.fixture(scope="module")
def people(frozen: Store, store_environment: dict[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of the pages, and the cookies of an evaluator and of the secretary of 东社区."""
    tokens = {
        "kao": sign_in(store_environment, login="kao", role="evaluator"),
        "east": sign_in(store_environment, login="east", role="secretary", areas=("community:E",)),
    }
    with served(store_environment) as address:
        yield address, tokens


@pytest.fixture(scope="module")
def address(people: tuple[str, dict[str, str]]) -> str:
    return people[0]


def row(name: str) -> str:
    return f".mx tbody tr:has(th:text-is('{name}'))"


def told(url: str, *, token: str | None = None) -> list[dict[str, str]]:
    """The lines of a table that leaves, by heading, without what stands below it."""
    with fetch(url, token=token) as answer:
        lines = list(csv.reader(io.StringIO(answer.read().decode("utf-8-sig"))))
    return [dict(zip(lines[0], line, strict=False)) for line in lines[1 : lines.index([])]]


# ---------------------------------------------------------------- figures


def test_the_frozen_figure_is_the_figure_and_that_of_now_stands_beside_it(frozen: Store, clock: Clock) -> None:
    window = Window(date(2026, 10, 1), date(2026, 11, 1), site().zone)
    asked = {"question": Question("community"), "windows": (window,), "indicators": indicators()}
    found = frozen_figures.figures(frozen, LEADER, clock, **asked)  # type: ignore[arg-type]
    with frozen.reading(LEADER, clock) as connection:
        held = {one.frozen.key: one for one in freezing.differences(connection, clock, window.start)}
    for figure in found:
        assert figure.frozen is not None
        kept = frozen_figures.as_frozen(figure)
        assert (figure.now is not None) == (kept.key in held), kept.key
        if figure.now is not None:
            assert kept.told == held[kept.key].frozen.told
            assert frozen_figures.as_frozen(figure.now) == held[kept.key].now
    west = next(each for each in found if (each.area, each.indicator.slug) == ("W", "incidents"))
    assert west.now is not None
    assert (west.now.value or 0) - (west.value or 0) == LATE
    assert {each.area for each in found if each.now is not None} == {"W"}


def test_what_a_filter_limits_was_never_frozen(frozen: Store, clock: Clock) -> None:
    window = Window(date(2026, 10, 1), date(2026, 11, 1), site().zone)
    for question in (Question("community", category="noise"), Question("community", response_class="urgent")):
        found = frozen_figures.figures(
            frozen, LEADER, clock, question=question, windows=(window,), indicators=indicators()[:1]
        )
        assert all(figure.frozen is None for figure in found)


def test_nobody_without_the_right_freezes_whatever_the_program_asks(frozen: Store, clock: Clock) -> None:
    for viewer in (LEADER, Viewer("e", "evaluator", area_ids=frozenset({1})), Viewer("s", "steward", level="site")):
        with pytest.raises(freezing.NotAllowedError):
            freezing.freeze(frozen, clock, date(2026, 9, 1), by=viewer)


# ---------------------------------------------------------------- 考核


def test_the_matrix_says_frozen_by_whom_and_shows_what_came_later_beside(browser: Browser, address: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{address}/assessment?{OCTOBER}")
        line = page.locator(".mx-frozen")
        expect(line).to_contain_text("已冻结")
        expect(line).to_contain_text("kao（考核人员）")
        expect(line).to_contain_text(f"该月补报 {LATE} 件")
        page.locator(".frozen-mark").hover()
        expect(page.locator("#cockpit-tip")).to_contain_text(re.compile(r"哈希 [0-9a-f]{64}"))
        cell = page.locator(f"{row('西社区')} .mx-cell[href*='kpi=on_time_rate']")
        expect(cell.locator(".mx-late")).to_have_text(re.compile(r"^−\d"))
        cell.hover()
        expect(page.locator("#cockpit-tip")).to_contain_text(
            re.compile(rf"冻结 .*%，补报后 .*%，差 −.* 个百分点，多 {LATE} 件，定义 K16@1")
        )
        expect(page.locator(f"{row('东社区')} .mx-late", has_text=re.compile(r"\d"))).to_have_count(0)


def test_a_filtered_matrix_of_a_frozen_month_says_that_it_is_counted(browser: Browser, address: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{address}/assessment?{OCTOBER}&class=urgent")
        expect(page.locator(".mx-frozen")).to_contain_text("筛选后的数字按现在的数据计算")
        expect(page.locator(".mx-late")).to_have_count(0)


def test_all_differences_are_one_click_away_and_in_a_file(browser: Browser, address: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{address}/assessment?{OCTOBER}")
        page.locator(".mx-frozen a", has_text="全部差异").click()
        rows = page.locator(".mx-late-list tbody tr")
        expect(rows.first).to_contain_text("示范街道", timeout=WAIT_MS)
        shown = rows.count()
        page.locator("input[data-filter='differences']").fill("k16")
        expect(page.locator(".mx-late-list tbody tr:visible").first).to_contain_text("按时办结率")
        assert page.locator(".mx-late-list tbody tr:visible").count() < shown
        target = page.locator("a.export", has_text="导出差异").get_attribute("href")
    table = told(f"{address}{target}&lang=en")
    assert len(table) == shown
    of_west = next(line for line in table if (line["code"], line["kpi"]) == ("W", "incidents"))
    assert float(of_west["difference"]) == LATE
    assert {line["code"] for line in table} == {"", "S", "W", "W1"}


def test_a_secretary_sees_the_own_frozen_figures_and_differences_only(
    browser: Browser, people: tuple[str, dict[str, str]]
) -> None:
    address, tokens = people
    assert told(f"{address}/export/differences.csv?{OCTOBER}", token=tokens["east"]) == []
    lines = told(f"{address}/export/assessment.csv?{OCTOBER}&lang=en", token=tokens["east"])
    assert {line["code"] for line in lines} == {"E1", "E2"}
    assert {line["frozen"] for line in lines} == {"frozen"}
    with signed_in(address, tokens["east"]), watched(browser) as visit:
        page = visit.open(f"{address}/assessment?{SEPTEMBER}")
        expect(page.locator(".mx-frozen")).to_contain_text("未冻结")
        expect(page.locator(".mx-frozen button", has_text="冻结")).to_have_count(0)


class signed_in:  # noqa: N801 - read as a sentence
    """Another person's cookie for pages opened inside it."""

    def __init__(self, address: str, token: str) -> None:
        self.address, self.token, self.before = address, token, TOKENS[address]

    def __enter__(self) -> None:
        TOKENS[self.address] = self.token

    def __exit__(self, *_: object) -> None:
        TOKENS[self.address] = self.before


def test_differences_of_a_month_that_is_not_frozen_are_no_file(address: str) -> None:
    with pytest.raises(HTTPError) as refused:
        fetch(f"{address}/export/differences.csv?{SEPTEMBER}")
    assert refused.value.code == 404
    refused.value.close()


def test_who_may_freeze_does_it_on_the_page_after_a_second_click(
    browser: Browser, people: tuple[str, dict[str, str]], store: Store, clock: Clock
) -> None:
    address, tokens = people
    with watched(browser) as visit:
        page = visit.open(f"{address}/assessment?{SEPTEMBER}")
        expect(page.locator(".mx-frozen button", has_text="冻结")).to_have_count(0)  # a leader may not
    with signed_in(address, tokens["kao"]), watched(browser) as visit:
        page = visit.open(f"{address}/assessment?from=2026-11-01&to=2026-12-01")
        expect(page.locator(".mx-frozen")).to_contain_text("本月还没有结束")
        expect(page.locator(".mx-frozen button", has_text="冻结")).to_have_count(0)
        page = visit.open(f"{address}/assessment?{SEPTEMBER}")
        page.locator(".mx-frozen button", has_text="冻结").click()
        expect(page.locator("[role=alertdialog]")).to_contain_text("不能修改，也不能撤销")
        page.locator("[role=alertdialog] button", has_text="取消").click()
        expect(page.locator(".mx-frozen")).to_contain_text("未冻结")
        page.locator(".mx-frozen button", has_text="冻结").click()
        page.locator("[role=alertdialog] button", has_text="冻结").click()
        expect(page.locator(".note[role=status]", has_text="2026-09 已冻结")).to_be_visible(timeout=WAIT_MS)
        expect(page.locator(".frozen-mark")).to_be_visible()
        expect(page.locator(".mx-frozen")).to_contain_text("补报后没有变化")
    assert freezing.find(store, LEADER, clock, date(2026, 9, 1)).circumstances.frozen_by == "kao"


# ---------------------------------------------------------------- 指标, files


def drawn(page: Page) -> None:
    expect(page.locator(".i-rows tbody tr").first).to_be_visible(timeout=WAIT_MS)


def test_a_figure_s_page_shows_the_frozen_value_and_that_of_now(browser: Browser, address: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{address}/indicator?kpi=on_time_rate&area=community:W&{OCTOBER}")
        drawn(page)
        expect(page.locator(".i-frozen")).to_contain_text("kao（考核人员）")
        said = page.locator(".i-frozen").inner_text()
        kept, now = re.search(r"冻结 ([\d.]+%)，补报后 ([\d.]+%)", said).groups()  # type: ignore[union-attr]
        expect(page.locator("h1")).to_contain_text(kept)
        expect(page.locator(".c-figure-number")).to_have_text(kept)
        expect(page.locator("h1")).not_to_contain_text(now)
        expect(page.locator(".i-sub")).to_contain_text("现在的数据")
        page.locator(".frozen-mark").hover()
        expect(page.locator("#cockpit-tip")).to_contain_text("在时限（含延期）之内办结的事件")
        page = visit.open(f"{address}/indicator?kpi=incidents&area=community:E&{OCTOBER}&lang=en")
        drawn(page)
        expect(page.locator(".i-frozen")).to_contain_text("kao (evaluator)")
        assert "with later data" not in page.locator(".i-frozen").inner_text()
        expect(page.locator(".i-frozen")).to_contain_text("this figure is the same as frozen")


def test_the_way_from_a_filtered_cell_leads_to_the_same_cases(browser: Browser, address: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{address}/assessment?{OCTOBER}&class=urgent&columns=volume")
        expect(page.locator("h1")).to_contain_text("紧急类")
        cell = page.locator(f"{row('西社区')} .mx-cell[href*='kpi=incidents&']")
        n = cell.locator(".mx-n").inner_text()
        assert "class=urgent" in (cell.get_attribute("href") or "")
        cell.click()
        drawn(page)
        expect(page.locator("h1")).to_contain_text(f"事件数 {n}")
        expect(page.locator("h1")).to_contain_text("紧急类")
        assert set(page.locator(".i-rows tbody td:nth-child(2)").all_inner_texts()) <= {"火情烟雾", "独居老人求助"}
        page.locator("select[aria-label='类别']").select_option(label="一般类全部")
        page.wait_for_url("**class=general*")
        expect(page.locator("h1")).to_contain_text("一般类", timeout=WAIT_MS)
        drawn(page)
        expect(page.locator(".i-rows tbody td:nth-child(2)").first).to_have_text("噪声扰民", timeout=WAIT_MS)


def test_files_say_frozen_or_not_and_a_class_that_does_not_exist_is_no_file(address: str) -> None:
    def file(query: str) -> list[dict[str, str]]:
        return told(f"{address}/export/{query}")

    for line in file(f"figures.csv?{OCTOBER}&level=community&lang=en"):
        assert line["Frozen"] == "frozen"
        if (line["Area code"], line["Slug"]) == ("W", "incidents"):
            assert float(line["Difference"]) == LATE
    for query in ("from=2026-08-01&to=2026-09-01", f"{OCTOBER}&class=general"):
        assert {line["Frozen"] for line in file(f"figures.csv?{query}&level=community&lang=en")} == {"not frozen"}
    both = [
        sum(float(line["value"] or 0) for line in file(f"assessment.csv?{OCTOBER}&columns=volume&lang=en&class={name}")
            if line["kpi"] == "incidents")
        for name in ("urgent", "general")
    ]  # fmt: skip
    frozen = file(f"assessment.csv?{OCTOBER}&columns=volume&lang=en")
    assert sum(both) == sum(float(line["value now"]) for line in frozen if line["kpi"] == "incidents")
    with pytest.raises(HTTPError) as refused:
        fetch(f"{address}/export/assessment.csv?{OCTOBER}&class=none")
    assert refused.value.code == 404
    refused.value.close()


def test_a_running_month_says_that_only_the_same_days_are_compared(browser: Browser, address: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{address}/assessment?from=2026-11-01&to=2026-12-01&columns=volume&against=before")
        expect(page.locator(".sec .unit").first).to_contain_text(
            "对比 2026年10月1日至10月20日（进行中，只比相同的天数）"
        )
        page.locator(f"{row('西社区')} .mx-cell[href*='kpi=incidents&']").hover()
        expect(page.locator("#cockpit-tip")).to_contain_text("按每天比较")
        page = visit.open(f"{address}/assessment?{OCTOBER}&columns=volume&against=before")
        expect(page.locator(".mx-foot")).to_contain_text("本期 31 天、对比期 30 天")


def test_whoever_searches_k50_gets_to_the_scores_if_the_role_may_see_loads(
    browser: Browser, people: tuple[str, dict[str, str]]
) -> None:
    address, tokens = people
    with watched(browser) as visit:
        page = visit.open(f"{address}/method?q=K50")
        expect(page.locator(".me-card:visible")).to_have_count(1, timeout=WAIT_MS)
        expect(page.locator("#K50 .me-scores tbody tr")).to_have_count(4)
        expect(page.locator("#K50")).to_contain_text("抽查")
        page = visit.open(f"{address}/indicator?{OCTOBER}")
        expect(page.locator(".i-bar a", has_text="K50")).to_have_attribute("href", "./method#K50", timeout=WAIT_MS)
    with signed_in(address, tokens["east"]), watched(browser) as visit:
        page = visit.open(f"{address}/method?q=K50&lang=en")
        expect(page.locator("#K50")).to_contain_text("your account may not", timeout=WAIT_MS)
        expect(page.locator("#K50 .me-scores")).to_have_count(0)
