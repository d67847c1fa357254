"""What is not the asker's is refused like what does not exist: same answer, nothing shown, a line in the trail."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
import streamlit as st
from sampled_street import street, viewer_of
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response

from cockpit import context, queries
from cockpit import layers as drawn
from cockpit.access import refusals
from cockpit.access.current import COOKIE
from cockpit.context import make_view
from cockpit.data.computed import open_data
from cockpit.funds.computed import open_funds
from cockpit.overview import computed as overview
from cockpit.routes import layers
from geo.accounts import add_account, open_session
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, OPERATOR, Clock, Viewer

OWN, SIBLING, ABOVE = "community:330109099014", "community:330109099003", "street:330109099"
GRID, OTHER_GRID = "grid:330109099014005", "grid:330109099003001"
ROUTES = {"areas": layers.areas, "lines": layers.lines, "base": layers.base, "heat": layers.heat}
ROLES = {
    "leader": (),
    "street-leader": (ABOVE,),
    "secretary": (OWN,),
    "grid_worker": (GRID,),
    "evaluator": (OWN, "community:330109099020"),
    "steward": (),
    "admin": (),
    "wall": (),
}
MAY = {
    "leader": {OWN, SIBLING, ABOVE, GRID, OTHER_GRID},
    "street-leader": {OWN, SIBLING, ABOVE, GRID, OTHER_GRID},
    "steward": {OWN, SIBLING, ABOVE, GRID, OTHER_GRID},
    "secretary": {OWN, GRID},
    "evaluator": {OWN, GRID},
    "grid_worker": {GRID},
}
HOSTILE = (
    "community:",
    ":",
    "community:330109099014'--",
    "community:%00",
    "社区:x",
    "site:",
    "community:\x00",
    "a" * 500,
)


@pytest.fixture(scope="module")
def store(new_database: Callable[[], StoreUrls], clock: Clock) -> Iterator[Store]:
    found = Store(street(new_database, clock))
    yield found
    found.close()


@pytest.fixture(scope="module")
def cookies(store: Store) -> dict[str, str]:
    """A session of each role."""
    now = datetime.now(UTC)
    return {
        login: open_session(
            store,
            add_account(
                store, OPERATOR, login=login, display_name=login, role=login.rsplit("-")[-1], areas=areas, now=now
            ),
            method="password",
            address="127.0.0.1",
            now=now,
        )
        for login, areas in ROLES.items()
    }


@pytest.fixture(autouse=True)
def asked_here(store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (queries, overview, drawn):
        monkeypatch.setattr(module, "store", lambda: store)
    monkeypatch.setenv("COCKPIT_NOW", clock.at.isoformat())
    monkeypatch.setattr(refusals, "_REFUSALS", refusals.Refusals())
    st.cache_resource.clear()


def get(route: str, cookie: str, **params: str) -> Response:
    """What one of the addresses answers to the holder of a cookie."""
    asked = {"from": "2026-11-01", "to": "2026-11-21"} if route == "heat" else {"day": "2026-11-20", "level": "grid"}
    query = urlencode({**asked, **{name: value for name, value in params.items() if value}})
    request = Request({
        "type": "http", "method": "GET", "path": f"/layers/{route}", "query_string": query.encode(),
        "headers": [(b"cookie", f"{COOKIE}={cookie}".encode())], "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80), "scheme": "http",
    })  # fmt: skip
    return ROUTES[route](request)


def trail(store: Store, clock: Clock, *, since: int = 0) -> list[tuple[str, str, str, str]]:
    """The refusals of the trail: who, what, what exactly, with what result."""
    with store.reading(OPERATOR, clock) as connection:
        found = connection.execute(
            text("select viewer, object, detail ->> 'asked', result, audit_id from ops.audit"
                 " where action = 'refused' and audit_id > :since order by audit_id"), {"since": since},
        ).all()  # fmt: skip
    return [(row[0], row[1], row[2], row[3]) for row in found]


def last_line(store: Store, clock: Clock) -> int:
    with store.reading(OPERATOR, clock) as connection:
        return int(connection.execute(text("select coalesce(max(audit_id), 0) from ops.audit")).scalar_one())


@pytest.mark.parametrize("role", ROLES)
def test_map_addresses_answer_for_own_areas_and_refuse_others_like_unknown_ones(
    role: str, cookies: dict[str, str], store: Store, clock: Clock
) -> None:
    since = last_line(store, clock)
    refused = set()
    for route in ROUTES:
        unknown = get(route, cookies[role], area="community:no-such-code")
        assert unknown.status_code == 404
        for area in (OWN, SIBLING, ABOVE, GRID, OTHER_GRID):
            answer = get(route, cookies[role], area=area, level="microgrid" if area.startswith("grid") else "grid")
            if area in MAY.get(role, set()):
                assert (answer.status_code, answer.headers["vary"]) == (200, "cookie"), (route, area)
                assert "private" in answer.headers["cache-control"]
            else:
                refused.add(area)
                assert (answer.status_code, answer.body, answer.raw_headers) == (
                    unknown.status_code, unknown.body, unknown.raw_headers), (route, area)  # fmt: skip
    lines = trail(store, clock, since=since)
    assert {line[0] for line in lines} == {role}
    assert {line[3] for line in lines} == {"refused"}
    if role in MAY:
        assert {line[2] for line in lines} == {"community:no-such-code", *refused}
    else:
        assert {line[2] for line in lines} == {f"/layers/{route}" for route in ROUTES}
    assert len(lines) == len(set(lines)), "at most one line a minute for the same thing"


def test_an_address_without_an_area_holds_the_own_areas_only(cookies: dict[str, str]) -> None:
    answer = get("areas", cookies["secretary"])
    body = bytes(answer.body).decode()
    assert body.count("<path") == body.count("330109099014") > 0
    assert bytes(get("heat", cookies["secretary"]).body) == bytes(get("heat", cookies["secretary"], area=OWN).body)
    assert bytes(get("heat", cookies["grid_worker"]).body) == bytes(get("heat", cookies["leader"], area=GRID).body)


def test_without_a_session_every_map_address_is_refused_alike(cookies: dict[str, str]) -> None:
    for cookie in ("", "forged", cookies["leader"][:-1], "x" * 4000):
        for route in ROUTES:
            for area in ("", OWN, "community:no-such-code"):
                answer = get(route, cookie, area=area)
                assert (answer.status_code, bytes(answer.body)) == (401, b"sign in first")


@pytest.mark.parametrize("named", [SIBLING, ABOVE, OTHER_GRID, "community:no-such-code", *HOSTILE])
def test_an_area_of_the_url_that_is_not_seen_opens_the_own_one_with_the_same_note(
    named: str, store: Store, clock: Clock
) -> None:
    secretary = viewer_of(store, clock, "secretary", OWN)
    view = make_view({"area": named}, viewer=secretary, clock=clock)
    own = make_view({}, viewer=secretary, clock=clock)
    assert view.filters == own.filters
    assert [note.key for note in view.notes] == ["common.note_area_own"]
    assert view.notes[0].text("zh") == f"没有找到区域“{named}”，已显示和平社区。"
    assert not view.is_area_named


@pytest.mark.parametrize("named", [SIBLING, "community:no-such-code", "community:\x00", "a" * 500])
def test_a_page_that_was_asked_for_another_area_leaves_a_line(
    named: str, store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = last_line(store, clock)
    secretary = viewer_of(store, clock, "secretary", OWN, name="curious")
    context._note_refused(make_view({"area": named}, viewer=secretary, clock=clock))
    context._note_refused(make_view({"area": OWN}, viewer=secretary, clock=clock))
    context._note_refused(make_view({}, viewer=secretary, clock=clock))
    assert trail(store, clock, since=since) == [("curious", "area", named[:120].replace("\x00", ""), "refused")]


@pytest.mark.parametrize("fund", ["JJ-01", "no-such-fund"])
def test_a_fund_of_the_street_is_unknown_to_a_secretary(fund: str, store: Store, clock: Clock) -> None:
    since = last_line(store, clock)
    secretary = viewer_of(store, clock, "secretary", OWN, name="curious")
    opened = open_funds(make_view({"fund": fund}, viewer=secretary, clock=clock))
    assert opened.fund is None
    assert opened.scope.fund_id is None
    assert [note.text("zh") for note in opened.view.notes] == [f"没有找到基金“{fund}”，已显示全部基金。"]
    assert trail(store, clock, since=since) == [("curious", "fund", fund, "refused")]
    assert open_funds(make_view({"fund": fund}, viewer=LEADER, clock=clock)).fund is not None or fund != "JJ-01"


def test_the_ledger_of_loads_shows_nothing_to_who_sees_a_part(store: Store, clock: Clock) -> None:
    for role in ("secretary", "evaluator", "leader", "grid_worker"):
        viewer = viewer_of(store, clock, role, OWN)
        for load in ("1", "999999"):
            data = open_data(make_view({"load": load}, viewer=viewer, clock=clock))
            assert (data.load, data.sources, data.is_empty) == (None, (), True)


def test_a_flood_of_refusals_leaves_few_lines_and_says_how_many_more(store: Store, clock: Clock) -> None:
    flood, now = refusals.Refusals(), datetime.now(UTC)
    viewer = Viewer("flood", "secretary", account_id=7, address="10.0.0.7")
    due = [flood.is_due(viewer, "area", f"community:{number}", now=now)[0] for number in range(500)]
    assert sum(due) == refusals.MOST
    assert flood.is_due(viewer, "area", "community:x", now=now + timedelta(seconds=59)) == (False, 0)
    assert flood.is_due(viewer, "area", "community:x", now=now + refusals.EVERY) == (True, 500 - refusals.MOST + 1)
    other = Viewer("other", "secretary", account_id=8, address="10.0.0.7")
    assert flood.is_due(other, "area", "community:1", now=now) == (True, 0), "another account has its own lines"


def test_who_asks_for_a_thousand_areas_and_never_again_leaves_the_number(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "store", lambda: store)
    monkeypatch.setattr(refusals, "_REFUSALS", refusals.Refusals())
    viewer, now = Viewer("scanner", "secretary", account_id=9, address="10.0.0.9"), datetime.now(UTC)
    for number in range(1_000):
        refusals.note(viewer, what="area", asked=f"community:{number}", where="page")
    for _ in range(2):
        refusals.sum_up(now=now + 2 * refusals.EVERY)
    with store.reading(OPERATOR, Clock(now)) as connection:
        asked = text("select object, detail from ops.audit where viewer = 'scanner' order by seq")
        written = [tuple(row) for row in connection.execute(asked)]
    assert len(written) == refusals.MOST + 1
    assert written[-1] == ("flood", {"not_told_before": 1_000 - refusals.MOST})
