"""The audit trail is a chain: nothing in it can be missing, altered or reordered without showing; without it nothing
sensitive is read."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from audit_trails import meddle
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from geo import audit_chain, audit_trail, loads, quarantine, steward
from geo.audit import audit
from geo.audit_chain import ALTERED, CUT, MISSING, REORDERED, REPLACED, Break
from geo.errors import AuditUnavailable
from geo.steward import LoadQuery, RejectQuery
from geo.store import Store, StoreUrls, _engine
from geo.viewer import LEADER, OPERATOR, Clock, Viewer
from loaders.dataset import LoadRequest
from loaders.work import load_file

FIELDS = "编号,类别,状态,上报时间,经度,纬度"


@pytest.fixture
def chained(new_database: Callable[[], StoreUrls], clock: Clock) -> Iterator[Store]:
    """A store whose trail has the lines 1 to 6, two of them by the command line."""
    store = Store(new_database())
    for number in range(1, 5):
        line(store, clock, LEADER, f"thing:{number}")
    for number in range(5, 7):
        line(store, clock, OPERATOR, f"thing:{number}")
    yield store
    store.close()


def line(store: Store, clock: Clock, viewer: Viewer, target: str) -> None:
    with store.auditing(viewer, clock) as connection:
        audit(connection, viewer=viewer, action="kpi", target=target, detail={"n": 1.50, "words": "=1+1 <b>"})


def verified(store: Store, clock: Clock, noted: str | None = None) -> Break | None:
    return audit_chain.verify(store, OPERATOR, clock, noted=noted).broken


def test_an_untouched_trail_holds_and_its_head_is_its_last_line(chained: Store, clock: Clock) -> None:
    found = audit_chain.verify(chained, OPERATOR, clock)
    assert (found.holds, found.lines, found.stubs, found.head.seq) == (True, 6, 0, 6)
    assert audit_chain.head(chained, OPERATOR, clock) == found.head
    assert verified(chained, clock, found.head.noted) is None
    line(chained, clock, LEADER, "thing:7")
    assert verified(chained, clock, found.head.chain_hash) is None


@pytest.mark.parametrize(
    ("meddling", "expected"),
    [
        (["update ops.audit set viewer = 'somebody else' where seq = 3"], Break(3, ALTERED)),
        (["update ops.audit set recorded_at = recorded_at - interval '1 second' where seq = 2"], Break(2, ALTERED)),
        (["update ops.audit set is_sensitive = true where seq = 6"], Break(6, ALTERED)),
        (["update ops.audit set detail = detail || '{\"n\": 2}' where seq = 4"], Break(4, ALTERED)),
        (["update ops.audit set purged_at = recorded_at, viewer = '', action = '' where seq = 2"], Break(2, ALTERED)),
        (["delete from ops.audit where seq = 4"], Break(4, MISSING)),
        (["delete from ops.audit where seq = 1"], Break(1, MISSING)),
        (["delete from ops.audit where seq >= 5"], Break(5, CUT)),
        (["drop index ops.audit_seq", "update ops.audit set seq = 7 - seq where seq in (3, 4)"], Break(3, REORDERED)),
        (
            ["delete from ops.audit where seq = 4", "update ops.audit set seq = seq - 1 where seq = 5",
             "update ops.audit set seq = seq - 1 where seq = 6"],
            Break(4, REPLACED),
        ),
        (
            ["update ops.audit set viewer = 'x' where seq = 3",
             "update ops.audit a set body_hash = ops.audit_body(a) where seq = 3",
             "update ops.audit set content_hash = ops.audit_content(body_hash, recorded_at, false) where seq = 3"],
            Break(3, REPLACED),
        ),
    ],
)  # fmt: skip
def test_whatever_is_done_to_a_line_the_first_broken_one_is_named(
    chained: Store, clock: Clock, meddling: list[str], expected: Break
) -> None:
    meddle(chained, *meddling)
    assert verified(chained, clock) == expected


def test_a_cut_tail_with_a_head_put_back_shows_against_a_noted_head(chained: Store, clock: Clock) -> None:
    noted = audit_chain.head(chained, OPERATOR, clock)
    meddle(
        chained,
        "delete from ops.audit where seq >= 5",
        "update ops.audit_head h set (seq, chain_hash) = (select a.seq, a.chain_hash from ops.audit a where a.seq = 4)",
    )
    assert verified(chained, clock) is None
    assert verified(chained, clock, noted.noted) == Break(5, CUT)
    assert verified(chained, clock, noted.chain_hash) == Break(5, CUT)
    for number in (5, 6):
        line(chained, clock, LEADER, f"another:{number}")
    assert verified(chained, clock) is None
    assert verified(chained, clock, noted.noted) == Break(6, REPLACED)


def test_whoever_appends_chooses_neither_moment_nor_number_nor_name(chained: Store, clock: Clock) -> None:
    with chained.auditing(LEADER, clock) as connection:
        connection.execute(
            text("""
            insert into ops.audit (occurred_at, viewer, role, action, object, seq, chain_hash, content_hash, body_hash,
                                   recorded_at, purged_at)
            values (ops.clock(), 'leader', 'leader', 'kpi', 'x', 99, '', '', '', '2020-01-01', '2020-01-01')""")
        )
    found = audit_trail.lines(chained, OPERATOR, clock, query=audit_trail.LineQuery(rows=2))
    assert [one.seq for one in found] == [7, 6]
    assert found[0].recorded_at >= found[1].recorded_at
    assert found[0].purged_at is None
    assert verified(chained, clock) is None
    for lie in (
        replace(LEADER, name="admin"),
        replace(LEADER, role="admin"),
        replace(LEADER, account_id=7),
        replace(LEADER, address="10.0.0.9"),
    ):
        with pytest.raises(AuditUnavailable), chained.auditing(LEADER, clock) as connection:
            audit(connection, viewer=lie, action="kpi", target="x", detail={})


@pytest.mark.parametrize("login", ["app", "load", "gate", "wall"])
@pytest.mark.parametrize(
    "statement",
    [
        "update ops.audit set viewer = 'x'",
        "delete from ops.audit",
        "truncate ops.audit",
        "update ops.audit_head set seq = 0",
        "delete from ops.audit_head",
        "alter table ops.audit disable trigger chained",
    ],
)
def test_no_login_of_the_program_changes_the_trail(login: str, statement: str, urls: StoreUrls, store: Store) -> None:
    engine = _engine(getattr(urls, login), timeout_ms=0, pool_size=1)
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_twenty_that_write_at_once_leave_one_gapless_chain(store: Store, clock: Clock) -> None:
    threads = [
        threading.Thread(target=lambda: [line(store, clock, LEADER, f"t:{n}") for n in range(10)]) for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = audit_chain.verify(store, OPERATOR, clock)
    assert (found.holds, found.lines) == (True, 200)


def test_a_running_load_keeps_nobody_from_an_audited_read(store: Store, clock: Clock, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{FIELDS}\n1,噪声扰民,办理中,2026-11-05 08:00:00,120.2,30.2\n", encoding="utf-8")
    is_reading, may_go_on = threading.Event(), threading.Event()

    def hold(_: int) -> None:
        is_reading.set()
        assert may_go_on.wait(20)

    request = LoadRequest(dataset="incidents", file=path, clock=clock)
    loading = threading.Thread(target=lambda: load_file(store, request, progress=hold))
    loading.start()
    try:
        assert is_reading.wait(20)
        assert loads.loads(store, OPERATOR, clock) == ()
    finally:
        may_go_on.set()
        loading.join()
    assert [one.status for one in loads.loads(store, OPERATOR, clock)] == ["loaded"]
    assert verified(store, clock) is None


def test_the_line_of_a_load_is_the_last_thing_its_transaction_does() -> None:
    source = Path("geo/landing.py").read_text(encoding="utf-8")
    tell = source[source.index("def tell(") : source.index("def refuse(")].strip().splitlines()
    assert "self.audit(" in tell[-1]
    finish = source[source.index("        self.tell(") :].splitlines()
    assert finish[1].strip() == ""


@pytest.fixture
def unwritable(new_database: Callable[[], StoreUrls], clock: Clock, tmp_path: Path) -> Iterator[Store]:
    """A store with a load and a quarantine whose trail has lost its head."""
    store = Store(new_database())
    path = tmp_path / "a.csv"
    path.write_text(f"{FIELDS}\n1,噪声扰民,办理中,昨天,120.2,30.2\n", encoding="utf-8")
    load_file(store, LoadRequest(dataset="incidents", file=path, clock=clock))
    meddle(store, "delete from ops.audit_head")
    yield store
    store.close()


def test_where_no_line_can_be_written_nothing_sensitive_is_read_and_the_rest_goes_on(
    unwritable: Store, clock: Clock
) -> None:
    for ask in (
        lambda: loads.loads(unwritable, OPERATOR, clock),
        lambda: quarantine.faults(unwritable, OPERATOR, clock, query=quarantine.FaultQuery(1)),
        lambda: quarantine.received(unwritable, OPERATOR, clock, load_id=1),
        lambda: steward.rejects(unwritable, LEADER, clock, query=RejectQuery(1)),
    ):
        with pytest.raises(AuditUnavailable, match="no head"):
            ask()
    assert len(steward.loads(unwritable, LEADER, clock, query=LoadQuery()).lines) == 1


def test_without_the_right_to_append_nothing_sensitive_is_read(unwritable: Store, clock: Clock) -> None:
    meddle(
        unwritable,
        "insert into ops.audit_head (seq, chain_hash) select seq, chain_hash from ops.audit order by seq desc limit 1",
        "revoke insert on ops.audit from cockpit_app",
    )
    with pytest.raises(AuditUnavailable, match="permission denied"):
        steward.rejects(unwritable, LEADER, clock, query=RejectQuery(1))
