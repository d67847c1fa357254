"""Pages of figures on paper: whole, without controls, headings and a foot on every sheet; names are text there too."""

import io
import re
from collections.abc import Iterator

import pypdf
import pytest
from browser import WAIT_MS, chromium, served, watched
from playwright.sync_api import Browser, Page, expect
from small_town import HOSTILE, build
from sqlalchemy import create_engine, text

from cockpit import printed
from geo.store import StoreUrls
from geo.viewer import Clock

pytestmark = pytest.mark.browser
OCTOBER = "from=2026-10-01&to=2026-11-01"
LONG = "二十个字那么长的社区名称用来看纸上断不断"
MANY = """
insert into core.area (level, code, name, parent_id, is_nested, geom, label_point, area_m2, source_id, load_id,
                       content_hash)
select 'community', 'X' || n, case n when 1 then :long else '第' || n || '社区' end,
       (select area_id from core.area where code = 'S'), true, geom, label_point, 1, 1, 1, 'h'
from core.area, generate_series(1, 198) n where code = 'W'
"""
SHEETS = {"A4": (842, 595), "A3": (1191, 842)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def address(urls: StoreUrls, store_environment: dict[str, str], clock: Clock) -> Iterator[str]:
    """The small town with 198 communities more, one of them with a long name."""
    build(urls, now=clock.at)
    assert urls.admin is not None
    engine = create_engine(urls.admin)
    with engine.begin() as connection:
        connection.execute(text(MANY), {"long": LONG})
    engine.dispose()
    with served(store_environment) as found:
        yield found


def sheets(page: Page, *, paper: str) -> list[pypdf.PageObject]:
    """What leaves the printer, on the paper chosen there; the page says which way it lies."""
    return list(pypdf.PdfReader(io.BytesIO(page.pdf(format=paper))).pages)


def said(sheet: pypdf.PageObject) -> str:
    return re.sub(r"\s+", "", sheet.extract_text())


@pytest.mark.parametrize("paper", SHEETS)
def test_the_matrix_of_many_areas_repeats_its_head_and_its_foot_and_names_everybody(
    browser: Browser, address: str, paper: str
) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{address}/assessment?{OCTOBER}&against=none")
        expect(page.locator(".mx tbody tr")).to_have_count(200, timeout=WAIT_MS)
        found = sheets(page, paper=paper)
        assert len(found) > 2
        texts = [said(sheet) for sheet in found]
        for number, (sheet, told) in enumerate(zip(found, texts, strict=True), start=1):
            assert (round(sheet.mediabox.width), round(sheet.mediabox.height)) == pytest.approx(SHEETS[paper], abs=3)
            assert "按时办结率" in told
            assert "考核2026年10月" in told
            assert "打印：街道领导（leader），2026-11-2014:32，数据版本" in told
            assert f"{number}/{len(found)}" in told
        everything = "".join(texts)
        assert LONG in everything
        assert all(f"第{n}社区" in everything for n in range(2, 199))
        for control in ("导出CSV", "全部类型", "退出"):
            assert control not in everything


def test_a_figure_stands_upright_with_every_row_and_no_control(browser: Browser, address: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{address}/indicator?kpi=on_time_rate&area=community:W&{OCTOBER}")
        page.locator(".i-rows tbody tr").first.wait_for(timeout=WAIT_MS)
        codes = page.locator(".i-rows tbody td:first-child").all_inner_texts()
        found = sheets(page, paper="A4")
        everything = "".join(said(sheet) for sheet in found)
        assert all(sheet.mediabox.height > sheet.mediabox.width for sheet in found)
        assert all(code in everything for code in codes)
        for told in ("西社区2026年10月按时办结率", "在时限（含延期）之内办结的事件", "K16@1按时办结率西社区2026年10月"):
            assert told in everything
        assert "导出CSV" not in everything


def test_no_text_of_a_printed_matrix_is_cut(browser: Browser, address: str) -> None:
    with watched(browser, size=(1047, 700)) as visit:
        for query in ("", "&columns=time"):
            page = visit.open(f"{address}/assessment?{OCTOBER}{query}")
            expect(page.locator(".mx tbody tr")).to_have_count(200, timeout=WAIT_MS)
            page.emulate_media(media="print")
            cut = page.evaluate(
                "[...document.querySelectorAll('.mx th, .mx td')].filter(cell => cell.checkVisibility()"
                " && cell.offsetWidth > 4 && !cell.querySelector('svg') && cell.scrollWidth > cell.clientWidth + 1)"
                ".map(cell => cell.innerText)"
            )
            assert cut == []


@pytest.mark.parametrize("paper", SHEETS)
def test_all_definitions_are_on_paper(browser: Browser, address: str, paper: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{address}/method")
        names = page.locator(".me-card .me-name").all_inner_texts()
        found = sheets(page, paper=paper)
        everything = "".join(said(sheet) for sheet in found)
        assert len(names) > 40
        assert [name for name in names if re.sub(r"\s+", "", name) not in everything] == []
        assert all("打印：街道领导（leader）" in said(sheet) for sheet in found)
        assert all(sheet.mediabox.width > sheet.mediabox.height for sheet in found)


def test_a_hostile_name_in_the_foot_ends_no_rule_and_no_element(browser: Browser, address: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{address}/indicator?kpi=incidents&area=grid:E1&{OCTOBER}")
        page.locator(".i-rows tbody tr").first.wait_for(timeout=WAIT_MS)
        assert re.sub(r"\s+", "", HOSTILE) in said(sheets(page, paper="A4")[0])
        assert page.title() != "owned"
    told = printed.css_text('"}</style><b>\\\n@import "x"')
    assert set(told[1:-1]) <= set("abcdefghijklmnopqrstuvwxyz0123456789\\")
