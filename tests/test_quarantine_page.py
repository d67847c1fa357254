"""The work on refused rows in the browser: one corrected, one dismissed and taken back, all that wait run again."""

import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import DESK, TOKENS, WAIT_MS, chromium, fetch, served, sign_in, watched
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from cockpit import queries
from cockpit.context import make_view
from cockpit.data import computed, work, work_acts, work_panel
from geo import quarantine
from geo.store import Store
from geo.viewer import OPERATOR, Clock, Viewer
from loaders.dataset import LoadRequest
from loaders.work import load_file

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)
HOSTILE = "<img src=x onerror=\"document.title='owned'\">"
HEAD = "工单编号,事件类别,状态,上报时间,办结时间,经度,纬度,联系人"
LINES = (
    "SG-2611-001,噪声扰民,已办结,2026-11-05 08:00:00,2026-11-04 08:00:00,120.2,30.2,张三 13812345678",
    'SG-2611-002,噪声扰民,"<img src=x onerror=""document.title=\'owned\'"">",2026-11-05 08:00:00,,120.2,30.2,',
    ",噪声扰民,办理中,2026-13-01,,120.2,30.2,李四",
    "SG-2611-004,噪声扰民,办理中,2026-11-05 08:00:00,,120.2,30.2,",
)
SHOTS = os.environ.get("COCKPIT_SHOTS")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def address(
    store: Store, store_environment: dict[str, str], clock: Clock, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The pages with one load of which three rows are refused, where a steward is signed in."""
    path = tmp_path_factory.mktemp("files") / "城管事件_11月.csv"
    path.write_text("\n".join((HEAD, *LINES)) + "\n", encoding="utf-8")
    load_file(store, LoadRequest(dataset="incidents", file=path, clock=clock))
    with served(store_environment) as found:
        TOKENS[found] = sign_in(store_environment, login="wangfang", role="steward")
        yield found


def shot(page: Page, name: str) -> None:
    """A picture for whoever looks at the page; only where a folder is named."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))
        page.locator('[class*="panel_data_work"]').last.screenshot(path=str(Path(SHOTS) / f"{name}-panel.png"))


def test_the_file_of_a_steward_has_the_rows_as_received_and_hides_what_nobody_reads(address: str) -> None:
    told = fetch(f"{address}/export/rejects.csv?load=1").read().decode("utf-8-sig")
    head, first, second, *_ = csv.reader(io.StringIO(told))
    assert head[:9] == ["行号", *HEAD.split(",")]
    assert (first[0], first[1], first[8]) == ("2", "SG-2611-001", "***")
    assert (second[0], second[8]) == ("3", "")
    assert "李四" not in told
    assert "13812345678" not in told


def test_a_refused_row_is_corrected_another_dismissed_and_what_waits_is_run_again(
    browser: Browser, address: str, store: Store, clock: Clock
) -> None:
    with watched(browser, size=DESK) as seen:
        page = seen.open(f"{address}/data")
        expect(page.get_by_text("处理隔离行")).to_be_visible(timeout=WAIT_MS)
        expect(page.locator(".w-title b")).to_have_text("第 2 行")
        expect(page.locator(".w-form > .w-cells td b")).to_have_text(["上报时间", "办结时间"])
        shot(page, "work-zh")
        assert "13812345678" not in page.content()
        assert "张三" not in page.content()
        field = page.locator('input[name="new.closed_at"]')
        field.fill("2026-11-06 08:00:00")
        field.press("Enter")
        expect(page.get_by_role("status").filter(has_text="第 2 行的更正已保存")).to_be_visible(timeout=WAIT_MS)
        expect(page.locator(".w-title .w-state")).to_contain_text("已更正")
        shot(page, "corrected-zh")

        page.get_by_role("link", name="下一行").click()
        expect(page.locator(".w-title b")).not_to_have_text("第 2 行")
        expect(page.get_by_role("status").filter(has_text="已保存")).to_have_count(0)
        page.locator(".w-list").get_by_role("link", name="4").click()
        expect(page.locator(".w-title b")).to_have_text("第 4 行")
        page.get_by_role("button", name="忽略这一行").click()
        page.locator("input[name=reason]").fill("没有编号，来源已补报")
        shot(page, "dismissing-zh")
        page.get_by_role("button", name="忽略", exact=True).click()
        expect(page.get_by_role("status").filter(has_text="已忽略第 4 行")).to_be_visible(timeout=WAIT_MS)
        page.get_by_role("button", name="撤销").click()
        expect(page.get_by_role("status").filter(has_text="恢复为待处理")).to_be_visible(timeout=WAIT_MS)
        assert quarantine.states(store, OPERATOR, clock, load_id=1) == {"corrected": 1, "open": 2}

        page.get_by_role("button", name="重新处理 3 行").click()
        expect(page.get_by_role("alertdialog")).to_contain_text("其中 1 行已更正")
        shot(page, "asked-zh")
        assert quarantine.states(store, OPERATOR, clock, load_id=1) == {"corrected": 1, "open": 2}
        page.get_by_role("alertdialog").get_by_role("button", name="重新处理").click()
        expect(page.get_by_role("status").filter(has_text="1 行入库，2 行仍有问题")).to_be_visible(timeout=WAIT_MS)
        assert quarantine.states(store, OPERATOR, clock, load_id=1) == {"solved": 1, "moved": 2}
        shot(page, "replayed-zh")
        expect(page.locator(".w-list tbody tr")).to_have_count(2)
        assert "load=2" in page.url
        assert page.title() != "owned"
        page.get_by_role("link", name="看第 1 批").first.click()
        expect(page.locator(".w-list tbody tr")).to_have_count(3)
        expect(page.locator(".w-title")).to_contain_text("看第 2 批")
        expect(page.get_by_role("link", name="下载隔离的")).to_have_count(0)  # none of its rows is refused any more
        shot(page, "settled-zh")
    with store.loading(OPERATOR, clock) as connection:
        who = connection.execute(text("select loaded_by from ops.load where load_id = 2")).scalar_one()
        acts = (
            connection.execute(text("select action from ops.audit where viewer = 'wangfang' order by seq"))
            .scalars()
            .all()
        )
    assert who == "wangfang"
    assert {"reject-corrected", "reject-dismissed", "reject-undone", "load"} <= set(acts)


@pytest.mark.parametrize("size", [DESK, (1920, 1080)])
def test_the_work_speaks_english_and_fits_the_screen(browser: Browser, address: str, size: tuple[int, int]) -> None:
    with watched(browser, size=size) as seen:
        page = seen.open(f"{address}/data?lang=en&load=1&row=3")
        expect(page.locator(".w-title b")).to_have_text("Row 3", timeout=WAIT_MS)
        expect(page.locator(".w-form")).to_contain_text("New value")
        expect(page.locator(".w-form")).to_contain_text("<img src=x")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        shot(page, f"work-en-{size[0]}")


@pytest.mark.parametrize("told", ["x' or 1=1", "99999999999", "-1", HOSTILE])
def test_what_the_url_names_reaches_the_work_as_a_number_or_a_known_state_only(
    address: str, store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    assert address
    monkeypatch.setattr(queries, "store", lambda: store)
    steward = Viewer(name="wangfang", role="steward", level="site")
    view = make_view({"load": "1", "row": told, "state": told, "list": told}, viewer=steward, clock=clock)
    found = work.opened(computed.open_data(view))
    assert (found.query.state, found.query.skip) == (None, 0)
    assert found.open is not None
    assert found.open.row == 2
    assert HOSTILE not in work_panel._list(found) + work_panel._head(found, work_acts.Told())


def test_a_leader_sees_the_reasons_and_none_of_the_rows_as_received(
    browser: Browser, address: str, store_environment: dict[str, str]
) -> None:
    steward = TOKENS[address]
    TOKENS[address] = sign_in(store_environment, login="leader2", role="leader")
    try:
        with watched(browser, size=DESK) as seen:
            page = seen.open(f"{address}/data?load=1&row=3")
            expect(page.get_by_text("为什么隔离")).to_be_visible(timeout=WAIT_MS)
            expect(page.get_by_text("处理隔离行")).to_have_count(0)
            assert fetch(f"{address}/healthz").status == 200
    finally:
        TOKENS[address] = steward
