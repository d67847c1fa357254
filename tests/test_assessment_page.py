"""The matrix and the definitions in a browser: sorting, links, 样本不足, filters in the URL, keys, hostile names."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import WAIT_MS, chromium, fetch, served, until, watched, without_store
from playwright.sync_api import Browser, Page, expect
from small_town import HOSTILE, build

from config import reader
from geo.store import StoreUrls
from geo.viewer import Clock

pytestmark = pytest.mark.browser
OCTOBER = "from=2026-10-01&to=2026-11-01"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def empty(store_environment: dict[str, str]) -> Iterator[str]:
    """The address of the pages over a store without data."""
    with served(store_environment) as address:
        yield address


@pytest.fixture(scope="module")
def town(empty: str, urls: StoreUrls, clock: Clock) -> str:
    """The address of the pages with the small town in the store; asked for after the tests of the empty store."""
    build(urls, now=clock.at)
    return empty


def row(page: Page, name: str) -> str:
    """The selector of the row of an area."""
    return f".mx tbody tr:has(th:text-is('{name}'))"


def test_an_empty_store_says_what_to_load_and_has_no_matrix(browser: Browser, empty: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{empty}/assessment")
        expect(page.locator("h1").first).to_have_text("还没有事件数据")
        expect(page.locator(".lead").first).to_contain_text("cockpit load")
        expect(page.locator(".mx")).to_have_count(0)


def test_without_the_database_the_page_says_so(browser: Browser, store_environment: dict[str, str]) -> None:
    with served(without_store(store_environment)) as address, watched(browser) as visit:
        page = visit.open(f"{address}/assessment")
        expect(page.locator("h1").first).to_contain_text("数据库连接中断", timeout=WAIT_MS)
        page = visit.open(f"{address}/method")
        expect(page.locator("#on_time_rate")).to_have_count(1)


def test_it_opens_on_the_closed_month_and_refuses_to_rank_two_alike(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/assessment")
        expect(page.locator("h1").first).to_contain_text("2026年10月按时办结率")
        expect(page.locator(".sec .unit").first).to_contain_text("2026年10月")
        expect(page.locator(".mx tbody tr th")).to_have_text(["东社区", "西社区"], timeout=WAIT_MS)
        expect(page.locator(".mx .worse.mx-cell, .mx .better.mx-cell")).to_have_count(0)


def test_a_heading_orders_the_rows_and_the_url_keeps_the_order(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/assessment?{OCTOBER}")
        page.locator(".mx .mx-name .mx-sort").first.click()
        page.wait_for_url("**sort=name*")
        expect(page.locator(".mx thead th.mx-name")).to_have_attribute("aria-sort", "ascending")
        first = page.locator(".mx tbody tr th").first.inner_text()
        page.locator(".mx .mx-name .mx-sort").first.click()
        page.wait_for_url("**dir=down*")
        expect(page.locator(".mx tbody tr th").first).not_to_have_text(first)
        page.reload()
        expect(page.locator(".mx thead th.mx-name")).to_have_attribute("aria-sort", "descending", timeout=WAIT_MS)


def test_a_cell_leads_to_its_figure_with_the_days_and_says_its_cases(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/assessment?{OCTOBER}&category=fire")
        cell = page.locator(f"{row(page, '西社区')} .mx-cell[href*='kpi=on_time_rate']")
        address = cell.get_attribute("href") or ""
        assert address.startswith("./indicator?kpi=on_time_rate&area=community%3AW&from=2026-10-01&to=2026-11-01")
        assert "category=fire" in address
        assert "matrix=category" not in address
        assert "matrix=level%3Dcommunity" in address
        cell.hover()
        tip = page.locator("#cockpit-tip")
        expect(tip).to_contain_text("西社区 · 按时办结率")
        expect(tip).to_contain_text("在时限（含延期）之内办结的事件")
        expect(tip).to_contain_text(re.compile(r"\d+ / \d+"))


def test_too_few_cases_are_words_and_no_mark(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/assessment?from=2026-10-01&to=2026-10-03&against=none")
        cell = page.locator(f"{row(page, '西社区')} .mx-cell[href*='kpi=on_time_rate']")
        expect(cell).to_contain_text("样本不足")
        expect(cell).to_contain_text(re.compile(r"n=\d"))
        expect(cell.locator("circle, path, rect")).to_have_count(0)
        expect(page.locator("h1").first).to_contain_text("不作比较")


def test_the_filters_live_in_the_url(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/assessment")
        page.locator(".mx-filters a", has_text="质量").click()
        page.wait_for_url("**columns=quality*")
        expect(page.locator(".mx thead")).to_contain_text("返工率")
        expect(page.locator(".mx thead")).not_to_contain_text("每千户事件数")
        page.locator("select[aria-label='对比']").select_option(label="不对比")
        page.wait_for_url("**against=none*")
        expect(page.locator(".sec .unit").first).to_contain_text("不作对比")
        page.locator("select[aria-label='时段']").select_option(label="2026年9月")
        page.wait_for_url("**from=2026-09-01*")
        expect(page.locator(".sec .unit").first).to_contain_text("2026年9月")
        page.locator(".mx-filters a", has_text="网格").click()
        page.wait_for_url("**level=grid*")
        expect(page.locator(".mx tbody tr")).to_have_count(4)


def test_a_hostile_name_stays_text(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/assessment?level=grid&{OCTOBER}")
        name = page.locator(".mx tbody th", has_text="onerror")
        expect(name).to_have_text(HOSTILE)
        name.hover()
        expect(page.locator("#cockpit-tip")).to_contain_text(HOSTILE)
        assert page.title() != "owned"


def test_arrows_go_from_cell_to_cell_and_the_table_is_one_stop_of_the_tab_key(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/assessment?{OCTOBER}")
        cells = page.locator(".mx tbody .mx-cell, .mx tfoot .mx-cell")
        expect(cells.first).to_have_attribute("tabindex", "0")
        expect(page.locator(".mx .mx-cell[tabindex='0']")).to_have_count(1)
        cells.first.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        told = page.evaluate("document.activeElement.getAttribute('href')")
        assert "kpi=on_time_rate" in told
        assert told != page.locator(".mx tbody tr").first.locator("[href*='kpi=on_time_rate']").get_attribute("href")
        expect(page.locator("#cockpit-tip")).to_be_visible()


def test_english_says_the_same(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/assessment?lang=en&{OCTOBER}")
        expect(page.locator("h1").first).to_contain_text("Oct 2026: On-time closure rate")
        expect(page.locator(".mx thead")).to_contain_text("On-time closure rate")
        assert not re.search("[\u4e00-\u9fff]", page.locator(".mx thead").inner_text())


def test_the_file_holds_the_figures_of_the_screen(town: str) -> None:
    with fetch(f"{town}/export/assessment.csv?{OCTOBER}&lang=en") as answer:
        lines = answer.read().decode("utf-8-sig").splitlines()
    assert lines[0].startswith("level,code,name,type,households,kpi,indicator")
    table = lines[1 : lines.index("")]
    assert len(table) == 2 * 9
    assert any(",on_time_rate," in line and "K16@1" in line for line in table)


def test_what_the_address_asks_for_in_vain_is_named_and_the_closed_month_is_shown(browser: Browser, town: str) -> None:
    asked = "from=x&to=2026-13-01&area=community:NO&level=moon&columns=a&sort=<b>&dir=c&against=d&type=e&category=f"
    with watched(browser) as visit:
        page = visit.open(f"{town}/assessment?{asked}")
        expect(page.locator("h1").first).to_contain_text("2026年10月按时办结率")
        told = " ".join(page.locator(".note").all_inner_texts())
        for said in (
            "“x”",
            "“2026-13-01”",
            "community:NO",
            "moon",
            "“f”",
            "columns=a、sort=<b>、dir=c、against=d、type=e",
        ):
            assert said in told
        page = visit.open(f"{town}/assessment?{OCTOBER}&level=microgrid")
        expect(page.locator(".note")).to_contain_text("已改为社区")


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ("from=2019-01-01&to=2019-02-01", "数据从 2026年8月1日开始"),
        ("from=2027-03-01&to=2027-04-01", "还没有到（今天是 2026年11月20日）"),
    ],
)
def test_a_period_without_data_has_words_and_no_figure(browser: Browser, town: str, days: str, said: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/assessment?{days}")
        expect(page.locator("h1").first).to_contain_text("没有可计算的指标")
        expect(page.locator(".lead").first).to_contain_text(said)
        expect(page.locator(".mx .mx-dot, .mx .mx-bar, .mx .mx-range")).to_have_count(0)


def test_a_period_with_days_without_data_says_so(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/assessment?from=2026-01-01&to=2026-12-31")
        told = " ".join(page.locator(".note").all_inner_texts())
        assert "数据从 2026年8月1日开始" in told
        assert "还没有过完" in told


# ---------------------------------------------------------------- definitions


def test_definitions_are_found_as_one_types_by_number_and_by_words_of_either_language(
    browser: Browser, town: str
) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/method")
        field = page.locator("input[data-filter]")
        for typed, slug in (("k16", "on_time_rate"), ("返工", "rework_rate"), ("carry over", "carry_over_rate")):
            field.fill("")
            field.press_sequentially(typed.replace("carry over", "carried over") if typed == "none" else typed)
            expect(page.locator(f"#{slug}")).to_be_visible()
        field.fill("K16")
        expect(page.locator(".me-card:visible")).to_have_count(2)
        expect(page.locator(".me-bar [role=status]")).to_have_text("2 条")
        field.fill("没有这样的词")
        expect(page.locator(".me-card:visible")).to_have_count(0)
        expect(page.locator("[data-none]")).to_be_visible()


def test_the_search_reads_whole_cards_in_any_dash_and_by_other_words_and_leaves_one_use(
    browser: Browser, town: str
) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/method")
        field, cards = page.locator("input[data-filter]"), page.locator(".me-card:visible")
        for typed in ("Kaplan-Meier", "kaplan–meier", "KAPLAN\N{NON-BREAKING HYPHEN}MEIER", "ＫＭ"):
            field.fill(typed)
            expect(page.locator("#close_km_p50")).to_be_visible()
            expect(cards).to_have_count(2)
        for typed, slug in (
            ("重复率", "repeat_rate"),
            ("仅供参考 豁免", "exemption_rate"),
            ("repeat 投诉率", "repeat_rate"),
        ):
            field.fill(typed)
            expect(page.locator(f"#{slug}")).to_be_visible()
            expect(page.locator("#onscene_p50")).to_be_hidden()
        field.fill("冻结")
        expect(page.locator(".me-rule:visible h3", has_text="冻结")).to_have_count(1)
        field.fill("")
        page.locator("button[data-only=reference]").click()
        expect(page.locator("#on_time_rate")).to_be_hidden()
        expect(page.locator("#incidents")).to_be_visible()
        page.locator("button[data-only=reference]").click()
        expect(page.locator("#on_time_rate")).to_be_visible()


def test_an_anchor_brings_the_definition_into_view(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/method#close_p90")
        expect(page.locator("#close_p90")).to_be_in_viewport()
        expect(page.locator("#close_p90")).to_have_class(re.compile("here"))
        expect(page.locator("#close_p90 dl")).to_contain_text("K06 第 1 版")


def test_a_definition_file_with_an_error_is_named_and_no_figure_is_shown(
    browser: Browser, town: str, store_environment: dict[str, str]
) -> None:
    own = Path(store_environment["COCKPIT_HOME"]) / "config" / "kpi"
    own.mkdir(parents=True)
    shipped = (reader.SHIPPED / "kpi" / "on_time_rate.toml").read_text(encoding="utf-8")
    (own / "on_time_rate.toml").write_text(shipped.replace('"ratio"', '"percent"'), encoding="utf-8")
    try:
        with served(store_environment) as address, watched(browser) as visit:
            for name in ("assessment", "indicator", "method", "response"):
                page = visit.open(f"{address}/{name}")
                expect(page.locator("h1", has_text="指标定义文件有错")).to_be_visible(timeout=WAIT_MS)
                line = page.locator("ul.wrong li").first
                expect(line).to_contain_text('COCKPIT_HOME/config/kpi/on_time_rate.toml 第 13 行，unit = "percent"')
                expect(page.locator(".mx, .me-card, .i-card, .mishap, [data-testid=stException]")).to_have_count(0)
    finally:
        (own / "on_time_rate.toml").unlink()


NEEDED = """[...document.querySelectorAll('.mx-filters select')].map(menu => {
    const alone = menu.cloneNode(false);
    alone.append(new Option(menu.selectedOptions[0].text));
    alone.style.cssText = 'position:absolute;visibility:hidden;max-width:none;field-sizing:fixed';
    menu.parentNode.append(alone);
    const needed = alone.offsetWidth;
    alone.remove();
    return [menu.selectedOptions[0].text, menu.offsetWidth + 1 >= needed];
})"""


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)])
@pytest.mark.parametrize(("lang", "word"), [("zh", "2026年11月（进行中）"), ("en", "Nov 2026 (running)")])
def test_the_menus_show_all_of_what_is_chosen_in_one_line(
    browser: Browser, town: str, size: tuple[int, int], lang: str, word: str
) -> None:
    with watched(browser, size=size) as visit:
        page = visit.open(f"{town}/assessment?from=2026-11-01&to=2026-12-01&lang={lang}")
        page.locator(".mx-filters select").first.wait_for(timeout=WAIT_MS)
        told = page.evaluate(NEEDED)
        assert told[0][0] == word
        assert all(is_whole for _, is_whole in told), told
        middles = page.locator(".mx-filters > *").evaluate_all(
            "all => all.map(one => one.getBoundingClientRect()).map(one => one.top + one.height / 2)"
        )
        assert max(middles) - min(middles) < 4, "menus and chips stand beside each other"


def test_a_matrix_that_goes_on_beyond_the_page_has_an_edge_until_its_end(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/assessment?{OCTOBER}&columns=time")
        wide = page.locator(".mx-wrap.wide")
        wide.wait_for(timeout=WAIT_MS)
        assert wide.evaluate("one => one.scrollWidth > one.clientWidth + 100")
        layers = wide.evaluate("one => getComputedStyle(one).backgroundAttachment")
        assert layers == "local, scroll", "what hides the edge moves with the table"
        page.emulate_media(media="print")
        assert wide.evaluate("one => getComputedStyle(one).backgroundImage") == "none"


ONE_LINE = """
  document.querySelectorAll('.mx-tail').length > 0 && [...document.querySelectorAll('.mx-tail')]
    .every((one) => new Set([...one.children].map((part) => part.offsetTop)).size === 1)
"""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_heading_keeps_its_unit_and_its_way_to_the_definition_together(
    browser: Browser, town: str, lang: str
) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/assessment?{OCTOBER}&columns=time&lang={lang}")
        tails = page.locator(".mx-tail")
        tails.first.wait_for(timeout=WAIT_MS)
        until(page, ONE_LINE)  # the style and the letters may come after the table
        shares = page.locator("th:has(a[href*='sort=stage_share']) .mx-unit")
        assert set(shares.all_inner_texts()) == {"%"}, "parts of a whole are percentages, as everywhere"


def test_a_matrix_of_many_columns_uses_the_whole_sheet_and_nothing_lies_over_another(
    browser: Browser, town: str
) -> None:
    with watched(browser, size=(1046, 680)) as visit:  # A4 across, without its margins
        page = visit.open(f"{town}/assessment?{OCTOBER}&columns=time")
        page.locator(".mx-wrap.wide").wait_for(timeout=WAIT_MS)
        page.emulate_media(media="print")
        told = page.locator(".mx-wrap.wide table thead th.mx-col:not(.mx-months)").evaluate_all(
            "all => all.map(one => [one.getBoundingClientRect().right, one.scrollWidth - one.clientWidth])"
        )
        assert max(over for _, over in told) <= 1
        width = page.locator(".mx-wrap.wide").evaluate("one => one.getBoundingClientRect().right")
        assert abs(max(right for right, _ in told) - width) < 3
