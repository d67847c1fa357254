"""A screen becomes a wall by its code: once, in time, by who may, within limits; only a hash of its secret is kept."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from small_town import build
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from cockpit.cli import cli
from geo import account_changes as changes
from geo import paired, pairing
from geo.account_rules import AccountError
from geo.accounts import Account, accounts_in, add_account, session_of
from geo.oidc import Person, claimed_account, known_account
from geo.pairing import Room, Waiting
from geo.signing_in import GATE, Limits, begin_attempt, is_of_paired_wall
from geo.store import Store, StoreUrls
from geo.viewer import OPERATOR, Clock, Viewer

NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
ROOM = Room(10 * MINUTE, at_address=3, in_all=5)
LIMITS = Limits(15 * MINUTE, account_at_address=5, address=50, account=9)
MONTH = 30 * DAY
HOSTILE = "<img src=x onerror=1>'; drop table access.session; --"


@pytest.fixture(autouse=True)
def nobody_waits(store: Store, urls: StoreUrls) -> None:
    """Each test begins without waiting screens and without wrong codes."""
    administer(urls, "delete from access.wall_request")
    administer(urls, "delete from access.attempt")


@pytest.fixture(scope="module", autouse=True)
def town(urls: StoreUrls, clock: Clock) -> None:
    build(urls, now=clock.at)


def administer(urls: StoreUrls, statement: str) -> None:
    """Runs the statement past policies and triggers of the program's logins."""
    assert urls.admin is not None
    engine = create_engine(urls.admin)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def viewer_of(store: Store, login: str, role: str) -> Viewer:
    with store.admitting(OPERATOR, Clock(NOW)) as connection:
        known = accounts_in(connection, login=login)
    account = known[0] if known else add_account(store, OPERATOR, login=login, display_name=login, role=role, now=NOW)
    return Viewer(login, role, account.level, account_id=account.account_id, address="10.0.0.1")


@pytest.fixture
def admin(store: Store) -> Viewer:
    return viewer_of(store, "boss", "admin")


def screen(store: Store, *, address: str = "10.0.0.9", now: datetime = NOW, room: Room = ROOM) -> tuple[str, Waiting]:
    found = pairing.ask(store, address=address, agent="Kiosk", room=room, now=now)
    assert found is not None
    return found


def confirmed(
    store: Store, by: Viewer, code: str, name: str, *, now: datetime = NOW, areas: tuple[str, ...] = ()
) -> Account:
    return paired.confirm(store, by, code, name=name, areas=areas, lasts=MONTH, limits=LIMITS, now=now)


def refusal(work: Callable[[], object]) -> str:
    with pytest.raises(AccountError) as told:
        work()
    return told.value.code


def told_of(store: Store, login: str) -> list[tuple[str, str, str]]:
    with store.reading(OPERATOR, Clock(NOW)) as connection:
        asked = text("select viewer, action, result from ops.audit where object = :object order by audit_id")
        return [tuple(row) for row in connection.execute(asked, {"object": f"account:{login}"})]


# ---------------------------------------------------------------- codes and secrets


def test_a_code_is_six_signs_none_of_which_looks_like_another_and_is_read_however_it_is_typed(store: Store) -> None:
    _, found = screen(store)
    assert len(found.code) == 6
    assert set(found.code) <= set(pairing.LETTERS)
    assert not set(pairing.LETTERS) & set("01ILOSZBUAEGQ")
    shown = pairing.shown(found.code)
    assert (len(shown), shown[3]) == (7, "-")
    for typed in (shown, shown.lower(), f" {found.code} ", "".join(chr(ord(one) + 0xFEE0) for one in found.code)):
        assert pairing.typed(typed) == found.code
    for typed in ("", "7K4-M2", "7K4-M2XX", "O0I-1LS", HOSTILE, "\x00" * 6, "码" * 6, "9" * 5_000):
        assert pairing.typed(typed) is None


def test_the_secret_is_kept_as_its_hash_only_before_and_after(store: Store, admin: Viewer, urls: StoreUrls) -> None:
    secret, found = screen(store)
    confirmed(store, admin, found.code, "hash")
    kept = []
    for table in ("access.wall_request", "access.session", "access.account", "ops.audit"):
        with store.admitting(GATE, Clock(NOW)) as connection:
            if table != "ops.audit":
                kept += [str(row) for row in connection.execute(text(f"select t::text from {table} t"))]
        with store.reading(OPERATOR, Clock(NOW)) as connection:
            if table == "ops.audit":
                kept += [str(row) for row in connection.execute(text("select t::text from ops.audit t"))]
    assert len(kept) > 2
    assert not any(secret in row for row in kept)
    assert not any(found.code in row for row in kept)


def test_a_code_that_ran_out_is_replaced_and_opens_nothing_and_who_asks_no_more_is_forgotten(
    store: Store, admin: Viewer
) -> None:
    secret, first = screen(store)
    late = NOW + ROOM.lasts
    assert pairing.waiting(store, secret, room=ROOM, now=late - SECOND) == first
    assert refusal(lambda: confirmed(store, admin, first.code, "late", now=late)) == "unknown_code"
    second = pairing.waiting(store, secret, room=ROOM, now=late)
    assert second is not None
    assert second.code != first.code
    assert second.expires_at == late + ROOM.lasts
    assert second.asked_at == first.asked_at
    assert refusal(lambda: confirmed(store, admin, first.code, "late", now=late)) == "unknown_code"
    gone = second.expires_at + 2 * MINUTE
    screen(store, address="10.0.0.10", now=gone)
    assert pairing.waiting(store, secret, room=ROOM, now=gone) is None


# ---------------------------------------------------------------- confirming


def test_a_code_admits_the_browser_that_showed_it_once_and_nobody_else(store: Store, admin: Viewer) -> None:
    secret, found = screen(store)
    other, _ = screen(store)
    looked = paired.screen_of(store, admin, pairing.shown(found.code).lower(), limits=LIMITS, now=NOW)
    assert (looked.address, looked.agent) == ("10.0.0.9", "Kiosk")
    assert session_of(store, secret, address="", now=NOW) is None
    wall = confirmed(store, admin, found.code, "三楼左屏", areas=("community:W",))
    assert (wall.role, wall.level, wall.areas, wall.has_password, wall.is_paired) == (
        "wall", "area", ("community:W",), False, True,
    )  # fmt: skip
    session = session_of(store, secret, address="10.0.0.9", now=NOW)
    assert session is not None
    assert (session.viewer.role, session.viewer.level, session.method) == ("wall", "area", "code")
    assert len(session.viewer.area_ids) == 1
    assert session_of(store, other, address="", now=NOW) is None
    assert pairing.waiting(store, secret, room=ROOM, now=NOW) is None
    assert refusal(lambda: confirmed(store, admin, found.code, "twice")) == "unknown_code"
    assert told_of(store, wall.login) == [("boss", "wall-admitted", "ok"), (wall.login, "signed-in", "ok")]


def test_names_of_walls_are_told_apart_and_scopes_exist(store: Store, admin: Viewer) -> None:
    confirmed(store, admin, screen(store)[1].code, HOSTILE)
    _, found = screen(store)
    assert refusal(lambda: confirmed(store, admin, found.code, HOSTILE)) == "wall_name_taken"
    assert refusal(lambda: confirmed(store, admin, found.code, " ")) == "bad_name"
    assert refusal(lambda: confirmed(store, admin, found.code, "n\x00", areas=())) == "bad_name"
    assert refusal(lambda: confirmed(store, admin, found.code, "n", areas=("community:nowhere",))) == "unknown_area"
    second = confirmed(store, admin, found.code, "second")  # what was refused used nothing up
    kept: dict[str, Any] = {"login": second.login, "role": "wall", "areas": (), "now": NOW}
    assert refusal(lambda: changes.change_account(store, admin, display_name=HOSTILE, **kept)) == "wall_name_taken"
    assert changes.change_account(store, admin, display_name="renamed", **kept).display_name == "renamed"
    assert {HOSTILE, "renamed"} <= {one.name for one in paired.walls(store, admin, now=NOW)}


@pytest.mark.parametrize("role", ["leader", "secretary", "grid_worker", "evaluator", "steward", "wall", "program", ""])
def test_a_wrong_role_is_refused_by_the_program_and_by_the_database_itself(store: Store, role: str) -> None:
    secret, found = screen(store)
    who = Viewer("somebody", role, "site")
    if role != "program":
        assert refusal(lambda: confirmed(store, who, found.code, "mine")) == "not_allowed"
        assert refusal(lambda: paired.walls(store, who, now=NOW)) == "not_allowed"
    for statement in (
        "insert into access.account (login, display_name, role, level, is_paired, created_at, created_by)"
        " values ('own', 'own', 'wall', 'site', true, :now, 'x')",
        "update access.account set disabled_at = :now where is_paired",
        "insert into access.session (token_hash, account_id, method, address, created_at, last_seen_at, expires_at)"
        " select '\\x00', account_id, 'code', '', :now, :now, :now from access.account limit 1",
    ):
        if statement.startswith("update"):
            confirmed(store, OPERATOR, screen(store)[1].code, f"of {role}")
        with pytest.raises(DBAPIError, match="may not manage walls"), store.admitting(who, Clock(NOW)) as connection:
            connection.execute(text(statement), {"now": NOW})
    with store.admitting(who, Clock(NOW)) as connection:
        assert connection.execute(text("delete from access.wall_request")).rowcount == 0
        assert connection.execute(text("update access.wall_request set code = '222222'")).rowcount == 0
    assert pairing.waiting(store, secret, room=ROOM, now=NOW) == found


def test_an_administrator_who_was_disabled_meanwhile_admits_nobody(store: Store) -> None:
    leaving = viewer_of(store, "leaving", "admin")
    viewer_of(store, "staying", "admin")
    _, found = screen(store)
    changes.disable_account(store, OPERATOR, login="leaving", now=NOW)
    assert refusal(lambda: confirmed(store, leaving, found.code, "mine")) == "not_allowed"
    assert told_of(store, "wall")[-1] == ("leaving", "account-refused", "refused")


# ---------------------------------------------------------------- limits


def test_wrong_codes_lock_an_account_for_a_while_and_in_all_but_no_sign_in(store: Store, admin: Viewer) -> None:
    _, found = screen(store)
    other = viewer_of(store, "vice", "admin")
    wrong = next(code for code in ("222222", "333333") if code != found.code)
    for _ in range(LIMITS.account_at_address):
        assert refusal(lambda: confirmed(store, admin, wrong, "n")) == "unknown_code"
    assert refusal(lambda: confirmed(store, admin, found.code, "n")) == "codes_locked"
    assert refusal(lambda: paired.screen_of(store, admin, found.code, limits=LIMITS, now=NOW)) == "codes_locked"
    for _ in range(LIMITS.account - LIMITS.account_at_address):
        assert refusal(lambda: paired.screen_of(store, other, wrong, limits=LIMITS, now=NOW)) == "unknown_code"
    assert refusal(lambda: confirmed(store, other, found.code, "n")) == "codes_locked"
    with store.reading(OPERATOR, Clock(NOW)) as connection:
        asked = text("select count(*) from ops.audit where action = 'locked' and object = 'wall' and viewer = 'boss'")
        assert connection.execute(asked).scalar_one() == 2
    for login in ("code of a wall", "Code of a wall", "boss"):
        assert not begin_attempt(store, login, address="10.0.0.1", limits=LIMITS, now=NOW).is_locked
    later = NOW + LIMITS.window + MINUTE
    _, fresh = screen(store, now=later)
    assert confirmed(store, admin, fresh.code, "later", now=later).is_paired


def test_right_codes_are_no_wrong_ones_and_what_can_be_none_is_not_counted(store: Store, admin: Viewer) -> None:
    for _ in range(12):
        assert refusal(lambda: confirmed(store, admin, "O0I-1LS", "n")) == "bad_code"
    for number in range(12):
        _, found = screen(store, room=replace(ROOM, at_address=99, in_all=99))
        paired.screen_of(store, admin, found.code, limits=LIMITS, now=NOW)
        confirmed(store, admin, found.code, f"many {number}")


def test_few_screens_may_wait_at_one_address_and_in_all_and_those_that_left_make_room(store: Store) -> None:
    def ask(address: str, now: datetime = NOW) -> bool:
        return pairing.ask(store, address=address, agent="a" * 5_000, room=ROOM, now=now) is not None

    assert [ask("10.0.0.1") for _ in range(4)] == [True, True, True, False]
    assert [ask("10.0.0.2") for _ in range(3)] == [True, True, False]
    assert ask("10.0.0.3", NOW + ROOM.lasts) is False
    assert ask("10.0.0.3", NOW + ROOM.lasts + 2 * MINUTE) is True


# ---------------------------------------------------------------- a wall's life


def test_a_walls_session_is_prolonged_by_its_use_and_ends_when_it_was_away_for_so_long(
    store: Store, admin: Viewer
) -> None:
    secret, found = screen(store)
    wall = confirmed(store, admin, found.code, "long")
    now = NOW
    for _ in range(4):
        now += 20 * DAY
        assert session_of(store, secret, address="10.0.0.77", now=now, paired_lasts=MONTH) is not None
    shown = next(one for one in paired.walls(store, admin, now=now) if one.login == wall.login)
    assert (shown.last_seen_at, shown.seen_from, shown.is_open) == (now, "10.0.0.77", True)
    assert session_of(store, secret, address="", now=now + MONTH, paired_lasts=MONTH) is None
    shown = next(one for one in paired.walls(store, admin, now=now + MONTH) if one.login == wall.login)
    assert not shown.is_open


def test_a_revoked_wall_is_let_in_no_more_and_by_nothing_again(store: Store, admin: Viewer, urls: StoreUrls) -> None:
    secret, found = screen(store)
    wall = confirmed(store, admin, found.code, "gone")
    paired.revoke(store, admin, login=wall.login, now=NOW)
    assert session_of(store, secret, address="", now=NOW) is None
    assert is_of_paired_wall(store, secret, now=NOW)
    assert wall.login not in {one.login for one in paired.walls(store, admin, now=NOW)}
    assert told_of(store, wall.login)[-1] == ("boss", "wall-revoked", "ok")
    assert refusal(lambda: paired.revoke(store, admin, login=wall.login, now=NOW)) == "unknown_wall"
    assert refusal(lambda: changes.enable_account(store, admin, login=wall.login, now=NOW)) == "is_paired"
    with pytest.raises(DBAPIError, match="stays revoked"), store.admitting(admin, Clock(NOW)) as connection:
        connection.execute(text("update access.account set disabled_at = null where login = :l"), {"l": wall.login})
    confirmed(store, admin, screen(store)[1].code, "gone")  # the name is free again


def test_a_wall_has_no_other_way_in_and_is_never_anything_else(store: Store, admin: Viewer) -> None:
    wall = confirmed(store, admin, screen(store)[1].code, "only")
    told: dict[str, Any] = {"login": wall.login, "now": NOW}
    assert (
        refusal(lambda: changes.set_password(store, admin, password_hash="h", must_change=False, **told)) == "is_paired"
    )
    more: dict[str, Any] = {"display_name": "only", "role": "leader", "areas": ()}
    assert refusal(lambda: changes.change_account(store, admin, **told, **more)) == "is_paired"
    person = Person("iss", "sub", wall.login, "n", "leader", (), is_site=True)
    assert known_account(store, person, now=NOW) is None
    assert claimed_account(store, person, now=NOW) is None
    for what in ("password_hash = 'h'", "role = 'leader'", "issuer = 'i', subject = 's'", "is_paired = false"):
        with pytest.raises(DBAPIError), store.admitting(admin, Clock(NOW)) as connection:
            connection.execute(text(f"update access.account set {what} where login = :l"), {"l": wall.login})
    attempt = begin_attempt(store, wall.login, address="10.0.0.1", limits=LIMITS, now=NOW)
    assert attempt.password_hash is None


# ---------------------------------------------------------------- the command line


@pytest.fixture
def walls(store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str, str]]:
    monkeypatch.setenv("COCKPIT_NOW", clock.at.isoformat())
    monkeypatch.setenv("COCKPIT_LANG", "zh")
    monkeypatch.setattr(Store, "from_environment", lambda: store)

    def run(*arguments: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(cli, ["walls", *arguments], catch_exceptions=False)
        return done.exit_code, done.stdout, done.stderr

    return run


def test_the_command_line_admits_lists_and_revokes(store: Store, walls: Callable[..., tuple[int, str, str]]) -> None:
    now = datetime.now(UTC)
    secret, found = screen(store, now=now)
    code, out, err = walls("confirm", pairing.shown(found.code), "--name", "大厅", "--area", "社区:W")
    assert (code, out) == (0, ""), err
    assert "已接入大屏“大厅”" in err
    assert "10.0.0.9" in err
    shown = next(one for one in json.loads(walls("list", "--json")[1]) if one["name"] == "大厅")
    assert (shown["areas"], shown["is_open"], shown["admitted_by"]) == (["community:W"], True, "operator")
    assert shown["seen_from"] == "10.0.0.9"
    assert "大厅" in walls("list")[1]
    assert session_of(store, secret, address="", now=datetime.now(UTC)) is not None
    assert walls("revoke", "大厅")[0] == 0
    assert session_of(store, secret, address="", now=datetime.now(UTC)) is None
    code, out, err = walls("revoke", "大厅")
    assert (code, out) == (2, "")
    assert "没有名为“大厅”的大屏" in err
    assert walls("confirm", pairing.shown(found.code), "--name", "n")[0] == 2
    assert walls("confirm", "nonsense", "--name", "n")[0] == 2
    assert walls("confirm", "222-222", "--name", "n", "--area", "nowhere")[0] == 2
    assert walls("confirm", "222-222")[0] == 2
