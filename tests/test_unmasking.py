"""Originals are opened for who may see them only, with a purpose, and never without the line in the audit trail."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import chromium, served, sign_in, watched
from loads_geo import Desk
from playwright.sync_api import expect
from sqlalchemy import create_engine, text

from geo import vault
from geo.store import Store, StoreUrls
from geo.unmasking import GOODS, LEDGER, REFUSED_ROWS, UnmaskingFailed, UnmaskingRefused, unmask
from geo.vault import VaultError
from geo.viewer import LEADER, NOBODY, OPERATOR, Clock, Viewer

ROOT = Path(__file__).parent.parent
REGISTER = (
    "基金编号,基金名称,基金类型,设立日期,所属区域代码,用途",
    "J1,社区基金,community,2024-01-01,A,助困",
    "J2,社区基金二,community,2024-01-01,B,助困",
)
ENTRIES = (
    "凭证号,基金编号,日期,类型,来源类别,付款方,收款方,用途类别,金额,说明",
    "a1,J1,2026-01-05,income,resident,张三,,,10.00,联系人李小明 13812345678",
    "b1,J2,2026-01-06,income,resident,王五,,,20.00,",
    "c1,J1,2026-01-07,income,merchant,万科物业服务有限公司,,,30.00,",
    "d1,J1,2026-01-08,income,resident,赵六,,,很多,",
    "e1,J1,2026-01-09,居民孙七的,resident,孙七,,,5,",
)
STEWARD = Viewer(name="data", role="steward", level="site", account_id=7, address="10.0.0.9")
SECRETARY = Viewer(name="sec", role="secretary", level="area", area_ids=frozenset({2}))
WHY = "核对 11 月票据"
SLOW_MS = 30_000


@pytest.fixture(scope="module")
def filled(store: Store, clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A street with two communities, a fund in each, entries with names, and refused rows."""
    found = Desk(store, clock, tmp_path_factory.mktemp("files"))
    with store.loading(OPERATOR, clock) as connection:
        connection.execute(
            text("""
            insert into core.source (code, dataset, name) values ('hand', 'boundaries', 'hand');
            insert into ops.load (dataset, file_name, sha256, fingerprint, status, loaded_by, started_at, finished_at)
              values ('boundaries', 'x', '0', '0', 'loaded', 'test', ops.clock(), ops.clock());
            insert into core.area (level, code, name, parent_id, is_nested, geom, label_point, area_m2, source_id,
                                   load_id, content_hash)
            select l, c, c, p, true, st_multi(st_makeenvelope(x, 0, x + 1, 1, 4326)),
                   st_setsrid(st_point(x + .5, .5), 4326), 1, 1, 1, c
              from (values ('street', 'S', null::int, 0), ('community', 'A', 1, 0), ('community', 'B', 1, 1))
                   v (l, c, p, x);
            """)
        )
    found.load("funds", found.csv(*REGISTER))
    assert found.load("funds", found.csv(*ENTRIES)).counts.quarantined == 2
    return found


def entry_id(desk: Desk, code: str) -> int:
    return int(desk.rows(f"select entry_id from core.ledger_entry where entry_code = '{code}'")[0][0])


def refused_id(desk: Desk) -> int:
    return int(desk.rows("select quarantine_id from ops.quarantine where is_sealed")[0][0])


def trail(desk: Desk) -> list[tuple[object, ...]]:
    return desk.rows(
        "select viewer, role, account_id, address, object, result, purpose, row_ids, is_sensitive"
        " from ops.audit where action = 'unmask' order by audit_id"
    )


def test_a_leader_opens_one_entry_and_the_trail_says_who_which_row_and_why(filled: Desk) -> None:
    before = len(trail(filled))
    asked = entry_id(filled, "a1")
    viewer = Viewer(name="wang", role="leader", level="site", account_id=3, address="10.0.0.8")
    found = unmask(filled.store, viewer, filled.clock, kind=LEDGER, row_ids=[asked], purpose=f"  {WHY} ")
    assert [(one.row_id, dict(one.texts)) for one in found] == [
        (asked, {"payer": "张三", "reason": "联系人李小明 13812345678"})
    ]
    assert "张三" not in repr(found)
    line = ("wang", "leader", 3, "10.0.0.8", "core.ledger_entry", "ok", WHY, [str(asked)], True)
    assert trail(filled)[before:] == [line]
    assert "张三" not in str(filled.rows("select * from ops.audit"))


def test_a_steward_opens_a_refused_row_with_the_row_as_received(filled: Desk) -> None:
    found = unmask(filled.store, STEWARD, filled.clock, kind=REFUSED_ROWS, row_ids=[refused_id(filled)], purpose=WHY)
    assert found[0].texts["value"] == "居民孙七的"
    assert '"付款方":"孙七"' in found[0].texts["record"]


@pytest.mark.parametrize(
    ("viewer", "kind", "code", "purpose"),
    [
        (NOBODY, LEDGER, "a1", WHY),
        (STEWARD, LEDGER, "a1", WHY),
        (Viewer(name="e", role="evaluator", level="site"), LEDGER, "a1", WHY),
        (Viewer(name="a", role="admin", level="site"), LEDGER, "a1", WHY),
        (Viewer(name="w", role="wall", level="site"), LEDGER, "a1", WHY),
        (Viewer(name="g", role="grid_worker", area_ids=frozenset({2})), LEDGER, "a1", WHY),
        (Viewer(name="n", role="secretary"), LEDGER, "a1", WHY),
        (SECRETARY, LEDGER, "b1", WHY),
        (SECRETARY, GOODS, "a1", WHY),
        (LEADER, LEDGER, None, WHY),
        (LEADER, LEDGER, "a1", ""),
        (LEADER, LEDGER, "a1", "   x   "),
        (LEADER, LEDGER, "a1", "x" * 201),
        (LEADER, REFUSED_ROWS, "refused", WHY),
        (Viewer(name="s", role="steward", area_ids=frozenset({2})), REFUSED_ROWS, "refused", WHY),
        (LEADER, "everything", "a1", WHY),
    ],
)
def test_who_may_not_or_says_no_purpose_or_names_a_row_out_of_reach_gets_nothing_and_it_is_recorded(
    filled: Desk, viewer: Viewer, kind: str, code: str | None, purpose: str
) -> None:
    before = len(trail(filled))
    asked = {None: 999_999, "refused": refused_id(filled)}.get(code) or entry_id(filled, code or "")
    with pytest.raises(UnmaskingRefused):
        unmask(filled.store, viewer, filled.clock, kind=kind, row_ids=[asked], purpose=purpose)
    added = trail(filled)[before:]
    assert [(line[0], line[5]) for line in added] == [(viewer.name, "refused")]


def test_an_area_viewer_opens_what_the_own_rows_hold_and_no_more(filled: Desk) -> None:
    with filled.store.reading(SECRETARY, filled.clock) as connection:
        seen = connection.execute(text("select entry_id from core.ledger_entry where is_sealed")).scalars().all()
    assert seen == [entry_id(filled, "a1")]
    found = unmask(filled.store, SECRETARY, filled.clock, kind=LEDGER, row_ids=seen, purpose=WHY)
    assert found[0].texts["payer"] == "张三"
    both = [*seen, entry_id(filled, "b1")]
    with pytest.raises(UnmaskingRefused):
        unmask(filled.store, SECRETARY, filled.clock, kind=LEDGER, row_ids=both, purpose=WHY)


def test_only_the_login_of_the_pages_may_ask_the_database_for_originals(filled: Desk) -> None:
    logins = ("cockpit_app", "cockpit_wall", "cockpit_gate", "cockpit_load")
    asked = ", ".join(
        f"has_function_privilege('{one}', 'ops.unmask(text, bigint[], text)', 'execute')" for one in logins
    )
    assert filled.rows(f"select {asked}") == [(True, False, False, False)]


def test_the_trail_keeps_a_purpose_without_names_and_numbers(filled: Desk) -> None:
    told = "联系人张三 13812345678 来电"
    unmask(filled.store, LEADER, filled.clock, kind=LEDGER, row_ids=[entry_id(filled, "a1")], purpose=told)
    assert trail(filled)[-1][6] == "联系人张* 138****5678 来电"


def test_more_than_twenty_rows_are_not_opened_at_once(filled: Desk) -> None:
    with pytest.raises(UnmaskingRefused):
        unmask(filled.store, LEADER, filled.clock, kind=LEDGER, row_ids=[entry_id(filled, "a1")] * 21, purpose=WHY)
    with pytest.raises(UnmaskingRefused):
        unmask(filled.store, LEADER, filled.clock, kind=LEDGER, row_ids=[], purpose=WHY)


def test_where_the_trail_cannot_be_written_nothing_is_opened(filled: Desk, urls: StoreUrls) -> None:
    owner = create_engine(urls.owner)
    refusing = """
    create function ops.full() returns trigger language plpgsql as $$ begin raise exception 'disk full'; end $$;
    create trigger full_disk before insert on ops.audit for each row execute function ops.full();
    """
    with owner.begin() as connection:
        connection.execute(text(refusing))
    try:
        with pytest.raises(UnmaskingFailed):
            unmask(filled.store, LEADER, filled.clock, kind=LEDGER, row_ids=[entry_id(filled, "a1")], purpose=WHY)
    finally:
        with owner.begin() as connection:
            connection.execute(text("drop trigger full_disk on ops.audit; drop function ops.full()"))
        owner.dispose()


def test_without_the_key_nothing_is_opened_and_no_line_says_it_was(
    filled: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = len(trail(filled))
    monkeypatch.setenv(vault.VARIABLE, str(tmp_path / "none.key"))
    with pytest.raises(VaultError):
        unmask(filled.store, LEADER, filled.clock, kind=LEDGER, row_ids=[entry_id(filled, "a1")], purpose=WHY)
    assert [line[5] for line in trail(filled)[before:]] == ["failed"]


def test_the_command_opens_refused_values_with_a_purpose_only(
    filled: Desk, store_environment: dict[str, str], clock: Clock
) -> None:
    load_id = filled.rows("select max(load_id) from ops.quarantine")[0][0]

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from cockpit.cli import main; main()", "rejects", str(load_id), *arguments]
        environment = store_environment | {"COCKPIT_NOW": clock.at.isoformat()}
        return subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
        )

    masked = run("--json")
    assert ("居民孙*的" in masked.stdout, "孙七" in masked.stdout) == (True, False)
    refused = run("--unmask")
    assert (refused.returncode, "孙七" in refused.stdout) == (2, False)
    opened = run("--unmask", "--purpose", WHY, "--json")
    assert (opened.returncode, "居民孙七的" in opened.stdout) == (0, True)
    assert "记入审计" in opened.stderr
    assert trail(filled)[-1][0] == "operator"


@pytest.fixture(scope="module")
def environment(filled: Desk, store_environment: dict[str, str]) -> dict[str, str]:
    return store_environment


@pytest.fixture(scope="module")
def address(environment: dict[str, str]) -> Iterator[str]:
    with served(environment) as found:
        yield found


def test_a_leader_opens_a_name_on_the_page_with_a_purpose_and_an_evaluator_has_no_button(
    filled: Desk, address: str, environment: dict[str, str]
) -> None:
    before = len(trail(filled))
    with chromium() as browser, watched(browser) as found:
        page = found.open(f"{address}/funds?period=all")
        row = page.locator(".f-entries tr", has_text="a1")
        expect(row).to_contain_text("张*", timeout=SLOW_MS)
        expect(row).to_contain_text("联系人李** 138****5678", timeout=SLOW_MS)
        assert "张三" not in page.content()
        row.get_by_role("button", name="显示姓名").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("每次显示都会记入审计", timeout=SLOW_MS)
        dialog.get_by_label("补充说明").fill("居民来电核对")
        dialog.get_by_role("button", name="显示", exact=True).click()
        expect(dialog.locator(".u-texts")).to_contain_text("张三", timeout=SLOW_MS)
        expect(dialog.locator(".u-texts")).to_contain_text("联系人李小明 13812345678", timeout=SLOW_MS)
        expect(dialog).to_contain_text("已记入审计", timeout=SLOW_MS)
        assert "张三" not in page.url
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0, timeout=SLOW_MS)
        assert "张三" not in page.content()
        assert [(line[0], line[6]) for line in trail(filled)[before:]] == [("leader", "核对票据：居民来电核对")]

        token = sign_in(environment, login="judge", role="evaluator")
        page.context.clear_cookies()
        page.context.add_cookies([{"name": "cockpit_session", "value": token, "url": address}])
        page.goto(f"{address}/funds?period=all")
        expect(page.locator(".f-entries")).to_contain_text("张*", timeout=SLOW_MS)
        expect(page.get_by_role("button", name="显示姓名")).to_have_count(0, timeout=SLOW_MS)
