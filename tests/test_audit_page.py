"""The audit page: who did what, filters and pages in the URL, whether the chain holds; reading it is in it; hostile
words stay text."""

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from audit_trails import meddle
from browser import DESK, WAIT_MS, chromium, served, sign_in, watched
from playwright.sync_api import Browser, expect

from cockpit import queries
from cockpit.access.current import COOKIE
from cockpit.audit import computed, lines_panel, panels
from cockpit.audit.computed import AuditView, open_audit
from cockpit.context import make_view
from config.messages import catalogue
from geo import audit_trail
from geo.audit import FAILED, REFUSED, audit
from geo.audit_trail import LineQuery
from geo.errors import AuditUnavailable
from geo.store import Store
from geo.viewer import LEADER, OPERATOR, SITE, Clock, Viewer

ROOT = Path(__file__).parent.parent
HOSTILE = "<img src=x onerror=\"document.title='owned'\">"
JUDGE = Viewer("judge", "evaluator", SITE, account_id=3, address="10.0.0.7")
STRANGER = Viewer("nobody", "", "", address="10.9.9.9")


@pytest.fixture(scope="module")
def filled(store: Store, clock: Clock) -> Store:
    """Two refused sign-ins of a stranger, a failed one, 120 reads by the leader, one line that is hostile all over."""
    for result, n in ((REFUSED, 2), (FAILED, 1)):
        for _ in range(n):
            with store.admitting(STRANGER, clock) as connection:
                audit(
                    connection, viewer=STRANGER, action="sign-in-refused" if result == REFUSED else "sign-in-failed",
                    target="account:zhang", detail={}, result=result,
                )  # fmt: skip
    for number in range(120):
        with store.auditing(LEADER, clock) as connection:
            audit(connection, viewer=LEADER, action="read-rejects", target=f"load:{number}", detail={"faults": number})
    hostile = Viewer(HOSTILE, HOSTILE, SITE, address=HOSTILE)
    with store.auditing(hostile, clock) as connection:
        audit(
            connection, viewer=hostile, action=HOSTILE, target=HOSTILE, detail={HOSTILE: HOSTILE}, purpose=HOSTILE,
            row_ids=[HOSTILE], is_sensitive=True,
        )  # fmt: skip
    return store


@pytest.fixture
def opened(filled: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., AuditView]]:
    """Opens the page as the evaluator with the parameters of a URL."""
    st.cache_resource.clear()
    monkeypatch.setattr(queries, "store", lambda: filled)

    def view_of(state: dict[str, object] | None = None, viewer: Viewer = JUDGE, **params: str) -> AuditView:
        return open_audit(make_view(params, viewer=viewer, clock=clock), {} if state is None else state)

    yield view_of
    st.cache_resource.clear()


def readings(store: Store, clock: Clock) -> int:
    return len(audit_trail.lines(store, OPERATOR, clock, query=LineQuery(action="read-audit")))


def test_what_was_refused_comes_first_sign_ins_before_all(opened: Callable[..., AuditView]) -> None:
    found = opened()
    assert [(one.action, one.result, one.lines) for one in found.refused[:2]] == [
        ("sign-in-refused", "refused", 2),
        ("sign-in-failed", "failed", 1),
    ]
    assert "登录被拒绝 · 2" in panels._strip(found)


def test_an_opening_is_one_line_a_refresh_none_and_other_filters_another(
    opened: Callable[..., AuditView], filled: Store, clock: Clock
) -> None:
    before, state = readings(filled, clock), {}
    for _ in range(3):
        opened(state)
    assert readings(filled, clock) == before + 1
    opened(state, below="50")
    opened(state, line="3")
    assert readings(filled, clock) == before + 1
    opened(state, who="leader")
    assert readings(filled, clock) == before + 2
    newest = audit_trail.lines(filled, OPERATOR, clock, query=LineQuery(action="read-audit", rows=1))[0]
    assert newest.detail["viewer"] == "leader"
    assert newest.viewer == "judge"


def test_filters_of_the_url_are_followed_and_what_does_not_exist_is_not(opened: Callable[..., AuditView]) -> None:
    lines, has_older = computed.page(opened(who="leader", action="read-rejects"))
    assert {line.viewer for line in lines} == {"leader"}
    assert (len(lines), has_older) == (computed.PAGE_LINES, True)
    after, _ = computed.page(opened(who="leader", action="read-rejects", below=str(lines[-1].seq)))
    assert after[0].seq < lines[-1].seq
    assert {line.result for line in computed.page(opened(result="refused"))[0]} == {"refused"}
    assert opened(**{"from": "2020-01-01", "to": "2020-02-01"}).found == 0
    odd = opened(who="' or 1=1", action="x'; drop", result="?", period="never", below="-1", line="' or 1")
    assert (odd.query.viewer, odd.query.action, odd.query.result, odd.opened) == (None, None, None, None)
    assert odd.period == "week"


@pytest.mark.parametrize(
    "viewer",
    [
        LEADER,
        Viewer("s", "steward", SITE),
        Viewer("c", "secretary", "area", frozenset({1})),
        Viewer("e", "evaluator", "area", frozenset({1})),
        Viewer("", "", ""),
    ],
)
def test_whoever_has_no_right_to_the_trail_finds_it_empty(opened: Callable[..., AuditView], viewer: Viewer) -> None:
    found = opened(viewer=viewer)
    assert (found.people, found.counts, found.check, found.head.seq if found.head else 0) == ((), (), None, 0)
    assert computed.page(found) == ((), False)


def test_every_word_of_a_line_is_text(opened: Callable[..., AuditView]) -> None:
    found = opened(who=HOSTILE)
    line = computed.page(found)[0][0]
    drawn = lines_panel._row(replace(found, opened=line.seq), line) + panels.filter_markup(found)
    assert "<img" not in drawn
    assert drawn.count("&lt;img") >= 8


def test_a_check_says_what_it_found_and_leaves_its_line(
    opened: Callable[..., AuditView], filled: Store, clock: Clock
) -> None:
    assert "还没有校验过" in panels._lead(opened())
    assert computed.verify(opened()).holds
    assert panels._lead(opened()).startswith("审计链完整")
    meddle(filled, "update ops.audit set purpose = 'other' where seq = 2")
    assert not computed.verify(opened()).holds
    found = opened()
    assert panels._lead(found).startswith("审计链不完整")
    assert panels._why(found) == "审计链断裂：第 2 条的内容被改动过。"
    meddle(filled, "update ops.audit set purpose = null where seq = 2")
    assert computed.verify(opened()).holds


def test_where_the_reading_cannot_be_written_nothing_of_the_trail_is_shown(
    opened: Callable[..., AuditView], filled: Store
) -> None:
    meddle(filled, "revoke insert on ops.audit from cockpit_app")
    try:
        found = opened()
        assert found.is_unwritable
        assert (found.people, found.counts) == ((), ())
        with pytest.raises(AuditUnavailable):
            computed.page(found)
    finally:
        meddle(filled, "grant insert on ops.audit to cockpit_app")


def test_every_action_that_the_program_writes_has_words_in_both_languages() -> None:
    written = re.compile(r"""action\s*=\s*["']([a-z-]+)["']|\.audit\(\s*["']([a-z-]+)["']""")
    files = [path for room in ("geo", "cockpit", "loaders") for path in (ROOT / room).rglob("*.py")]
    codes = {a or b for path in files for a, b in written.findall(path.read_text(encoding="utf-8"))}
    assert {"load", "read-rejects", "export-rejects", "audit-purged", "signed-in"} <= codes
    for lang in ("zh", "en"):
        missing = sorted(code for code in codes if f"audit.action_{code.replace('-', '_')}" not in catalogue(lang))
        assert missing == []


def test_both_languages_have_the_same_keys() -> None:
    zh, en = (tomllib.loads((ROOT / f"config/messages/{lang}/audit.toml").read_text("utf-8")) for lang in ("zh", "en"))
    assert list(zh) == list(en)


# ---------------------------------------------------------------- in the browser


@pytest.fixture(scope="module")
def address(filled: Store, store_environment: dict[str, str]) -> Iterator[str]:
    with served(store_environment) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.mark.browser
def test_the_evaluator_reads_checks_and_takes_the_trail_home(
    browser: Browser, address: str, store_environment: dict[str, str], filled: Store, clock: Clock
) -> None:
    token = sign_in(store_environment, login="judge", role="evaluator")
    with watched(browser, size=DESK) as visit:
        page = visit.page
        page.context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
        page.goto(f"{address}/audit?who=leader")
        expect(page.locator(".a-lines tbody tr")).to_have_count(computed.PAGE_LINES, timeout=WAIT_MS)
        page.locator(".a-lines tbody tr").nth(3).locator("td").nth(3).click()
        expect(page.locator(".a-open")).to_contain_text("链哈希", timeout=WAIT_MS)
        assert "line=" in page.url
        page.get_by_role("button", name="校验").click()
        expect(page.locator(".a-now")).to_contain_text("刚刚校验", timeout=WAIT_MS)
        expect(page.locator(".a-state")).to_contain_text("完整", timeout=WAIT_MS)
        with page.expect_download() as waiting:
            page.get_by_role("link", name="导出 CSV").click()
        assert waiting.value.suggested_filename == "审计记录_judge.csv"
        taken = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
        assert "查看隔离行" in taken
        assert "导出人" in taken
        page.goto(f"{address}/audit?lang=en&who={HOSTILE}")
        expect(page.locator(".a-lines")).to_contain_text(HOSTILE, timeout=WAIT_MS)
        page.locator(".a-lines tbody tr td").first.click()
        expect(page.locator(".a-open")).to_contain_text("3 years", timeout=WAIT_MS)
        assert page.title() != "owned"
        assert page.locator("img[src=x]").count() == 0
