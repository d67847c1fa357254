"""Every address of the server's route table has its door: an upgrade that brings another address fails here."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from browser import ROOT, served, sign_in
from sqlalchemy import text
from web import Web

from cockpit.access.addresses import Door, door
from geo.store import Store
from geo.viewer import OPERATOR, Clock

PRINTED = """
import json
from cockpit.asgi import app
from streamlit import config
assert config.get_option("server.enableAgentApi") is False
print("routes", json.dumps([[getattr(r, "path", ""), sorted(getattr(r, "methods", None) or ())]
                            for r in app._build_starlette_app().routes]))
"""
OPEN, PAGE, GUARDED, SHUT = Door.OPEN, Door.PAGE, Door.GUARDED, Door.SHUT
DOORS = {
    # our own
    "/healthz": OPEN, "/csp-report": PAGE, "/signin": OPEN, "/signin/oidc": OPEN, "/signin/password": OPEN,
    "/signin/wall": OPEN,
    "/signout": OPEN, "/layers/areas.svg": GUARDED, "/layers/lines.svg": GUARDED, "/layers/base.svg": GUARDED,
    "/layers/heat.csv": GUARDED, "/layers/wall.svg": GUARDED,
    "/export/entries.csv": GUARDED, "/export/rejects.csv": GUARDED,
    "/export/audit.csv": GUARDED, "/export/trace.csv": GUARDED, "/export/assessment.csv": GUARDED,
    "/export/differences.csv": GUARDED,
    "/export/figures.csv": GUARDED, "/export/figures.xlsx": GUARDED, "/export/report.pdf": GUARDED,
    "/upload/file": GUARDED, "/wall/bell": GUARDED, "/{page}/_stcore/health": OPEN,
    "/{page}/_stcore/host-config": OPEN,
    # Streamlit's
    "/_stcore/health": OPEN, "/_stcore/host-config": OPEN, "/app/static/{path:path}": OPEN,
    "/_stcore/stream": GUARDED, "/_stcore/bidi-components/{path:path}": GUARDED,
    "/_stcore/metrics": SHUT, "/media/{file_id:path}": SHUT, "/_stcore/upload_file/{session_id}/{file_id}": SHUT,
    "/component/{path:path}": SHUT, "/auth/login": SHUT, "/auth/logout": SHUT, "/oauth2callback": SHUT,
    "/_stcore/agent/interact": SHUT, "/_stcore/agent/openapi.json": SHUT, "/_stcore/agent/mcp": SHUT,
    "": PAGE,  # what is left: the page itself, and files of its folder
}  # fmt: skip


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory, store_environment: dict[str, str]) -> dict[str, list[str]]:
    home: Path = tmp_path_factory.mktemp("home")
    told = subprocess.run(
        [sys.executable, "-c", PRINTED], cwd=ROOT, env=store_environment | {"COCKPIT_HOME": str(home)},
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    line = next(line for line in told.stdout.splitlines() if line.startswith("routes "))
    return dict(json.loads(line.removeprefix("routes ")))


def test_the_route_table_has_the_addresses_that_are_known_here_and_no_other(routes: dict[str, list[str]]) -> None:
    assert set(routes) == set(DOORS)


@pytest.mark.parametrize("path", DOORS)
def test_every_address_is_guarded_as_is_written_here(path: str) -> None:
    asked = path.replace("{page}", "funds").replace("{path:path}", "a/b.js").replace("{file_id:path}", "a/b.csv")
    asked = asked.replace("{session_id}", "s").replace("{file_id}", "f") or "/"
    assert door(asked, has_oidc=False) is DOORS[path]
    is_provider = path in ("/auth/login", "/oauth2callback")
    assert door(asked, has_oidc=True) is (OPEN if is_provider else DOORS[path])


@pytest.mark.parametrize(
    "path", ["/_stcore/agent", "/_stcore/agent/", "/_stcore/agent/x", "/_stcore/metrics/", "/media/", "/component/x"]
)
def test_what_lies_below_a_shut_address_is_shut(path: str) -> None:
    assert door(path, has_oidc=True) is SHUT


@pytest.mark.parametrize(
    "path", ["/a/b", "/x.html", "/index.html", "/_stcore/x", "/_stcore/x/", "/layers/x", "/export/x.csv", "//", "/统计"]
)
def test_what_is_not_named_exists_for_nobody(path: str) -> None:
    assert door(path, has_oidc=True) is Door.UNKNOWN


NOWHERE = ("/a/b", "/x.html", "/index.html", "/layers/no.svg", "/export/x.csv", "/_stcore/nothing", "//a",
           "/%E7%BB%9F%E8%AE%A1", f"/{'a' * 65}", "/signin/x")  # fmt: skip


def test_an_address_that_nothing_has_is_refused_in_our_words_with_a_line_of_the_trail(
    store: Store, store_environment: dict[str, str]
) -> None:
    with served(store_environment) as address:
        lost = Web(address, {"cockpit_session": sign_in(store_environment, login="lost")})
        for path in NOWHERE:
            answer = lost.ask(path)
            assert (answer.status, answer.headers["cache-control"]) == (404, "no-store"), path
            assert "您无权打开这个页面，或页面不存在" in answer.text
            assert Web(address).ask(path).status == 401
        assert "You may not open this page, or it does not exist" in lost.ask("/a/b?lang=en").text
        assert lost.ask("/a/b", method="POST").status == 404
        assert lost.ask("/_stcore/agent/openapi.json").status == 401
    with store.reading(OPERATOR, Clock(datetime.now(UTC))) as connection:
        asked = text("select detail from ops.audit where action = 'refused' and viewer = 'lost' order by audit_id")
        told = [row.detail["path"] for row in connection.execute(asked)]
    assert told[:4] == ["/a/b", "/x.html", "/index.html", "/layers/no.svg"]
