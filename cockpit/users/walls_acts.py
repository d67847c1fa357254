"""What can be done to walls on the page of accounts: a screen admitted by its code, a wall renamed or revoked.

Invariant: nothing is changed without a second click that shows what will change, for a screen also where it stands;
the database decides again whether who asks may do it (geo.paired).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs

import streamlit as st

from cockpit import formats
from cockpit.users import words
from cockpit.users.acts import LONGEST, fault
from cockpit.users.computed import WHOLE, UsersView
from config.access import WALL, access
from geo import account_changes as changes
from geo import account_rules as rules
from geo import paired, pairing
from geo.account_rules import AccountError
from geo.paired import PairedWall
from geo.pairing import Waiting
from geo.signing_in import Limits

_STATE = "cockpit_walls"


@dataclass(frozen=True)
class WallAsked:
    """What the form says, or what waits for the second click: an act on the wall of `login`, or on a code."""

    act: str
    login: str = ""
    code: str = ""
    name: str = ""
    areas: tuple[str, ...] = ()
    is_site: bool = True


@dataclass
class WallTold:
    """What this person's page holds between two runs: the form that is open, the act that waits, what was said."""

    asked: WallAsked | None = None
    screen: Waiting | None = None
    said: str = ""
    fault: str = ""
    draft: WallAsked | None = None
    renaming: str = ""
    is_open: bool = False


def told() -> WallTold:
    """The state of this person's page."""
    found: WallTold = st.session_state.setdefault(_STATE, WallTold())
    return found


def wall(users: UsersView, login: str) -> PairedWall | None:
    """The wall of that login."""
    return next((one for one in users.walls if one.login == login), None)


def handle(users: UsersView, clicked: str) -> None:
    """Does what was clicked in the panels of walls, and draws the page anew."""
    state = told()
    state.said = state.fault = ""
    name, _, fields = clicked.partition("?")
    act, _, login = name.partition(":")
    if act == "do" and state.asked:
        _do(users, state, state.asked)
    elif act == "cancel":
        state.is_open = state.is_open and state.asked is not None
        state.asked, state.renaming = None, ""
        state.draft = state.draft if state.is_open else None
    elif act == "open":
        state.asked, state.renaming, state.draft, state.is_open = None, "", None, True
    elif act == "revoke" and wall(users, login):
        state.asked, state.renaming, state.is_open = WallAsked("revoke", login), "", False
    elif act == "edit" and wall(users, login):
        state.asked, state.renaming, state.draft, state.is_open = None, login, None, False
    elif act in ("admit", "rename"):
        _ask(users, state, _read(act, state.renaming, fields[:LONGEST]))
    st.rerun()


def _read(act: str, login: str, fields: str) -> WallAsked:
    """The fields of the form, as text from outside."""
    form = parse_qs(fields, keep_blank_values=True)

    def one(name: str) -> str:
        return form.get(name, [""])[0].strip()

    if act == "rename":
        return WallAsked(act, login, name=one("name"))
    is_site = one("scope") == WHOLE
    areas = () if is_site else tuple(form.get("area", ()))
    return WallAsked(act, code=one("code"), name=one("name"), areas=areas, is_site=is_site)


def _ask(users: UsersView, state: WallTold, asked: WallAsked) -> None:
    """Checks the form and lets it wait for the second click; says what is wrong instead."""
    state.draft, state.asked = asked, None
    try:
        rules.check_words(login=WALL, display_name=asked.name)
        if not (asked.is_site or asked.areas):
            raise AccountError("wall_needs_area")
        if asked.act == "admit":
            state.screen = paired.screen_of(
                users.view.store, users.view.viewer, asked.code, limits=limits(), now=datetime.now(UTC)
            )
        state.asked = asked
    except AccountError as error:
        state.fault = fault(users, error)


def question(users: UsersView, state: WallTold, asked: WallAsked) -> list[str]:
    """What is about to be done, a line each."""
    tr, of = users.view.tr, wall(users, asked.login)
    named = of.name if of else ""
    if asked.act == "revoke":
        return [tr("walls.ask_revoke", name=named)]
    if asked.act == "rename":
        return [tr("walls.ask_rename", old=named, name=asked.name)]
    screen = state.screen
    if screen is None:
        return []
    when = formats.age(screen.asked_at, now=users.now, zone=users.view.site.zone, lang=users.view.lang)
    return [
        tr("walls.ask_admit", code=pairing.shown(screen.code), name=asked.name),
        tr("walls.ask_admit_scope", scope=words.areas(users, asked.areas)),
        tr("walls.ask_admit_from", address=screen.address or "–", when=when),
    ]


def _do(users: UsersView, state: WallTold, asked: WallAsked) -> None:
    state.asked = None
    try:
        state.said = _done(users, asked)
        state.draft, state.screen, state.renaming, state.is_open = None, None, "", False
    except AccountError as error:
        state.fault = fault(users, error)


def _done(users: UsersView, asked: WallAsked) -> str:
    store, viewer, now, of = users.view.store, users.view.viewer, datetime.now(UTC), wall(users, asked.login)
    if asked.act == "admit":
        paired.confirm(
            store, viewer, asked.code, name=asked.name, areas=asked.areas, lasts=access().lasts(WALL),
            limits=limits(), now=now,
        )  # fmt: skip
        return users.view.tr("walls.did_admit", name=asked.name)
    if of is None:
        raise AccountError("unknown_wall", name=asked.login)
    if asked.act == "rename":
        changes.change_account(
            store, viewer, login=of.login, display_name=asked.name, role=WALL, areas=of.areas, now=now
        )
        return users.view.tr("walls.did_rename")
    paired.revoke(store, viewer, login=of.login, now=now)
    return users.view.tr("walls.did_revoke", name=of.name)


def limits() -> Limits:
    """How many wrong codes lock: of one account, and in all."""
    found = access().lockout
    return Limits(found.window, found.account_at_address, found.address, found.account)
