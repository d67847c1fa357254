"""The money page of a source that publishes what came in and nothing of what went out, without any boundaries."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import chromium, served, watched
from playwright.sync_api import Browser, expect

from geo.store import Store
from geo.viewer import OPERATOR, Clock
from loaders.dataset import LoadRequest
from loaders.work import load_file

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)>"
LEDGER = """
dataset = "funds"
section = "ledger"
[columns]
layer = "文件"
code = "行"
occurred_on = "日期"
payer = "谁"
source_kind = "类型"
amount = "金额"
[constants]
kind = "income"
fund_code = "G"
[extra]
missing_days = [2026-11-03]
[extra.funds]
G = { name = "防疫捐款", kind = "named" }
[[extra.republished]]
file = "二"
of = "一"
by = ["occurred_on", "payer", "amount"]
"""
TOTALS = """
dataset = "funds"
section = "published"
[columns]
through_on = "日"
money_day = "当日"
money_total = "累计"
[extra]
of = "gifts"
"""
GOODS = """
dataset = "funds"
section = "goods"
[columns]
item = "物资"
recipient = "流向"
[constants]
direction = "out"
[extra]
quantity_in_item = true
"""
FILES = {
    "gifts": (LEDGER, "文件,行,日期,谁,类型,金额\n一,1,2026-11-02,甲公司,org_inferred,900000\n"
              f"一,2,2026-11-04,{HOSTILE},person_inferred,100000\n二,1,2026-11-02,甲公司,org_inferred,900000\n"),
    "totals": (TOTALS, "日,当日,累计\n2026-11-02,900000,900000\n2026-11-04,,1250000\n"),
    "goods": (GOODS, f"物资,流向\n口罩3万个,甲医院\n{HOSTILE},乙医院\n"),
}  # fmt: skip


@pytest.fixture(scope="module")
def address(
    store: Store, clock: Clock, store_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("gifts")
    for name, (mapping, lines) in FILES.items():
        source, path = folder / f"{name}.toml", folder / f"{name}.csv"
        source.write_text(mapping, encoding="utf-8")
        path.write_text(lines, encoding="utf-8")
        request = LoadRequest(dataset="funds", file=path, source=str(source), clock=clock, viewer=OPERATOR)
        assert load_file(store, request).status == "loaded"
    with served(store_environment) as found:
        yield f"{found}/funds"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def test_no_published_spending_is_said_and_no_balance_or_rate_is_made_up(address: str, browser: Browser) -> None:
    with watched(browser) as found:
        page = found.open(address)
        expect(page.locator("h1")).to_have_text("收到捐款 2 笔，共 100.0 万元；没有公布支出")
        expect(page.locator("header .lead")).to_contain_text("重复公布 1 行，只计一次")
        expect(page.locator("header .lead")).to_contain_text("比公布的累计数少 25.0 万元（20.0%）")
        expect(page.locator(".f-givers tbody tr")).to_have_count(3)
        expect(page.locator(".sankey")).to_contain_text("去向没有公布")
        expect(page.locator("body")).not_to_contain_text("使用率")
        expect(page.locator("body")).not_to_contain_text("结余数据")
        expect(page.locator("[class*=panel_data_months] h2")).to_contain_text("收入按日")


def test_stated_totals_goods_and_repeats_have_their_places_and_text_stays_text(address: str, browser: Browser) -> None:
    with watched(browser) as found:
        page = found.open(f"{address}?lang=en&kind=repeated")
        expect(page.locator(".f-published tbody tr")).to_have_count(2)
        expect(page.locator(".f-published")).to_contain_text("\u2212250,000.00")
        expect(page.locator(".f-goods tbody tr").first).to_contain_text("30,000")
        expect(page.locator(".f-goods")).to_contain_text(HOSTILE)
        expect(page.locator(".f-entries tbody tr")).to_have_count(1)
        expect(page.locator(".f-entries")).to_contain_text("same as 一/1")
        page.get_by_text("Back to all entries").click()
        expect(page.locator(".f-entries tbody tr")).to_have_count(2)
        expect(page.locator(".f-entries")).to_contain_text(HOSTILE)
