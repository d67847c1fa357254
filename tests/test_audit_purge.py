"""What the law lets go is emptied, nothing younger, whoever asks; the chain still holds and the command says so."""

import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from audit_trails import make_older, meddle
from click.testing import CliRunner
from command_line import COMMAND
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from cockpit.cli.audit import audit as command
from geo import audit_chain, audit_trail
from geo.audit import audit
from geo.audit_chain import ALTERED, Break
from geo.audit_trail import LineQuery, Purged
from geo.store import Store, StoreUrls, _engine
from geo.viewer import LEADER, OPERATOR, Clock

STUB = """
update ops.audit
set occurred_at = recorded_at, viewer = '', account_id = null, role = null, address = null, action = '', object = '',
    detail = '{}', result = 'ok', purpose = null, row_ids = '{}', purged_at = clock_timestamp()
where seq = 3
"""


@pytest.fixture
def trail(new_database: Callable[[], StoreUrls], clock: Clock) -> Iterator[Store]:
    """Lines 1 to 4: the first two sensitive, each with words of the reader."""
    store = Store(new_database())
    for number in range(1, 5):
        with store.auditing(LEADER, clock) as connection:
            audit(
                connection, viewer=LEADER, action="kpi", target=f"t:{number}", detail={"n": number},
                purpose="信访件核实", row_ids=["7"], is_sensitive=number <= 2,
            )  # fmt: skip
    yield store
    store.close()


def lines(store: Store, clock: Clock) -> list[audit_trail.AuditLine]:
    return list(reversed(audit_trail.lines(store, OPERATOR, clock, query=LineQuery())))


def tomorrow() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)


def test_after_half_a_year_only_what_is_not_sensitive_goes_and_the_chain_holds(trail: Store, clock: Clock) -> None:
    make_older(trail, days=185, upto=4)
    counted = audit_trail.purge(trail, OPERATOR, clock, before=tomorrow(), is_dry_run=True)
    assert counted == Purged(2, 0, 3, 4)
    assert audit_trail.purge(trail, OPERATOR, clock, before=tomorrow(), is_dry_run=False) == counted
    found = lines(trail, clock)
    assert [(one.viewer, one.action, one.purpose, one.row_ids) for one in found[1:4]] == [
        ("leader", "kpi", "信访件核实", ["7"]),
        ("", "", None, []),
        ("", "", None, []),
    ]
    assert found[4].action == "audit-purged"
    assert found[4].detail["emptied"] == 2
    checked = audit_chain.verify(trail, OPERATOR, clock)
    assert (checked.holds, checked.lines, checked.stubs) == (True, 5, 2)


def test_after_three_years_what_is_sensitive_goes_too(trail: Store, clock: Clock) -> None:
    make_older(trail, days=1097, upto=2)
    assert audit_trail.purge(trail, OPERATOR, clock, before=tomorrow(), is_dry_run=False).emptied == 2
    assert audit_chain.verify(trail, OPERATOR, clock).holds


def test_one_day_before_its_time_nothing_goes(trail: Store, clock: Clock) -> None:
    make_older(trail, days=183, upto=4)
    assert audit_trail.purge(trail, OPERATOR, clock, before=tomorrow(), is_dry_run=False).emptied == 0
    make_older(trail, days=1095 - 183, upto=2)
    assert audit_trail.purge(trail, OPERATOR, clock, before=tomorrow(), is_dry_run=False).emptied == 0


def test_only_lines_before_the_given_day_go(trail: Store, clock: Clock) -> None:
    make_older(trail, days=1100, upto=4)
    day = datetime.now(UTC) - timedelta(days=1200)
    assert audit_trail.purge(trail, OPERATOR, clock, before=day, is_dry_run=False).emptied == 0


def test_the_store_itself_refuses_its_owner_whatever_is_younger(trail: Store, clock: Clock) -> None:
    owner = _engine(trail.urls.owner, timeout_ms=0, pool_size=1)
    for statement, words in (
        (STUB, "younger than the law"),
        ("update ops.audit set viewer = 'x' where seq = 3", "append-only"),
        ("delete from ops.audit where seq = 3", "append-only"),
        ("truncate ops.audit", "append-only"),
        ("delete from ops.audit_head", "append-only"),
    ):
        with pytest.raises(DBAPIError, match=words), owner.begin() as connection:
            connection.execute(text(statement))
    make_older(trail, days=185, upto=4)
    with owner.begin() as connection:
        connection.execute(text(STUB))
    with pytest.raises(DBAPIError, match="append-only"), owner.begin() as connection:
        connection.execute(text("update ops.audit set purged_at = null, viewer = 'x' where seq = 3"))
    owner.dispose()
    assert audit_chain.verify(trail, OPERATOR, clock).holds


def test_a_young_line_emptied_behind_the_triggers_shows(trail: Store, clock: Clock) -> None:
    meddle(trail, STUB)
    assert audit_chain.verify(trail, OPERATOR, clock).broken == Break(3, ALTERED)
    make_older(trail, days=0, upto=4)


# ---------------------------------------------------------------- the commands


@pytest.fixture
def told(
    store_environment: dict[str, str], store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """Runs `cockpit audit …` on the module's store, which has one line, and gives what it prints."""
    for name, value in store_environment.items():
        monkeypatch.setenv(name, value)
    with store.auditing(LEADER, clock) as connection:
        audit(connection, viewer=LEADER, action="kpi", target="figures", detail={}, purpose="=1+1")

    def run(*arguments: str, code: int = 0) -> str:
        with capture_logs():
            done = CliRunner().invoke(command, arguments)
        assert done.exit_code == code, done.output
        return done.stdout

    return run


def test_the_commands_check_note_list_and_purge(
    told: Callable[..., str], store: Store, store_environment: dict[str, str]
) -> None:
    head = told("head").strip()
    assert head.startswith("1:")
    assert "审计链完整：1 条" in told("verify", "--head", head)
    told("verify", "--head", "7", code=2)
    listed = json.loads(told("list", "--who", "leader", "--json"))
    assert [(one["action"], one["result"]) for one in listed] == [("kpi", "ok")]
    assert "命令行计算指标" in told("list", "--action", "kpi")
    actions = [one["action"] for one in json.loads(told("list", "--json"))]
    assert actions == ["read-audit", "read-audit", "audit-verified", "kpi"]
    make_older(store, days=200, upto=1)
    counted = json.loads(told("purge", "--dry-run", "--json"))
    assert counted == {"emptied": 1, "sensitive": 0, "first_seq": 1, "last_seq": 1, "dry_run": True}
    assert "已清除 1 条" in told("purge")
    assert "没有可以清除的内容" in told("purge")
    meddle(store, "update ops.audit set purpose = 'x' where seq = 2")
    broken = json.loads(told("verify", "--json", code=1))
    assert (broken["holds"], broken["broken"]) == (False, {"seq": 2, "kind": "altered"})
    meddle(store, "delete from ops.audit_head")
    done = subprocess.run(
        [*COMMAND, "loads", "--json"], env=store_environment, capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("审计记录写不进去")
    assert "Traceback" not in done.stderr
