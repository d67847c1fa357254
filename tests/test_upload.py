"""A file brought in on the data page: previewed on a map, confirmed, cancelled, dropped; and who may not."""

import os
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from browser import DESK, ROOT, TOKENS, WAIT_MS, chromium, served, sign_in, watched
from playwright.sync_api import Browser, Page, expect
from small_town import build

from cockpit.access.current import COOKIE
from cockpit.upload.desk import Desk, DeskFullError
from config.upload import upload as limits
from geo.landing import Landing
from geo.store import Store, StoreUrls
from geo.viewer import OPERATOR, Clock

NAME = "<b>十月&上报<b>.csv"
HEAD = "事件编号,事件类别,上报时间,办结时间,办理状态,经度,纬度,联系人\n"
PERSON, PHONE = "王芳", "13812345678"


def line(number: int, *, closed: str = "2026-10-02 09:00:00", lon: float | None = None) -> str:
    place = 120.262 + number * 0.0005 if lon is None else lon
    return f"UP{number:03d},火情烟雾,2026-10-02 08:00:00,{closed},已办结,{place:.5f},30.18500,{PERSON} {PHONE}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Thirty rows, of which two were closed before they were reported."""
    path = tmp_path / NAME
    early = dict.fromkeys((3, 4), "2026-10-01 09:00:00")
    told = [line(number, **({"closed": early[number]} if number in early else {})) for number in range(30)]
    path.write_text(HEAD + "".join(told), encoding="gb18030")
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def home(store_environment: dict[str, str]) -> Path:
    """The server's home, where a site lets files be one MiB large."""
    home = Path(store_environment["COCKPIT_HOME"])
    (home / "config").mkdir()
    (home / "config" / "upload.toml").write_text("most_mib = 1\nkeep_minutes = 60\nat_once = 4\n", encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def address(urls: StoreUrls, store_environment: dict[str, str], clock: Clock, home: Path) -> Iterator[str]:
    """The pages of the small town, where a steward is signed in."""
    build(urls, now=clock.at)
    with served(store_environment) as found:
        TOKENS[found] = sign_in(store_environment, login="steward", role="steward")
        yield found


def kept(home: Path) -> list[Path]:
    """The files that lie in the private folder."""
    return [path for path in (home / "uploads").rglob("*") if path.is_file()]


def asked(store: Store, clock: Clock, statement: str) -> list[dict[str, Any]]:
    with store.reading(OPERATOR, clock) as connection:
        return [dict(row) for row in connection.exec_driver_sql(statement).mappings()]


def choose(page: Page, file: Path) -> None:
    """Chooses the file and waits until it is recognised."""
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator("form[data-send=try]")).to_be_visible(timeout=WAIT_MS)


def preview(page: Page) -> None:
    page.get_by_role("button", name="预览").click()
    expect(page.locator(".up-head")).to_be_visible(timeout=WAIT_MS)


def post(
    address: str, body: bytes, *, token: str | None = None, ticket: str = "", origin: str | None = None,
    name: str = "a.csv",
) -> tuple[int, str]:  # fmt: skip
    """What a POST to the upload's address is answered."""
    headers = {"x-upload-ticket": ticket, "x-upload-name": quote(name), "origin": origin or address}
    headers |= {"cookie": f"{COOKIE}={token}"} if token else {}
    connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request("POST", "/upload/file?lang=en", body, headers)
    answer = connection.getresponse()
    told = answer.read().decode()
    connection.close()
    return answer.status, told


@pytest.mark.browser
def test_a_steward_sees_what_would_happen_and_nothing_is_written_before_the_confirmation(
    browser: Browser, address: str, *, file: Path, store: Store, clock: Clock, home: Path
) -> None:
    with watched(browser, size=DESK) as seen:
        page = seen.open(f"{address}/data")
        choose(page, file)
        assert len(kept(home)) == 1
        held = kept(home)[0]
        assert NAME not in held.name
        assert (held.stat().st_mode & 0o777, held.parent.stat().st_mode & 0o777) == (0o600, 0o700)
        panel = page.locator("[class*=st-key-panel_data_upload]")
        expect(panel.locator(".up-name")).to_contain_text(NAME)
        expect(panel.locator(".up-verdict")).to_have_text("识别为“事件”，内置映射可直接读取。")
        preview(page)
        expect(panel.locator(".d-key").first).to_contain_text("将新增 28")
        expect(panel.locator(".d-key").first).to_contain_text("将隔离 2")
        expect(panel.locator(".up-faults").first).to_contain_text("closed_before_reported")
        expect(panel.locator("figcaption")).to_contain_text("新增 28")
        expect(panel.locator("figcaption")).to_contain_text("隔离 2")
        signs = panel.locator(".up-map .up-sign.inserted").get_attribute("d") or ""
        assert signs.count("M") == 28
        assert asked(store, clock, "select 1 from core.incident where incident_code like 'UP%%'") == []
        assert PHONE not in page.content()
        assert PERSON not in page.content()

        page.get_by_role("button", name="确认装载 28 行").click()
        expect(panel.get_by_role("status")).to_contain_text("新增 28，更新 0，相同 0，隔离 2", timeout=WAIT_MS)
        found = "select load_id, file_name, loaded_by, status from ops.load where file_name like '%%上报%%'"
        loaded = asked(store, clock, found)
        assert [(one["file_name"], one["loaded_by"], one["status"]) for one in loaded] == [(NAME, "steward", "loaded")]
        assert kept(home) == []
        panel.get_by_role("link", name="查看第").click()
        page.wait_for_url(f"**load={loaded[0]['load_id']}*")

        panel.get_by_role("button", name="再装载一个文件").click()
        choose(page, file)
        preview(page)
        expect(panel.locator(".d-key").first).to_contain_text("与库中相同")
        panel.get_by_role("button", name="放弃这个文件").click()
        expect(panel.locator(".up-drop")).to_be_visible()
        assert kept(home) == []
    trail = asked(store, clock, "select action, viewer from ops.audit where action like 'upload%%' order by seq")
    assert [one["action"] for one in trail] == [
        "upload-received", "upload-tried", "upload-confirmed", "upload-received", "upload-tried", "upload-dropped",
    ]  # fmt: skip
    assert {one["viewer"] for one in trail} == {"steward"}


@pytest.mark.browser
def test_a_load_is_cancelled_until_it_commits_and_then_nothing_was_written(
    browser: Browser, address: str, *, store: Store, clock: Clock, home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "late.csv"
    path.write_text(HEAD + "".join(line(number) for number in range(100, 110)), encoding="utf-8")
    with watched(browser, size=DESK) as seen:
        page = seen.open(f"{address}/data")
        choose(page, path)
        preview(page)
        with store.loading(OPERATOR, clock) as connection:
            Landing(connection, clock, OPERATOR).take_turn(wait_s=0)  # somebody else loads, so that this one waits
            page.get_by_role("button", name="确认装载 10 行").click()
            expect(page.locator(".up-run")).to_contain_text("正在装载")
            page.locator(".up-run").get_by_role("button", name="取消").click()
            expect(page.get_by_role("alert")).to_have_text("已取消，什么也没有写入。", timeout=WAIT_MS)
        page.get_by_role("button", name="放弃这个文件").click()
        expect(page.locator(".up-drop")).to_be_visible()
    assert asked(store, clock, "select 1 from ops.load where file_name = 'late.csv'") == []
    assert kept(home) == []


@pytest.mark.browser
def test_only_the_page_of_who_may_load_brings_files_in(
    browser: Browser, address: str, *, store_environment: dict[str, str], home: Path, store: Store, clock: Clock
) -> None:
    leader = sign_in(store_environment, login="boss", role="leader")
    steward = TOKENS[address]
    with watched(browser, size=DESK) as seen:
        page = seen.open(f"{address}/data")
        ticket = page.locator(".up-drop").get_attribute("data-ticket", timeout=WAIT_MS) or ""
    assert post(address, b"a,b\n1,2\n")[0] == 401
    assert post(address, b"a,b\n1,2\n", token=leader, ticket=ticket)[0] == 403
    assert post(address, b"a,b\n1,2\n", token=steward)[0] == 403
    assert post(address, b"a,b\n1,2\n", token=steward, ticket=ticket, origin="https://elsewhere.example")[0] == 403
    assert post(address, b"x" * (1 << 20) + b"x", token=steward, ticket=ticket)[0] == 413
    assert post(address, b"", token=steward, ticket=ticket)[0] == 400
    assert kept(home) == []
    refused = asked(store, clock, "select viewer from ops.audit where action = 'upload-refused'")
    assert {one["viewer"] for one in refused} >= {"boss"}

    TOKENS[address] = leader
    try:
        with watched(browser, size=DESK) as seen:
            page = seen.open(f"{address}/data")
            expect(page.locator("[class*=st-key-panel_data_load]").first).to_be_visible(timeout=WAIT_MS)
            expect(page.locator(".up-drop")).to_have_count(0)
    finally:
        TOKENS[address] = steward


# ---------------------------------------------------------------- the desk itself


def test_what_a_killed_process_left_is_removed_at_the_next_start_and_what_another_holds_stays(tmp_path: Path) -> None:
    first, root = Desk(tmp_path / "uploads"), tmp_path / "uploads"
    upload = first.begin(1, "a.csv")
    upload.path.write_text("x", encoding="utf-8")
    second = Desk(root)
    assert upload.path.exists()
    os.close(first._mark)  # as the kernel does with what a killed process held
    third = Desk(root)
    assert not upload.path.exists()
    assert {path.name for path in root.iterdir()} == {second.folder.name, third.folder.name}
    second.close()
    third.close()
    assert list(root.iterdir()) == []


def test_a_session_finds_its_own_file_only_and_a_name_never_becomes_a_path(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "uploads")
    upload = desk.begin(1, "../../etc/passwd\x00\u202e.csv/../x.SH")
    assert upload.path.parent == desk.folder
    assert upload.path.suffix == ""
    assert upload.name.isprintable()
    assert desk.find(2) is None
    assert desk.find(1) is upload
    assert not desk.is_ticket(2, desk.ticket(1))
    assert desk.begin(1, "b.xlsx").path.suffix == ".xlsx"
    for session in range(2, limits().at_once + 1):
        desk.begin(session, "c.csv")
    with pytest.raises(DeskFullError):
        desk.begin(99, "d.csv")
    desk.close()


def test_a_command_for_a_page_ends_with_the_page_server(store_environment: dict[str, str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "cockpit.cli.leashed", "replay-feed", "incidents"],
        cwd=ROOT, env=store_environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(20) == 1
