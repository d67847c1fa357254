"""What can be done to an account on the page: asked for, confirmed, then done; and what is said afterwards.

Invariant: nothing is changed without a second click that shows what will change; the database decides again whether
who asks may do it (geo.account_changes). A new password is shown to who made it until that is dismissed, and kept
nowhere else.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs

import streamlit as st

from cockpit import context
from cockpit.access.passwords import generated_password, hash_password
from cockpit.users.computed import NEW, WHOLE, UsersView
from geo import account_changes as changes
from geo import account_rules as rules
from geo.account_rules import AccountError
from geo.accounts import add_account

_STATE = "cockpit_users"
SIMPLE = ("disable", "enable", "password", "sign_out")
LONGEST = 20_000


@dataclass(frozen=True)
class Asked:
    """What waits for the second click: an act on the account of `login`, with the fields of the form."""

    act: str
    login: str
    name: str = ""
    role: str = ""
    areas: tuple[str, ...] = ()
    is_elsewhere: bool = False


@dataclass
class Told:
    """What this person's page holds between two runs: the act that waits, what was said, a password shown once."""

    asked: Asked | None = None
    said: str = ""
    fault: str = ""
    password: str = ""
    of: str = ""
    draft: dict[str, Asked] = field(default_factory=dict)


def told() -> Told:
    """The state of this person's page."""
    found: Told = st.session_state.setdefault(_STATE, Told())
    return found


def of_account(login: str) -> Told:
    """The state for the account that is open now; what belongs to another one is forgotten."""
    state = told()
    if state.of != login:
        st.session_state[_STATE] = state = Told(of=login)
    return state


def handle(users: UsersView, clicked: str) -> None:
    """Does what was clicked in the panel of an account, and draws the page anew."""
    state = told()
    login = users.chosen.login if users.chosen else ""
    state.said = state.fault = ""
    name, _, fields = clicked.partition("?")
    if name == "do" and state.asked:
        _do(users, state, state.asked)
    elif name == "cancel":
        state.asked = None
    elif name == "noted":
        state.password = ""
    elif name in SIMPLE and users.chosen:
        state.asked = Asked(name, login)
    elif name in ("change", "add"):
        _ask(users, state, _read(name, login, fields[:LONGEST]))
    st.rerun()


def _read(act: str, login: str, fields: str) -> Asked:
    """The fields of the form, as text from outside."""
    form = parse_qs(fields, keep_blank_values=True)

    def one(name: str) -> str:
        return form.get(name, [""])[0].strip()

    areas = tuple(form.get("area", ())) if one("scope") != WHOLE else ()
    wanted = one("login").lower() if act == "add" else login
    return Asked(act, wanted, one("name"), one("role"), areas, is_elsewhere=one("way") == "elsewhere")


def _ask(users: UsersView, state: Told, asked: Asked) -> None:
    """Checks the form and lets it wait for the second click; says what is wrong instead."""
    state.draft = {users.chosen.login if users.chosen else "": asked}
    account = users.chosen
    if account and (asked.name, asked.role, asked.areas) == (account.display_name, account.role, account.areas):
        state.fault = users.view.tr("users.nothing_changed")
        return
    try:
        rules.check_words(login=asked.login, display_name=asked.name)
        rules.check_scope(asked.role, asked.areas)
        state.asked = asked
    except AccountError as error:
        state.asked, state.fault = None, fault(users, error)


def fault(users: UsersView, error: AccountError) -> str:
    """Why the account cannot be changed so."""
    return users.view.tr(f"users.fault_{error.code}", **error.params)


def _do(users: UsersView, state: Told, asked: Asked) -> None:
    state.asked = None
    try:
        said = ACTS[asked.act](users, state, asked)
        state.said, state.draft = said, {}
    except AccountError as error:
        state.fault = fault(users, error)


def _now() -> datetime:
    return datetime.now(UTC)


def _add(users: UsersView, state: Told, asked: Asked) -> str:
    password = "" if asked.is_elsewhere else generated_password()
    made = add_account(
        users.view.store, users.view.viewer, login=asked.login, display_name=asked.name, role=asked.role,
        areas=asked.areas, password_hash=hash_password(password) if password else None, must_change=bool(password),
        now=_now(),
    )  # fmt: skip
    state.password, state.of = password, made.login
    context.follow(users.view.link({NEW: None, "account": made.login}))
    return users.view.tr("users.did_add")


def _change(users: UsersView, state: Told, asked: Asked) -> str:  # noqa: ARG001 - one signature for all acts
    changes.change_account(
        users.view.store, users.view.viewer, login=asked.login, display_name=asked.name, role=asked.role,
        areas=asked.areas, now=_now(),
    )  # fmt: skip
    return users.view.tr("users.did_change")


def _disable(users: UsersView, state: Told, asked: Asked) -> str:  # noqa: ARG001
    changes.disable_account(users.view.store, users.view.viewer, login=asked.login, now=_now())
    return users.view.tr("users.did_disable")


def _enable(users: UsersView, state: Told, asked: Asked) -> str:  # noqa: ARG001
    changes.enable_account(users.view.store, users.view.viewer, login=asked.login, now=_now())
    return users.view.tr("users.did_enable")


def _password(users: UsersView, state: Told, asked: Asked) -> str:
    password = generated_password()
    changes.set_password(
        users.view.store, users.view.viewer, login=asked.login, password_hash=hash_password(password),
        must_change=True, now=_now(),
    )  # fmt: skip
    state.password = password
    return users.view.tr("users.did_password")


def _sign_out(users: UsersView, state: Told, asked: Asked) -> str:  # noqa: ARG001
    changes.sign_out(users.view.store, users.view.viewer, login=asked.login, now=_now())
    return users.view.tr("users.did_sign_out")


ACTS: dict[str, Callable[[UsersView, Told, Asked], str]] = {
    "add": _add,
    "change": _change,
    "disable": _disable,
    "enable": _enable,
    "password": _password,
    "sign_out": _sign_out,
}
