"""The data page: every row's fate, reasons with their rows, sources by lateness, all loads; hostile names stay text."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from browser import DESK, chromium, served, watched, without_store
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from cockpit import context, queries
from cockpit.context import make_view
from cockpit.data import computed, reasons_panel, words
from cockpit.data import export as data_export
from cockpit.data.computed import DataView
from cockpit.spreadsheets import csv_bytes
from config import fault_words
from config.headings import heading
from geo import steward
from geo.loads import Reject
from geo.steward import LoadQuery, RejectQuery, SourceLine
from geo.store import Store
from geo.viewer import LEADER, OPERATOR, Clock, Viewer
from loaders.dataset import LoadRequest
from loaders.result import LoadResult
from loaders.work import load_file

ROOT = Path(__file__).parent.parent
HOSTILE = "<img src=x onerror=\"document.title='owned'\">"
HEAD = "编号,类别,状态,上报时间,办结时间,经度,纬度,社区代码,备注"
GOOD = "G1,噪声扰民,已办结,2026-11-05 08:00:00,2026-11-05 09:00:00,120.2,30.2,,"
BAD = (
    "B1,噪声扰民,已办结,2026-11-05 08:00:00,2026-11-04 08:00:00,120.2,30.2,,",
    "B2,噪声扰民,已办结,2026-11-05 08:00:00,2026-11-03 08:00:00,120.2,30.2,,",
    "B3,噪声扰民,=1+1,2026-11-05 08:00:00,,120.2,30.2,,",
    "B6,噪声扰民,办理中,2026-11-05 08:00:00,,30.2,120.2,,",
    "B4,噪声扰民,办理中,昨天 13812345678,,120.2,30.2,,",
    ",噪声扰民,办理中,2026-13-01,,120.2,30.2,,",
    'B5,噪声扰民,"<img src=x onerror=""document.title=\'owned\'"">",2026-11-05 08:00:00,,120.2,30.2,,',
)
KEPT_WITH_NOTE = "N1,外星人,办理中,2026-11-05 08:00:00,,120.2,30.2,无此社区,"
WEEK = "城管事件 第3周.csv"


def load(store: Store, clock: Clock, path: Path, **options: str) -> LoadResult:
    return load_file(store, LoadRequest(dataset="incidents", file=path, clock=clock, **options))


def write(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def filled(store: Store, clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Load 1: two days ago, clean. Load 2: today, 7 of 9 rows in quarantine. Load 3: today, refused, a hostile name."""
    folder = tmp_path_factory.mktemp("files")
    before = Clock(clock.at - timedelta(days=2))
    load(store, before, write(folder, "first.csv", HEAD, GOOD))
    load(store, clock, write(folder, WEEK, HEAD, GOOD.replace("G1", "G2"), *BAD, KEPT_WITH_NOTE, "合计,,,,,,,,"))
    load(store, clock, write(folder, f"{HOSTILE}.csv", "工单,何时", "1,2026-11-01"))
    return store


@pytest.fixture
def here(filled: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The pages' store is the module's, and what other tests kept is forgotten before and after."""
    st.cache_resource.clear()
    monkeypatch.setattr(queries, "store", lambda: filled)
    yield
    st.cache_resource.clear()


@pytest.fixture
def data(here: None, clock: Clock) -> DataView:
    """The page's view of load 2."""
    return computed.open_data(make_view({"load": "2"}, viewer=LEADER, clock=clock))


# ---------------------------------------------------------------- what the store answers


def test_the_newest_day_adds_up_its_loads_and_counts_no_rows_of_refused_files(filled: Store, clock: Clock) -> None:
    day = steward.newest_day(filled, LEADER, clock, zone="Asia/Shanghai")
    assert day == steward.LoadDay(date(2026, 11, 20), loads=2, read=9, quarantined=7, refused=1)


def test_an_area_viewer_sees_neither_the_ledger_of_loads_nor_the_quarantine(filled: Store, clock: Clock) -> None:
    secretary = Viewer(name="s", role="secretary", area_ids=frozenset({1}))
    assert steward.loads(filled, secretary, clock, query=LoadQuery()).lines == ()
    assert steward.reasons(filled, secretary, clock, load_id=2) == ()
    assert steward.rejects(filled, secretary, clock, query=RejectQuery(2)).rows == ()


def test_without_a_viewer_no_line_of_the_ledger_is_seen(filled: Store, clock: Clock) -> None:
    assert steward.loads(filled, Viewer(name="n", role="x", level=""), clock, query=LoadQuery()).lines == ()


def test_a_later_file_of_the_same_name_mends_a_load_and_another_name_does_not(
    new_database: object, clock: Clock, tmp_path: Path
) -> None:
    store = Store(new_database())  # type: ignore[operator]
    load(store, clock, write(tmp_path, "a.csv", HEAD, BAD[0]))
    load(store, clock, write(tmp_path, "b.csv", "x", "1"))
    assert [one.load_id for one in steward.troubled(store, LEADER, clock, most=5)[0]] == [2, 1]
    load(store, clock, write(tmp_path, "c.csv", HEAD, GOOD))
    assert steward.troubled(store, LEADER, clock, most=1)[1] == 2
    load(store, clock, write(tmp_path, "a.csv", HEAD, GOOD.replace("G1", "B1")))
    load(store, clock, write(tmp_path, "b.csv", HEAD, GOOD.replace("G1", "G3")))
    assert steward.troubled(store, LEADER, clock, most=5) == ((), 0)
    store.close()


def test_two_hundred_loads_are_paged_and_filtered(new_database: object, clock: Clock) -> None:
    store = Store(new_database())  # type: ignore[operator]
    with store.loading(OPERATOR, clock) as connection:
        connection.execute(
            text("""
            insert into core.source (code, dataset, name) values ('one', 'incidents', 'One'), ('two', 'funds', 'Two');
            insert into ops.load (dataset, source_id, file_name, sha256, fingerprint, status, read, inserted,
                                  quarantined, loaded_by, started_at, finished_at)
            select case n % 2 when 0 then 'incidents' else 'funds' end, 1 + n % 2, n || '.csv', '', n::text, 'loaded',
                   10, case when n % 10 = 0 then 9 else 10 end, case when n % 10 = 0 then 1 else 0 end, 't',
                   ops.clock() - n * interval '1 hour', ops.clock() - n * interval '1 hour'
            from generate_series(1, 230) n""")
        )
    page = steward.loads(store, LEADER, clock, query=LoadQuery(skip=220, rows=20))
    assert (page.found, [line.load_id for line in page.lines]) == (230, list(range(10, 0, -1)))
    assert steward.loads(store, LEADER, clock, query=LoadQuery(source="two", rows=5)).found == 115
    assert steward.loads(store, LEADER, clock, query=LoadQuery(status="quarantined", rows=5)).found == 23
    assert steward.loads(store, LEADER, clock, query=LoadQuery(status="loaded", rows=5)).found == 207
    assert steward.loads(store, LEADER, clock, query=LoadQuery(status="refused", rows=5)).found == 0
    store.close()


def test_each_look_at_refused_values_leaves_its_line_in_the_audit_trail(data: DataView, filled: Store) -> None:
    opened = replace(data, rejects=replace(data.rejects, fault="bad_time"))
    assert [one.row for one in computed.rejects(opened).rows] == [7, 8]
    computed.rejects(opened)
    with filled.loading(OPERATOR, data.view.clock) as connection:
        seen = connection.execute(
            text("select viewer, object from ops.audit where action = 'read-rejects' and detail ->> 'fault' = :fault"),
            {"fault": "bad_time"},
        ).all()
    assert [tuple(row) for row in seen] == [("leader", "load:2")] * 2


# ---------------------------------------------------------------- what is computed and said


def test_reasons_come_by_number_of_rows_and_notes_are_the_faults_of_kept_rows(data: DataView) -> None:
    found = {reason.fault: reason.rows for reason in computed.reasons(data)}
    assert found == {
        "bad_time": 2,
        "closed_before_reported": 2,
        "unknown_status": 2,
        "bad_coordinates": 1,
        "missing_value": 1,
    }
    assert list(found)[-1] == "missing_value"
    assert computed.notes(data) == {"unknown_category": 1}
    assert "一行可以有多个原因" in reasons_panel.unit(data)


def test_a_load_that_does_not_exist_shows_the_newest_and_says_so(data: DataView, clock: Clock) -> None:
    for named in ("99", "x", "9" * 20):
        found = computed.open_data(make_view({"load": named}, viewer=LEADER, clock=clock))
        assert found.load is not None
        assert found.load.load_id == 3
        assert [note.key for note in found.view.notes] == ["data.note_load"]


def test_nothing_of_the_url_reaches_a_query_but_what_exists(data: DataView, clock: Clock) -> None:
    hostile = {"load": "2", "fault": "' or 1=1", "sort": "fault; drop", "source": HOSTILE, "status": "x", "page": "-4"}
    found = computed.open_data(make_view(hostile, viewer=LEADER, clock=clock))
    assert (found.fault, found.rejects.sort, found.rejects.skip) == (None, "row", 0)
    assert found.ledger == LoadQuery(rows=computed.PAGE_LOADS)


def test_a_refused_file_is_seen_although_it_changes_no_data_version(
    filled: Store, data: DataView, clock: Clock, tmp_path: Path
) -> None:
    before = queries.asked_ledger(data.view.asked)
    load(filled, clock, write(tmp_path, "later.csv", "y", "1"))
    after = queries.asked_ledger(data.view.asked)
    assert (after.version, after.end > before.end) == (before.version, True)
    load(filled, clock, write(tmp_path, "later.csv", HEAD, GOOD.replace("G1", "G9")))


def source_line(dataset: str, loaded_at: datetime, last_on: date | None) -> SourceLine:
    return SourceLine(1, dataset, dataset, dataset, False, 1, last_on, last_on, 1, loaded_at, 1, 0)


def test_a_source_is_late_from_the_agreed_age_on_and_incidents_by_their_newest_day(data: DataView) -> None:
    now = data.view.clock.at
    sources = (
        source_line("funds", now - timedelta(days=6), date(2020, 1, 1)),
        source_line("layers", now - timedelta(days=366), None),
        source_line("incidents", now - timedelta(hours=1), date(2026, 11, 17)),
        source_line("households", now, None),
    )
    found = computed.by_lateness(replace(data, sources=sources))
    assert [one.source.dataset for one in found] == ["incidents", "layers", "funds", "households"]
    assert [one.is_late for one in found] == [True, True, False, False]
    assert found[0].due_at == datetime(2026, 11, 18, 16, tzinfo=UTC)
    assert words.length(data, found[1].late_s) == "1 天"


def test_the_sentence_says_what_was_refused_and_who_is_late(data: DataView) -> None:
    late = source_line("funds", data.view.clock.at - timedelta(days=10), None)
    first, lead = words.sentence(replace(data, sources=(*data.sources, late)))
    assert first.startswith("今天装载")
    assert "被隔离" in first
    assert lead.startswith("2 个来源没有按约定更新，最久的是通用格式（事件），已晚 13 天；")


def test_the_quarantine_as_a_file_runs_no_formula_and_shows_no_telephone(data: DataView) -> None:
    export = data_export.export(data.view)
    assert export is not None
    written = csv_bytes(export.headings, export.lines)
    assert written.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(written.decode("utf-8-sig"))))
    values = {line["内容"] for line in lines}
    assert {"'=1+1", "昨天 138****5678", HOSTILE} <= values
    assert all(line["处理办法"] for line in lines)
    assert export.found == len(lines)


def test_numbers_stay_numbers_in_a_file() -> None:
    assert csv_bytes(["n"], [[-3], ["-3"]]).decode("utf-8-sig").split() == ["n", "-3", "'-3"]


def test_columns_are_called_by_the_built_in_heading_in_chinese_and_as_they_are_in_english() -> None:
    assert heading("incidents", "closed_at", "zh") == "办结时间"
    assert heading("incidents", "closed_at", "en") == "closed_at"
    assert heading("funds", "amount", "zh") == "金额"
    assert heading("incidents", "geometry", "zh") == "几何"
    assert heading("no-such-dataset", "code", "zh") == "code"


def test_a_fault_of_an_older_program_shows_its_code_and_a_missing_parameter_a_gap() -> None:
    assert fault_words.message("no_such_fault", "zh") == "no_such_fault"
    assert fault_words.hint("no_such_fault", "zh") == ""
    assert "…" in fault_words.message("conflicting_rows", "zh", {})
    assert fault_words.summary("conflicting_rows", "en") == "Rows with one id contradict each other."


def test_a_row_says_its_message_and_hostile_text_is_escaped(data: DataView) -> None:
    drawn = reasons_panel._row(data, Reject(7, "status", HOSTILE, "unknown_status", {}))
    assert "<img" not in drawn
    assert "状态不在约定的取值之内" in drawn


# ---------------------------------------------------------------- the page itself


def test_the_page_runs_for_every_load_and_language(here: None, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_NOW", clock.at.isoformat())
    monkeypatch.setattr(context, "viewer", lambda: LEADER)
    for params in ({}, {"load": "2", "fault": "bad_time", "lang": "en"}, {"load": "3"}, {"status": "refused"}):
        page = AppTest.from_file(str(ROOT / "pages" / "data.py"), default_timeout=60)
        page.query_params.update(params)
        page.run()
        assert not page.exception


@pytest.fixture(scope="module")
def address(filled: Store, store_environment: dict[str, str]) -> Iterator[str]:
    with served(store_environment) as found:
        yield f"{found}/data"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def _is_unhurt(page: Page) -> bool:
    return page.locator("img[src=x]").count() == 0 and page.title() != "owned"


@pytest.mark.browser
def test_a_load_is_opened_its_reason_read_and_its_quarantine_taken_home(browser: Browser, address: str) -> None:
    with watched(browser) as visit:
        page = visit.open(address)
        page.locator(".chip", has_text="第 2 批 · 隔离 7 行").click()
        expect(page.locator(".d-key")).to_contain_text("共 9 行新增 2隔离 7")
        expect(page.locator(".d-told")).to_contain_text("另跳过 1 行")
        page.locator(".d-reasons .btn", has_text="看 2 行").last.click()
        expect(page.locator(".d-rejects tbody tr")).to_have_count(2)
        expect(page.locator(".d-rejects")).to_contain_text(HOSTILE)
        assert "fault=unknown_status" in page.url
        with page.expect_download() as waiting:
            page.get_by_role("link", name="下载隔离的 7 行").click()
        assert "'=1+1" in Path(waiting.value.path()).read_text(encoding="utf-8-sig")
        expect(page.locator(".st-key-panel_data_notes")).to_contain_text("外星人")
        assert _is_unhurt(page)


def test_swapped_coordinates_have_the_remedy_of_their_own(data: DataView) -> None:
    reason = next(one for one in computed.reasons(data) if one.fault == "bad_coordinates")
    drawn = reasons_panel._reason(data, reason, most=2)
    assert "经度和纬度可能填反了" in drawn
    assert "没有坐标时两格都留空" not in drawn


@pytest.mark.browser
def test_a_row_of_the_ledger_opens_its_load_and_brings_the_head_into_view(browser: Browser, address: str) -> None:
    with watched(browser, size=DESK) as visit:
        page = visit.open(f"{address}?lang=en&status=refused")
        row = page.locator(".d-loads tbody tr", has_text="refused").last
        expect(row).to_contain_text(HOSTILE)
        row.locator("td").nth(1).click()
        expect(page.locator(".d-fate.refused")).to_contain_text("The whole file was refused")
        expect(page.locator(".d-why").first).to_contain_text("A required column is missing.")
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0
        main = "document.querySelector('[data-testid=stMain]')"
        assert page.evaluate(f"{main}.scrollWidth <= {main}.clientWidth")
        assert _is_unhurt(page)


@pytest.mark.browser
def test_without_the_database_every_panel_says_so(browser: Browser, store_environment: dict[str, str]) -> None:
    with served(without_store(store_environment)) as down, watched(browser) as visit:
        page = visit.open(f"{down}/data")
        expect(page.locator("h1")).to_have_text("暂时读不到装载记录")
        expect(page.locator("p.down")).to_have_count(6)


@pytest.mark.browser
def test_an_empty_store_says_the_first_commands(
    browser: Browser, new_database: object, store_environment: dict[str, str]
) -> None:
    urls = new_database()  # type: ignore[operator]
    own = {"COCKPIT_DATABASE_URL": urls.owner, "COCKPIT_APP_URL": urls.app, "COCKPIT_LOAD_URL": urls.load}
    with served(store_environment | own) as empty, watched(browser) as visit:
        page = visit.open(f"{empty}/data")
        expect(page.locator("h1")).to_have_text("还没有装载任何数据")
        expect(page.locator(".d-holdings")).to_contain_text("cockpit load boundaries 文件 --level street")
