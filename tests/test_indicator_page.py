"""The page of one indicator in a real browser: every kind of figure opens down to its rows, which add up to it."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date

import pytest
from browser import WAIT_MS, chromium, fetch, served, watched, without_store
from playwright.sync_api import Browser, Page, expect
from small_town import HOSTILE, build
from sqlalchemy import create_engine, text

from cockpit.figures import Figure, figures
from config.indicators import indicator
from config.site import site
from geo.figures import Question
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, Clock
from geo.windows import Window

pytestmark = pytest.mark.browser
OCTOBER = "from=2026-10-01&to=2026-11-01"
KINDS = {
    "count": "incidents",
    "rate": "on_time_rate",
    "rate of a limit": "onscene_within_10min",
    "quantile": "onscene_p90",
    "Kaplan-Meier": "close_km_p50",
    "quotient": "clearance_ratio",
    "change": "surge_z",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def address(urls: StoreUrls, store_environment: dict[str, str], clock: Clock) -> Iterator[str]:
    build(urls, now=clock.at)
    with served(store_environment) as found:
        yield found


def figure_of(store: Store, clock: Clock, slug: str) -> Figure:
    with store.reading(LEADER, clock) as connection:
        west = connection.exec_driver_sql("select area_id from core.area where code = 'W'").scalar_one()
    (found,) = figures(
        store, LEADER, clock, question=Question("community", within_id=west),
        windows=(Window(date(2026, 10, 1), date(2026, 11, 1), site().zone),), indicators=(indicator(slug),),
    )  # fmt: skip
    return found


def drawn(page: Page) -> None:
    page.locator(".i-rows tbody tr").first.wait_for(timeout=WAIT_MS)


def count(page: Page, mark: str) -> int:
    """The number on the chip of a mark."""
    told = page.locator(f".i-rows-bar [data-mark='{mark}'] .i-count").inner_text()
    return int(told.replace(",", ""))


@pytest.mark.parametrize("slug", KINDS.values(), ids=KINDS)
def test_every_kind_of_figure_opens_down_to_rows_that_add_up_to_it(
    browser: Browser, address: str, store: Store, clock: Clock, slug: str
) -> None:
    figure = figure_of(store, clock, slug)
    assert figure.value is not None
    with watched(browser) as visit:
        page = visit.open(f"{address}/indicator?kpi={slug}&area=community:W&{OCTOBER}")
        drawn(page)
        expect(page.locator("h1")).to_contain_text("西社区 2026年10月" + figure.indicator.name("zh"))
        excluded = count(page, "excluded")
        assert excluded == sum(figure.excluded.values())
        if figure.indicator.kind == "count":
            kept = count(page, "numerator")
            assert kept == figure.value
        elif figure.indicator.kind == "quantile":
            kept = count(page, "denominator")
            assert kept == figure.n
        else:
            kept = count(page, "numerator") + count(page, "denominator")
            assert count(page, "numerator") == figure.numerator
            both = 0 if figure.indicator.kind in ("quotient", "change") else count(page, "numerator")
            assert count(page, "denominator") + both == figure.denominator
        assert count(page, "all") == kept + excluded
        assert page.locator(".i-rows tbody tr").count() == min(100, kept + excluded)
        assert page.locator("[data-testid=stException]").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") == 1366


def test_a_mark_leaves_its_rows_and_a_reason_those_of_the_reason(browser: Browser, address: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{address}/indicator?kpi=on_time_rate&area=community:W&from=2026-11-01&to=2026-11-21")
        drawn(page)
        wanted = count(page, "denominator")
        assert wanted == 1
        page.locator(".i-rows-bar [data-mark='denominator']").click()
        expect(page.locator(".i-rows tbody tr")).to_have_count(wanted, timeout=WAIT_MS)
        row = page.locator(".i-rows tbody tr").first
        expect(row).to_contain_text("late")
        expect(row).to_contain_text("2:10")
        assert "mark=denominator" in page.url
        page.goto(page.url.replace("on_time_rate", "close_p50").replace("&mark=denominator", ""))
        page.locator(".i-steps a", has_text="未办结").click()
        expect(page.locator(".i-rows tbody tr")).to_have_count(1, timeout=WAIT_MS)
        expect(page.locator(".i-rows tbody tr").first).to_contain_text("未计入：未办结")
        assert "why=open" in page.url


def test_a_step_of_the_definition_brings_its_rows_into_view(browser: Browser, address: str) -> None:
    with watched(browser, size=(1366, 768)) as visit:
        page = visit.open(f"{address}/indicator?kpi=on_time_rate&area=community:W&{OCTOBER}")
        drawn(page)
        first = page.locator(".i-rows tbody tr").first
        expect(first).not_to_be_in_viewport()
        page.locator(".i-steps a", has_text="按时").dispatch_event("click")  # a pointer would scroll on its way
        expect(page.locator(".i-rows-bar [data-mark='numerator']")).to_have_attribute("aria-current", "true")
        expect(first).to_be_in_viewport()


def test_the_month_of_the_area_is_taken_home_from_its_figure(browser: Browser, address: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{address}/indicator?kpi=on_time_rate&area=community:W&{OCTOBER}&with=E")
        drawn(page)
        way = page.locator(".i-bar .export").get_attribute("href") or ""
        assert way.startswith("/export/report.pdf?")
        assert "month=2026-10" in way
        assert "area=community" in way
        with fetch(address + way) as answer:
            assert answer.read(5) == b"%PDF-"
        page = visit.open(f"{address}/indicator?kpi=on_time_rate&area=community:W&from=2026-10-02&to=2026-11-01")
        drawn(page)
        expect(page.locator(".i-bar .export")).to_have_count(0)


def test_pages_follow_each_other_and_a_position_of_another_figure_is_none(browser: Browser, address: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{address}/indicator?kpi=surge_z&{OCTOBER}")
        drawn(page)
        seen = page.locator(".i-rows tbody td:first-child").all_inner_texts()
        page.locator(".i-pager a", has_text="下一页").click()
        expect(page.locator(".i-pager span", has_text=re.compile(r"第 101–"))).to_be_visible(timeout=WAIT_MS)
        after = page.locator(".i-rows tbody td:first-child").all_inner_texts()
        assert len(seen) == 100
        assert after
        assert not set(seen) & set(after)
        other = page.url.replace("surge_z", "incidents")
        page.goto(other)
        drawn(page)
        expect(page.locator(".i-rows-bar .i-count").first).to_have_text("93")
        assert page.locator(".i-rows tbody tr").count() == 93


def test_is_it_really_worse_than_its_neighbour_is_answered_in_the_first_line(browser: Browser, address: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{address}/indicator?kpi=on_time_rate&area=community:W&{OCTOBER}")
        expect(page.locator("h1")).to_contain_text("东社区分不出高下")
        drawn(page)
        expect(page.locator(".i-verdict")).to_contain_text(re.compile("差值的 95% 区间 .+ 至 .+ 个百分点，含 0"))
        expect(page.locator(".i-peers")).to_contain_text("分不出")
        page.locator(".i-peers .i-to").first.click()
        expect(page.locator("h1")).to_contain_text("东社区 2026年10月", timeout=WAIT_MS)
        expect(page.locator("h1")).to_contain_text("西社区分不出高下")


def test_a_case_opens_its_stamps_and_the_way_back_leads_to_the_matrix(browser: Browser, address: str) -> None:
    with watched(browser) as visit:
        came = "matrix=sort%3Dname%26level%3Dcommunity%26evil%3D1"
        page = visit.open(f"{address}/indicator?kpi=on_time_rate&area=community:W&{OCTOBER}&{came}")
        drawn(page)
        expect(page.locator(".sec", has_text="每一件").first).to_contain_text("超期的在前")
        page.locator(".i-rows tbody tr a").first.click()
        expect(page.locator(".i-case")).to_contain_text("没有逐环节的记录", timeout=WAIT_MS)
        assert page.locator(".i-case").count() == 1
        page.locator(".i-rows tbody tr a[aria-expanded='true']").click()
        expect(page.locator(".i-case")).to_have_count(0, timeout=WAIT_MS)
        back = page.locator(".i-bar a.crumb", has_text="考核").get_attribute("href") or ""
        tab = page.locator("nav.nav a", has_text="考核").get_attribute("href") or ""
        assert back == tab == f"./assessment?{OCTOBER}&sort=name&level=community"
        page.locator("nav.nav a", has_text="考核").click()
        expect(page.locator(".mx")).to_contain_text("东社区", timeout=WAIT_MS)


def test_the_file_holds_the_rows_of_the_page(browser: Browser, address: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{address}/indicator?kpi=onscene_within_10min&area=community:W&{OCTOBER}&mark=numerator")
        drawn(page)
        target = page.locator(".i-rows-bar a.export").get_attribute("href")
        shown = page.locator(".i-rows tbody td:first-child").all_inner_texts()
        wanted = count(page, "numerator")
    with fetch(f"{address}{target}") as answer:
        lines = list(csv.reader(io.StringIO(answer.read().decode("utf-8-sig"))))
    rows = lines[1 : lines.index([])]
    assert [row[0] for row in rows] == shown
    assert len(rows) == wanted
    assert {row[lines[0].index("计入方式")] for row in rows} == {"10 分钟内"}


def test_nothing_too_few_and_unknown_are_said_in_words(browser: Browser, address: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{address}/indicator?kpi=on_time_rat&area=community:W&from=2020-01-01&to=2020-02-01")
        expect(page.locator("h1")).to_contain_text("按时办结率：无数据")
        expect(page.locator(".note")).to_contain_text("on_time_rat")
        expect(page.locator(".st-key-panel_data_rows .empty")).to_have_text("没有有关的事件。", timeout=WAIT_MS)
        page.goto(f"{address}/indicator?kpi=on_time_rate&area=grid:E1&from=2026-10-01&to=2026-10-04")
        expect(page.locator("h1")).to_contain_text("样本不足", timeout=WAIT_MS)
        expect(page.locator("h1")).to_contain_text(HOSTILE)
        assert page.locator("img[src=x]").count() == 0


def test_what_the_address_asks_for_in_vain_is_named(browser: Browser, address: str) -> None:
    asked = "mark=a&why=b&sort=c&with=d&after=e&from=<i>&to=2026-02-30&area=community:NO"
    with watched(browser) as visit:
        page = visit.open(f"{address}/indicator?kpi=on_time_rate&{asked}")
        drawn(page)
        told = " ".join(page.locator(".note").all_inner_texts())
        for said in ("“<i>”", "“2026-02-30”", "community:NO", "mark=a、why=b、sort=c、with=d、after=e"):
            assert said in told
        page.goto(f"{address}/indicator?kpi=on_time_rate&area=community:W&{OCTOBER}&mark=excluded&why=open")
        expect(page.locator(".note")).to_contain_text("why=open", timeout=WAIT_MS)


def test_what_is_no_month_is_not_judged_by_months(browser: Browser, address: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{address}/indicator?kpi=incidents&area=community:W&from=2026-10-01&to=2026-11-16")
        drawn(page)
        expect(page.locator(".st-key-panel_data_months h2")).to_contain_text("本期不在其中")
        page.goto(f"{address}/indicator?kpi=on_time_rate&area=community:W&from=2026-11-01&to=2026-11-03")
        expect(page.locator("h1")).to_contain_text("样本不足", timeout=WAIT_MS)
        expect(page.locator(".st-key-panel_data_months .c-key")).to_be_visible(timeout=WAIT_MS)
        expect(page.locator(".st-key-panel_data_months .c-key")).not_to_contain_text("本期在预期范围之内")


def test_the_list_of_neighbours_fits_its_column(browser: Browser, address: str) -> None:
    with watched(browser) as visit:
        for slug in ("on_time_rate", "onscene_p90", "incidents", "close_km_p50"):
            page = visit.open(f"{address}/indicator?kpi={slug}&area=community:W&{OCTOBER}")
            drawn(page)
            width = "[...document.querySelectorAll('.i-tall')].map(one => one.scrollWidth - one.clientWidth)"
            assert page.evaluate(width) == [0]


@pytest.mark.parametrize("slug", ["incidents", "backlog", "on_time_rate", "close_p50", "surge_z"])
def test_days_to_come_have_no_figure_and_no_rows(browser: Browser, address: str, slug: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{address}/indicator?kpi={slug}&area=community:W&from=2027-03-01&to=2027-04-01")
        expect(page.locator("h1")).to_contain_text("无数据")
        expect(page.locator(".lead")).to_have_text("所选时段还没有到（今天是 2026年11月20日）。")
        expect(page.locator(".st-key-panel_data_rows .empty")).to_contain_text("还没有到", timeout=WAIT_MS)
        expect(page.locator(".i-rows, .i-steps")).to_have_count(0)


def test_an_area_of_other_days_is_named_with_its_days_and_never_another_one_in_its_place(
    browser: Browser, address: str, urls: StoreUrls
) -> None:
    assert urls.admin is not None
    engine = create_engine(urls.admin)
    with engine.begin() as connection:
        connection.execute(text("update core.area set valid_from = '2026-09-01' where code = 'E2'"))
    engine.dispose()
    with watched(browser) as visit:
        page = visit.open(f"{address}/indicator?kpi=incidents&area=grid:E2&from=2026-08-01&to=2026-09-01")
        expect(page.locator(".note")).to_contain_text(
            "2026年8月31日没有东社区第二网格：这个区域从 2026年9月1日开始。已显示全部区域。"
        )
        expect(page.locator("h1")).to_contain_text(f"{site().name('zh')} 2026年8月事件数")


def test_in_english_no_chinese_but_names_is_left(browser: Browser, address: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{address}/indicator?kpi=onscene_p90&area=community:W&{OCTOBER}&lang=en")
        drawn(page)
        shown = page.locator("[data-testid=stMain]").inner_text()
        for name in (
            "西社区第一网格",
            "西社区第二网格",
            "西社区",
            "东社区",
            "第一网格",
            "第二网格",
            "小镇街道",
            "综合执法队",
            "中文",
        ):
            shown = shown.replace(name, "")
        left = re.findall(r"[\u4e00-\u9fff]+", shown.replace(site().name("en"), ""))
        assert left == []


def test_without_the_database_every_panel_says_so(browser: Browser, store_environment: dict[str, str]) -> None:
    with served(without_store(store_environment)) as gone, watched(browser) as visit:
        page = visit.open(f"{gone}/indicator")
        expect(page.locator("h1")).to_have_text("数据库连接中断")
        expect(page.locator("p.down")).to_have_count(7, timeout=WAIT_MS)


def test_in_english_the_whole_site_has_its_english_name_in_every_chart(browser: Browser, address: str) -> None:
    with watched(browser) as visit:
        for slug in ("onscene_p90", "close_km_p50", "on_time_rate"):
            page = visit.open(f"{address}/indicator?kpi={slug}&{OCTOBER}&lang=en")
            drawn(page)
            curve = page.locator(".st-key-indicator_spread")
            expect(curve).to_contain_text(site().name("en"), timeout=WAIT_MS)
            assert site().name("zh") not in curve.inner_html()


def test_a_neighbour_of_another_type_is_said_to_be_one(browser: Browser, address: str, urls: StoreUrls) -> None:
    assert urls.admin is not None
    kinds = {"W": "business", "E": "old_town"}
    days = "from=2026-10-01&to=2026-10-31"  # of which no other test asks
    engine = create_engine(urls.admin)
    with engine.begin() as connection:
        for code, kind in kinds.items():
            told = {"kind": kind, "code": code}
            connection.execute(text("update core.area set community_type = :kind where code = :code"), told)
    try:
        with watched(browser) as visit:
            page = visit.open(f"{address}/indicator?kpi=on_time_rate&area=community:W&{days}&with=E")
            drawn(page)
            expect(page.locator("h1")).to_contain_text("相邻但不同类的东社区")
            expect(page.locator(".sec", has_text="与东社区相比")).to_contain_text("不同类：商务区与老旧小区")
            expect(page.locator(".i-verdict")).to_contain_text("考核不把它们放在一起比")
            expect(page.locator(".i-peers")).to_contain_text("异类")
    finally:
        with engine.begin() as connection:
            connection.execute(text("update core.area set community_type = null"))
        engine.dispose()
