"""Files by address: who asks is whom the cookie says, the file names them, and nothing leaves without its line."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
import streamlit as st
from asgi_client import Answer, ask
from audit_trails import meddle
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.routing import Route

from cockpit import exports as leaving
from cockpit import queries
from cockpit.access.current import COOKIE
from cockpit.routes import exports
from cockpit.spreadsheets import safe_cell
from geo.accounts import accounts_in, add_account, open_session
from geo.audit_trail import AuditLine, LineQuery, lines
from geo.store import Store
from geo.viewer import LEADER, OPERATOR, Clock
from loaders.dataset import LoadRequest
from loaders.work import load_file

NAME = "张三 =1+1"
ACCOUNTS = {
    "zhang": ("leader", ()),
    "own": ("secretary", ("community:a",)),
    "sibling": ("secretary", ("community:b",)),
    "grid": ("grid_worker", ("community:a",)),
    "judge": ("evaluator", ()),
    "root": ("admin", ()),
    "wall": ("wall", ()),
    "hand": ("steward", ()),
}
ENTRIES, REJECTS, AUDIT, FIGURES, TRACE = PATHS = (
    "/export/entries.csv", "/export/rejects.csv", "/export/audit.csv", "/export/figures.csv", "/export/trace.csv",
)  # fmt: skip
ALLOWED = {
    "zhang": (ENTRIES, REJECTS, FIGURES, TRACE), "own": (ENTRIES, FIGURES, TRACE), "sibling": (ENTRIES, FIGURES, TRACE),
    "grid": (), "judge": PATHS, "root": (), "wall": (), "hand": (REJECTS,),
}  # fmt: skip


Cookie = Callable[[str], dict[str, str]]
Client = Callable[..., Answer]


@pytest.fixture(scope="module")
def filled(store: Store, clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Two communities with a fund each, three entries in the first's and one in the second's; a load with a refusal."""
    with store.loading(LEADER, clock) as connection:
        connection.execute(
            text("""
            insert into core.source (code, dataset, name, is_simulated) values ('hand', 'funds', 'hand', true);
            insert into ops.load (dataset, source_id, file_name, sha256, fingerprint, status, loaded_by, started_at,
                                  finished_at)
              values ('funds', 1, 'x.csv', '0', '0', 'loaded', 'test', ops.clock(), ops.clock());
            insert into core.area (level, code, name, parent_id, is_nested, geom, label_point, area_m2,
                                   source_id, load_id, content_hash)
            select l, c, c, p, true, st_multi(st_makeenvelope(x, 0, x + 1, 1, 4326)),
                   st_setsrid(st_point(x + .5, .5), 4326), 1, 1, 1, c
              from (values ('street', 's', null::int, 0), ('community', 'a', 1, 0), ('community', 'b', 1, 1))
                   v (l, c, p, x);
            insert into core.fund (source_id, fund_code, name, fund_kind, street_id, community_id, content_hash,
                                   load_id)
              values (1, 'f1', '甲', 'community', 1, 2, 'h', 1), (1, 'f2', '乙', 'community', 1, 3, 'h', 1);
            insert into core.ledger_entry (source_id, entry_code, fund_id, entry_kind, occurred_on, amount, payer,
                                           street_id, community_id, recorded_at, content_hash, load_id)
            select 1, code, fund, kind, '2026-11-01', amount, payer, 1, fund + 1, ops.clock(), 'h', 1
            from (values ('e1', 1, 'income', 100.5, '＝cmd|calc'), ('e2', 1, 'expense', 20, ' @x'),
                         ('e3', 1, 'income', -3, 'x'),
                         ('e4', 2, 'income', 7, 'y')) v (code, fund, kind, amount, payer)""")
        )
    path = tmp_path_factory.mktemp("files") / "a.csv"
    path.write_text(
        "编号,类别,状态,上报时间,经度,纬度\n1,噪声扰民,=1+1,2026-11-05 08:00:00,120.2,30.2\n", encoding="utf-8"
    )
    load_file(store, LoadRequest(dataset="incidents", file=path, clock=clock))
    now = datetime.now(UTC)
    for login, (role, areas) in ACCOUNTS.items():
        add_account(store, OPERATOR, login=login, display_name=NAME, role=role, areas=areas, now=now)
    return store


@pytest.fixture
def client(filled: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    st.cache_resource.clear()
    monkeypatch.setattr(queries, "store", lambda: filled)
    monkeypatch.setenv("COCKPIT_NOW", "2026-11-20T14:32:00+08:00")
    app = Starlette(routes=[Route(path, handler) for path, handler in exports.ROUTES.items()])
    yield lambda target, headers=None: ask(app, target, headers)
    st.cache_resource.clear()


@pytest.fixture
def cookie(filled: Store) -> Callable[[str], dict[str, str]]:
    def of(login: str) -> dict[str, str]:
        now = datetime.now(UTC)
        with filled.admitting(OPERATOR, Clock(now)) as connection:
            account = accounts_in(connection, login=login)[0]
        token = open_session(filled, account, method="password", address="127.0.0.1", now=now)
        return {"cookie": f"{COOKIE}={token}"}

    return of


def newest(store: Store, clock: Clock) -> AuditLine:
    return lines(store, OPERATOR, clock, query=LineQuery(rows=1))[0]


def table(content: bytes) -> tuple[list[dict[str, str]], dict[str, str]]:
    """The rows by heading, and the notes below the empty line."""
    read = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    end = read.index([])
    rows = [dict(zip(read[0], row, strict=False)) for row in read[1:end]]
    return rows, dict(read[end + 1 :])  # type: ignore[arg-type]


@pytest.mark.parametrize("login", list(ACCOUNTS))
def test_every_role_gets_the_files_of_the_written_table_and_no_other(
    login: str, client: Client, cookie: Cookie, filled: Store, clock: Clock
) -> None:
    for path in PATHS:
        answer = client(path, cookie(login))
        line = newest(filled, clock)
        assert line.viewer == login
        assert line.account_id is not None
        if path in ALLOWED[login]:
            assert answer.status == 200, path
            assert line.action == f"export-{path.removeprefix('/export/').removesuffix('.csv')}"
        else:
            assert answer.status == 403, path
            assert answer.text.startswith("您的账号不能导出")
            assert (line.action, line.result) == ("export-refused", "refused")
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("sent", [None, "", "x" * 43])
def test_without_a_session_nothing_is_sent_and_a_line_stands(
    sent: str | None, client: Client, filled: Store, clock: Clock
) -> None:
    headers = {} if sent is None else {"cookie": f"{COOKIE}={sent}"}
    for path in PATHS:
        assert client(path, headers).status == 403
        line = newest(filled, clock)
        assert (line.viewer, line.action, line.target) == ("", "export-refused", f"export:{path[8:-4]}")
        assert line.address


def test_a_file_names_its_reader_and_what_it_is_of(client: Client, cookie: Cookie, filled: Store, clock: Clock) -> None:
    answer = client("/export/entries.csv?kind=income&period=all&sort=amount", cookie("zhang"))
    rows, notes = table(answer.content)
    assert [(row["凭证号"], row["金额 (CNY)"]) for row in rows] == [("e1", "100.50"), ("e4", "7.00"), ("e3", "-3.00")]
    assert next(iter(rows[0].values())) == "2026-11-01"
    heading = next(name for name in answer.content.decode("utf-8-sig").splitlines()[0].split(",") if "zhang" in name)
    assert NAME in heading
    assert notes["导出人"] == f"{NAME}（zhang）"
    assert "类型: 收入" in notes["筛选"]
    assert notes["行数"] == "3"
    assert notes["模拟数据"].startswith("是")
    line = newest(filled, clock)
    assert (line.detail["rows"], line.detail["kind"]) == (3, "income")
    named = unquote(answer.headers["content-disposition"].rpartition("UTF-8''")[2])
    assert line.detail["file"] == named
    assert named.startswith("流水_")
    assert named.endswith("_zhang.csv")


def test_a_secretary_takes_home_the_own_fund_and_nothing_of_the_sibling(client: Client, cookie: Cookie) -> None:
    for login, area, other, codes in (("own", "a", "b", {"e1", "e2", "e3"}), ("sibling", "b", "a", {"e4"})):
        for asked in ("?period=all", f"?period=all&area=community:{area}"):
            rows, _ = table(client(f"/export/entries.csv{asked}", cookie(login)).content)
            assert {row["凭证号"] for row in rows} == codes
        refused = {
            (answer.status, answer.text)
            for named in (f"community:{other}", f"community:{other}&fund=f2", "community:none", "street:s")
            for answer in [client(f"/export/entries.csv?period=all&area={named}", cookie(login))]
        }
        assert len(refused) == 1
        assert refused.pop()[0] == 404


def test_no_formula_leaves_live_in_any_file(client: Client, cookie: Cookie) -> None:
    rows, _ = table(client("/export/entries.csv?period=all", cookie("zhang")).content)
    assert {row["付款方"] for row in rows} == {"'＝cmd|calc", "' @x", "x", "y"}
    rows, _ = table(client("/export/rejects.csv", cookie("hand")).content)
    assert any(cell.startswith("'=1+1") for row in rows for cell in row.values())
    client("/export/entries.csv?q=%3D1%2B1&period=all", cookie("zhang"))


@pytest.mark.parametrize(
    "text_", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n1", "＝1", "＋1", "－1", "＠a", "\0=1", "  =1", '"=1',
              "\u200b=1",
              "\ufeff=1", "'=1", "\u202e=1", "−1", "\u3000＝1"],
)  # fmt: skip
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(text_: str) -> None:
    assert str(safe_cell(text_)).startswith("'")
    assert "\0" not in str(safe_cell(text_))


def test_plain_text_and_numbers_stay_as_they_are() -> None:
    assert [safe_cell(value) for value in ("张三", "a=1", "1-2", "", 7, -7, None)] == [
        "张三",
        "a=1",
        "1-2",
        "",
        7,
        -7,
        None,
    ]


def test_a_file_name_holds_no_path_no_control_and_no_turned_text() -> None:
    assert leaving.file_name('../a/b\\c:"\u202egnp.exe\n') == "_a_b_c___gnp.exe_"
    assert leaving.file_name("...") == "export"


def test_where_the_line_cannot_be_written_not_one_byte_leaves(
    client: Client, cookie: Cookie, filled: Store, clock: Clock
) -> None:
    head = newest(filled, clock)
    asked = {login: cookie(login) for login in ("judge",)}
    meddle(filled, "revoke insert on ops.audit from cockpit_app")
    try:
        for path in PATHS:
            answer = client(path, asked["judge"])
            assert answer.status == 503
            assert answer.text.startswith("审计记录写不进去")
    finally:
        meddle(filled, "grant insert on ops.audit to cockpit_app")
    assert newest(filled, clock).seq == head.seq + 1  # the session of the reader, no export


def test_twenty_thousand_rows_leave_without_being_held(
    client: Client, cookie: Cookie, filled: Store, clock: Clock
) -> None:
    with filled.loading(LEADER, clock) as connection:
        connection.execute(
            text("""
            insert into core.ledger_entry (source_id, entry_code, fund_id, entry_kind, occurred_on, amount, payer,
                                           street_id, community_id, recorded_at, content_hash, load_id)
            select 1, 'm' || n, 2, 'income', '2026-10-01', 1, 'x', 1, 3, ops.clock(), 'h', 1
            from generate_series(1, 20000) n""")
        )
    answer = client("/export/entries.csv?period=all&area=community:b", cookie("zhang"))
    assert len(answer.blocks) > 15
    assert max(len(block) for block in answer.blocks) < 400_000
    assert newest(filled, clock).detail["rows"] == 20_001
