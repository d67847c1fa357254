"""A file brought in on the data page: previewed on a map, confirmed, cancelled, dropped; and who may not."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import openpyxl
import pytest
from browser import DESK, ROOT, TOKENS, WAIT_MS, chromium, served, sign_in, watched
from playwright.sync_api import Browser, Page, expect
from shapely import box
from small_town import build
from sqlalchemy import Connection, create_engine, text

from cockpit import queries
from cockpit.access.current import COOKIE
from cockpit.upload import desk as desks
from cockpit.upload import drawing, running
from cockpit.upload.desk import (
    ASKED,
    DONE,
    LOADING,
    LOOKING,
    RECEIVING,
    SHOWN,
    Choice,
    Desk,
    DeskFullError,
    RoomFullError,
    Upload,
)
from config.fault_words import hint, message
from config.messages import LANGUAGES, catalogue
from config.upload import upload as limits
from geo.landing import Landing
from geo.map_queries import Outline
from geo.store import Store, StoreUrls
from geo.viewer import OPERATOR, Clock, Viewer

NAME = "<b>十月&上报<b>.csv"
HEAD = "事件编号,事件类别,上报时间,办结时间,办理状态,经度,纬度,联系人\n"
FOR_THE_COMMAND_LINE = ("replay_file", "replay_unknown_rows")
"""Codes of a file of refused rows, which no page takes back."""
STEWARD = Viewer(name="steward", role="steward", level="site")
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
    told = "most_mib = 1\nkeep_minutes = 60\nat_once = 4\nleft_seconds = 10\n"
    (home / "config" / "upload.toml").write_text(told, encoding="utf-8")
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
        panel.get_by_role("link", name="隔离的 2 行").click()
        page.wait_for_url(f"**load={loaded[0]['load_id']}*")

        panel.get_by_role("button", name="再装载一个文件").click()
        choose(page, file)
        preview(page)
        expect(panel.get_by_role("status")).to_contain_text(f"内容与第 {loaded[0]['load_id']} 批完全相同")
        expect(panel.get_by_role("button", name="装载", exact=False)).to_have_count(0)
        panel.get_by_role("button", name="放弃这个文件").click()
        expect(panel.locator(".up-drop")).to_be_visible()
        assert kept(home) == []
    trail = asked(store, clock, "select action, viewer from ops.audit where action like 'upload%%' order by seq")
    assert [one["action"] for one in trail] == [
        "upload-received", "upload-tried", "upload-confirmed", "upload-received", "upload-tried", "upload-dropped",
    ]  # fmt: skip
    assert {one["viewer"] for one in trail} == {"steward"}


@pytest.mark.browser
def test_of_several_sheets_one_is_chosen_on_the_page_and_another_one_after_that(
    browser: Browser, address: str, *, store: Store, clock: Clock, tmp_path: Path
) -> None:
    made, heads = openpyxl.Workbook(), HEAD.strip().split(",")
    for number, name in enumerate(("九月", "十月")):
        sheet = made.worksheets[0] if not number else made.create_sheet()
        sheet.title = name
        for row in (heads, *(line(200 + 10 * number + one).strip().split(",") for one in range(2 + number))):
            sheet.append(row)
    made.save(tmp_path / "两个月.xlsx")
    with watched(browser, size=DESK) as seen:
        page = seen.open(f"{address}/data")
        panel = page.locator("[class*=st-key-panel_data_upload]")
        panel.locator("input[type=file]").set_input_files(tmp_path / "两个月.xlsx")
        expect(panel.get_by_role("alert")).to_contain_text("请选择要读的工作表。", timeout=WAIT_MS)
        panel.locator("select[name=part]").select_option("九月")
        panel.get_by_role("button", name="读取这个工作表").click()
        expect(panel.locator(".up-name")).to_contain_text("2 行内容 · 工作表“九月”，共 2 个", timeout=WAIT_MS)
        panel.locator("select[name=part]").select_option("十月")
        panel.get_by_role("button", name="改读这个工作表").click()
        expect(panel.locator(".up-name")).to_contain_text("工作表“十月”", timeout=WAIT_MS)
        preview(page)
        page.get_by_role("button", name="确认装载 3 行").click()
        expect(panel.get_by_role("status")).to_contain_text("新增 3，", timeout=WAIT_MS)
        panel.get_by_role("button", name="再装载一个文件").click()
        expect(panel.locator(".up-drop")).to_be_visible(timeout=WAIT_MS)
    found = "select incident_code from core.incident where incident_code like 'UP2%%' order by incident_code"
    assert [one["incident_code"] for one in asked(store, clock, found)] == ["UP210", "UP211", "UP212"]


@pytest.mark.browser
def test_a_refusal_is_said_in_the_words_and_in_the_language_of_the_page(
    browser: Browser, address: str, *, tmp_path: Path
) -> None:
    path = tmp_path / "缺列.csv"
    path.write_text("事件类别,上报时间\n火情烟雾,2026-10-02 08:00:00\n", encoding="utf-8")
    with watched(browser, size=DESK) as seen:
        page = seen.open(f"{address}/data")
        choose(page, path)
        page.locator("form[data-send=try] button[type=submit]").click()
        why = page.locator("[class*=st-key-panel_data_upload] .d-why")
        expect(why).to_contain_text("缺少“编号”列", timeout=WAIT_MS)
        expect(why).to_contain_text("在“映射”一栏改选与该文件相符的映射")
        expect(why).not_to_contain_text("--source")
        page = seen.open(f"{address}/data?lang=en")
        expect(why).to_contain_text("The column code is missing", timeout=WAIT_MS)
        expect(why).to_contain_text("choose a mapping that fits this file")
        page.get_by_role("button", name="Drop this file").click()
        expect(page.locator(".up-drop")).to_be_visible()


def test_no_words_for_a_page_name_an_option_or_a_command() -> None:
    for lang in LANGUAGES:
        keys = [key.split(".") for key in catalogue(lang) if key.startswith("faults") and key.count(".") == 2]
        said = [
            hint(code, lang, {"case": part.removeprefix("hint_")}, on_page=True) + message(code, lang, on_page=True)
            for _, code, part in keys
            if code not in FOR_THE_COMMAND_LINE
        ]
        assert len(said) > 200
        assert [text for text in said if "--" in text or "cockpit " in text] == []


def areas() -> list[Outline]:
    """Nine areas of a hundredth of a degree."""
    boxes = {
        (x, y): box(120 + x / 100, 30 + y / 100, 120.01 + x / 100, 30.01 + y / 100) for x in range(3) for y in range(3)
    }
    return [
        Outline(number, "community", str(number), f"社区{x}{y}", shape, (shape.centroid.x, shape.centroid.y))
        for number, ((x, y), shape) in enumerate(boxes.items())
    ]


def test_the_map_shows_all_areas_unless_the_data_lies_in_a_small_part_of_them() -> None:
    wide = drawing.drawing(areas(), {"inserted": [[120.001, 30.001], [120.029, 30.029]]}, {}, label="x")
    near = drawing.drawing(areas(), {"inserted": [[120.004, 30.004], [120.006, 30.006]]}, {}, label="x")
    assert wide is not None
    assert near is not None
    assert wide.markup.count("up-place") == 9
    assert near.markup.count("up-place") == 1
    assert ">社区00</text>" in near.markup
    assert (wide.drawn["inserted"], near.drawn["inserted"]) == (2, 2)


def test_what_lies_beside_the_areas_is_counted_and_an_own_outline_draws_the_picture_out() -> None:
    away = drawing.drawing(areas(), {"inserted": [[121.0, 31.0]]}, {}, label="x")
    assert away is not None
    assert (away.drawn["inserted"], away.beside) == (0, 1)
    outline = drawing.drawing(areas(), {}, {"inserted": [box(120.1, 30, 120.11, 30.01).wkb_hex]}, label="x")
    assert outline is not None
    assert (outline.drawn["inserted"], outline.beside) == (1, 0)


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
def test_files_of_closed_pages_are_removed_by_themselves(
    browser: Browser, address: str, *, store_environment: dict[str, str], file: Path, home: Path
) -> None:
    signed_in = TOKENS[address]
    try:
        for _ in range(2):
            TOKENS[address] = sign_in(store_environment, login="steward", role="steward")
            with watched(browser, size=DESK) as seen:
                choose(seen.open(f"{address}/data"), file)
    finally:
        TOKENS[address] = signed_in
    until = time.monotonic() + 4 * WAIT_MS / 1000
    while kept(home) and time.monotonic() < until:
        time.sleep(0.5)
    assert kept(home) == []


@pytest.mark.browser
def test_a_file_stays_while_its_page_is_open(browser: Browser, address: str, *, file: Path, home: Path) -> None:
    with watched(browser, size=DESK) as seen:
        page = seen.open(f"{address}/data")
        choose(page, file)
        page.wait_for_timeout(25_000)  # longer than a closed one's file is kept, and than between two looks
        assert len(kept(home)) == 1
        page.get_by_role("button", name="放弃这个文件").click()
        expect(page.locator(".up-drop")).to_be_visible()
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


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "uploads")
    yield made
    made.close()


def begun(desk: Desk, session_id: int, *, owner: int = 1, room: int = 1, stage: str = ASKED) -> Upload:
    """A file that was received and has come so far."""
    upload = desk.begin(session_id, "a.csv", owner=owner, room=room)
    upload.path.write_text("x", encoding="utf-8")
    upload.stage = stage
    return upload


def test_what_a_killed_process_left_is_removed_at_the_next_start_and_what_another_holds_stays(tmp_path: Path) -> None:
    first, root = Desk(tmp_path / "uploads"), tmp_path / "uploads"
    upload = begun(first, 1, stage=RECEIVING)
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
    upload = desk.begin(1, "../../etc/passwd\x00\u202e.csv/../x.SH", owner=1, room=1)
    assert upload.path.parent == desk.folder
    assert upload.path.suffix == ""
    assert upload.name.isprintable()
    assert desk.find(2) is None
    assert desk.find(1) is upload
    assert not desk.is_ticket(2, desk.ticket(1))
    assert desk.begin(1, "b.xlsx", owner=1, room=1).path.suffix == ".xlsx"
    desk.close()


def test_files_that_lie_idle_keep_nobody_from_working_and_those_worked_on_are_limited(desk: Desk) -> None:
    idle = [begun(desk, number, owner=number) for number in range(3 * limits().at_once)]
    for one in idle[: limits().at_once]:
        assert desk.has_turn()
        desk.take_turn(one, LOOKING)
    assert not desk.has_turn()
    with pytest.raises(DeskFullError):
        desk.take_turn(idle[-1], LOOKING)
    assert idle[-1].stage == ASKED
    idle[0].stage = SHOWN
    desk.take_turn(idle[-1], LOOKING)


def test_a_persons_oldest_idle_files_give_way_to_a_new_one_and_no_other_persons_do(desk: Desk) -> None:
    half = limits().most_bytes_each // 2
    loading = begun(desk, 1, owner=1, room=half, stage=LOADING)
    older, other = begun(desk, 2, owner=1, room=half), begun(desk, 3, owner=2, room=half)
    newer = begun(desk, 4, owner=1, room=half)
    assert [desk.is_held(one) for one in (loading, older, other, newer)] == [True, False, True, True]
    assert not older.path.exists()
    desk.take_turn(newer, LOOKING)
    with pytest.raises(RoomFullError):
        begun(desk, 5, owner=1, room=half)
    assert desk.is_held(loading)
    assert desk.is_held(newer)
    with pytest.raises(DeskFullError):
        desk.take_turn(older, LOOKING)


def test_a_file_goes_when_its_pages_were_closed_and_a_load_under_way_is_waited_for(desk: Desk) -> None:
    shown, left, loading = (begun(desk, number, owner=number, stage=SHOWN) for number in (1, 2, 3))
    for number, one in enumerate((shown, left, loading), start=1):
        assert desk.find(number, tab=f"tab {number}") is one
        one.attended -= limits().left_seconds + 1
    desk.take_turn(loading, LOADING)
    assert desk.forget(lambda tab: tab == "tab 1") == 1
    assert [one.path.exists() for one in (shown, left, loading)] == [True, False, True]
    loading.stage = SHOWN  # the load ended without a result
    assert desk.forget(lambda tab: tab == "tab 1") == 1
    assert not loading.path.exists()


def test_what_is_received_is_not_taken_for_left(desk: Desk) -> None:
    upload = begun(desk, 1, stage=RECEIVING)
    upload.attended -= limits().left_seconds + 1
    assert desk.forget(lambda _: False) == 0
    assert upload.path.exists()


def test_an_upload_that_another_one_replaced_takes_nothing_but_itself_away(desk: Desk) -> None:
    first, second = begun(desk, 1), begun(desk, 1)
    assert not first.path.exists()
    desk.drop(first)
    assert desk.find(1) is second
    assert second.path.exists()
    desk.drop(second)
    assert desk.find(1) is None
    assert not second.path.exists()


def test_a_session_that_is_over_takes_its_file_along_but_not_one_that_is_being_loaded(desk: Desk) -> None:
    held = [begun(desk, session, stage=stage) for session, stage in ((1, SHOWN), (2, LOADING))]
    for session in (1, 2, 3):
        desk.sign_out(session)
    assert [upload.path.exists() for upload in held] == [False, True]


@pytest.mark.browser
def test_signing_out_removes_the_file_that_was_brought_in(
    browser: Browser, address: str, *, file: Path, home: Path, store_environment: dict[str, str]
) -> None:
    steward, TOKENS[address] = TOKENS[address], sign_in(store_environment, login="steward_2", role="steward")
    try:
        with watched(browser, size=DESK) as seen:
            page = seen.open(f"{address}/data")
            choose(page, file)
            assert len(kept(home)) == 1
            fields = {"origin": address, "cookie": f"{COOKIE}={TOKENS[address]}"}
            fields["content-type"] = "application/x-www-form-urlencoded"
            connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
            connection.request("POST", "/signout", "lang=zh", fields)
            assert connection.getresponse().status == 303
            connection.close()
            assert kept(home) == []
    finally:
        TOKENS[address] = steward


def test_of_two_pages_that_confirm_at_once_one_begins(desk: Desk) -> None:
    upload = begun(desk, 1, stage=SHOWN)
    with ThreadPoolExecutor(8) as pages:
        assert sorted(pages.map(lambda _: desk.take_turn(upload, LOADING), range(8))) == [False] * 7 + [True]


@pytest.fixture
def confirmed(address: str, store_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Upload]:
    """A file of ten rows that the steward has looked at and may load, in this process."""
    assert address in TOKENS
    for name, told in store_environment.items():
        monkeypatch.setenv(name, told)
    queries.store.clear()
    desks.desk.cache_clear()
    upload = desks.desk().begin(1, "commit.csv", owner=1, room=1)
    told = (HEAD + "".join(line(number) for number in range(300, 310))).encode()
    upload.path.write_bytes(told)
    upload.size, upload.sha256 = len(told), hashlib.sha256(told).hexdigest()
    upload.choice, upload.stage = Choice("incidents"), SHOWN
    yield upload
    desks.desk().close()
    desks.desk.cache_clear()
    queries.store().close()
    queries.store.clear()


def waits(admin: Connection, event: str) -> bool:
    """Whether the load's process of the server waits for this."""
    told = "select count(*) from pg_stat_activity where usename = 'cockpit_load' and wait_event = :event"
    return bool(admin.execute(text(told), {"event": event}).scalar_one())


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.05)


def test_a_load_that_is_cancelled_while_it_waits_leaves_nothing_that_waits(
    confirmed: Upload, urls: StoreUrls, store: Store, clock: Clock
) -> None:
    assert urls.admin is not None
    admin = create_engine(urls.admin, isolation_level="AUTOCOMMIT")
    with admin.connect() as looking, store.loading(OPERATOR, clock) as connection:
        Landing(connection, clock, OPERATOR).take_turn(wait_s=0)
        running.load(confirmed, STEWARD, lang="en")
        until(lambda: waits(looking, "advisory"))
        running.cancel(confirmed, STEWARD)
        assert (confirmed.stage, confirmed.fault) == (SHOWN, "upload.was_cancelled")
        until(lambda: not waits(looking, "advisory"))
    admin.dispose()


def test_a_load_that_is_cancelled_at_its_commit_tells_what_became_of_it(
    confirmed: Upload, urls: StoreUrls, store: Store, clock: Clock
) -> None:
    assert urls.admin is not None
    admin = create_engine(urls.admin, isolation_level="AUTOCOMMIT")
    with admin.connect() as looking:
        looking.execute(text("create function public.linger() returns trigger language plpgsql as "
                             "$$ begin perform pg_sleep(3); return null; end $$"))  # fmt: skip
        looking.execute(text("create constraint trigger linger after insert on ops.load deferrable initially deferred "
                             "for each row execute function public.linger()"))  # fmt: skip
        running.load(confirmed, STEWARD, lang="en")
        until(lambda: waits(looking, "PgSleep"))
        # written, and not to be seen before a standby has it, which there is none of
        looking.execute(text("alter system set synchronous_standby_names = 'nobody'"))
        looking.execute(text("select pg_reload_conf()"))
        until(lambda: waits(looking, "SyncRep"))
        with ThreadPoolExecutor(1) as page:
            cancelled = page.submit(running.cancel, confirmed, STEWARD)
            time.sleep(2)
            looking.execute(text("alter system reset synchronous_standby_names"))
            looking.execute(text("select pg_reload_conf()"))
            cancelled.result()
        looking.execute(text("drop function public.linger() cascade"))
    admin.dispose()
    found = asked(store, clock, "select load_id from ops.load where file_name = 'commit.csv'")
    assert (confirmed.stage, confirmed.result) == (DONE, {"result": {"status": "loaded", **found[0]}})


def test_a_command_for_a_page_ends_with_the_page_server(store_environment: dict[str, str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "cockpit.cli.leashed", "replay-feed", "incidents"],
        cwd=ROOT, env=store_environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(20) == 1
