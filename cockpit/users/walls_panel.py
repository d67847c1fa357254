"""大屏: the walls that were admitted by the code they show, and the form that admits another one.

Invariant: the form's markup depends on what was typed and sent alone, so that it survives the page's own runs.
"""

from datetime import datetime
from urllib.parse import urlsplit

import streamlit as st

from cockpit.access.signin_page import WALL
from cockpit.markup import attributes, esc
from cockpit.panels import Empty
from cockpit.picture import picture
from cockpit.users import walls_acts as acts
from cockpit.users import words
from cockpit.users.computed import UsersView
from cockpit.users.scope_field import scope_field
from cockpit.users.walls_acts import WallAsked, WallTold
from config.access import access
from geo.account_rules import LONGEST_NAME
from geo.paired import PairedWall
from geo.viewer import OPERATOR

COLUMNS = ("name", "scope", "since", "last_seen", "seen_from", "state")


def unit(users: UsersView) -> str:
    """How many walls there are."""
    return "" if users.fault else users.view.tr("walls.unit", n=len(users.walls))


def title(users: UsersView) -> str:
    """The head of the form: another wall, or the one that gets another name."""
    return users.view.tr("walls.rename_title" if _renamed(users) else "walls.add_title")


def draw_list(users: UsersView) -> Empty | None:
    """The walls as a table, each with what can be done to it."""
    if not users.known_walls():
        return Empty(users.view.tr("walls.none"))
    heads = "".join(f"<th>{esc(users.view.tr(f'walls.head_{name}'))}</th>" for name in COLUMNS)
    body = "".join(_row(users, one) for one in users.walls)
    table = f'<table class="u-list u-walls"><thead><tr>{heads}<th></th></tr></thead><tbody>{body}</tbody></table>'
    clicked = picture(f'<div class="scroll">{table}</div>', key="users_walls")
    if clicked:
        acts.handle(users, clicked)
    return None


def _row(users: UsersView, one: PairedWall) -> str:
    tr = users.view.tr
    by = words.role(users, OPERATOR.role) if one.admitted_by == OPERATOR.name else one.admitted_by
    since = tr("walls.since_tip", when=words.exact(users, one.since), by=by)
    tip = None if one.is_open else tr("walls.gone_tip")
    buttons = "".join(
        f'<button type="button" class="btn"'
        f"{attributes(data_go=f'{act}:{one.login}', aria_label=f'{tr(word)} {one.name}')}>{esc(tr(word))}</button>"
        for act, word in (("edit", "walls.rename_act"), ("revoke", "walls.revoke_act"))
    )
    cells = (
        f'<td class="u-where"{attributes(data_tip=f"{one.name} ({one.login})")}>{esc(one.name)}</td>'
        f'<td class="u-where"{attributes(data_tip=words.areas(users, one.areas))}>'
        f"{esc(words.areas(users, one.areas))}</td>"
        f"{_when(users, one.since, since)}{_when(users, one.last_seen_at, words.exact(users, one.last_seen_at))}"
        f"<td{attributes(data_tip=one.agent or None)}>{esc(one.seen_from or '–')}</td>"
        f"<td{attributes(data_tip=tip)}>{esc(tr('walls.open' if one.is_open else 'walls.gone'))}</td>"
        f'<td class="u-do">{buttons}</td>'
    )
    return f"<tr{attributes(class_=None if one.is_open else 'u-off')}>{cells}</tr>"


def _when(users: UsersView, moment: datetime | None, tip: str | None) -> str:
    return f"<td{attributes(data_tip=tip)}>{esc(words.age(users, moment))}</td>"


# ---------------------------------------------------------------- the form


def draw_form(users: UsersView) -> None:
    """What was said, what is asked once more, and the form that is open: of another wall, or of another name."""
    users.known_walls()
    state = acts.told()
    clicked = picture(_notices(users, state), key="users_wall_notices")
    if state.asked is None:
        renamed = _renamed(users)
        if renamed:
            form = _rename_form(users, state, renamed)
        else:
            form = _admit_form(users, state) if state.is_open else _way(users)
        clicked = picture(form, key=f"users_wall_{renamed.login if renamed else 'new'}") or clicked
    if clicked:
        acts.handle(users, clicked)


def _renamed(users: UsersView) -> PairedWall | None:
    return acts.wall(users, acts.told().renaming)


def _notices(users: UsersView, state: WallTold) -> str:
    tr, parts = users.view.tr, []
    if state.said:
        parts.append(f'<p class="note" role="status">{esc(state.said)}</p>')
    if state.fault:
        parts.append(f'<p class="note u-fault" role="alert">{esc(state.fault)}</p>')
    if state.asked:
        lines = "".join(f"<p>{esc(line)}</p>" for line in acts.question(users, state, state.asked))
        yes = _button(tr(f"walls.yes_{state.asked.act}"), "do", style="btn p")
        no = _button(tr("users.cancel"), "cancel")
        parts.append(f'<div class="u-box" role="alertdialog">{lines}<p class="u-acts">{yes}{no}</p></div>')
    return "".join(parts)


def _way(users: UsersView) -> str:
    """How a screen gets a code, and the way to the form that takes it."""
    how = f'<p class="u-how">{esc(users.view.tr("walls.how", address=_address()))}</p>'
    return f'{how}<p class="u-acts">{_button(users.view.tr("walls.add"), "open", style="btn p")}</p>'


def _admit_form(users: UsersView, state: WallTold) -> str:
    tr = users.view.tr
    shown = state.draft or WallAsked("admit")
    code = _text("code", shown.code, maxlength=20, autocapitalize="characters", spellcheck="false", class_="u-code")
    fields = _field(tr("walls.code"), code, tr("walls.code_hint"))
    fields += _field(tr("walls.head_name"), _text("name", shown.name), tr("walls.name_hint"))
    fields += scope_field(users, shown.areas, is_site=shown.is_site)
    submit = f'<button type="submit" class="btn p">{esc(tr("walls.admit"))}</button>'
    cancel = _button(tr("users.cancel"), "cancel")
    return f'<form class="u-form" data-send="admit">{fields}<p class="u-acts">{submit}{cancel}</p></form>'


def _address() -> str:
    """Where a wall's browser finds its code: as people reach the cockpit, the path alone where that is not known."""
    outside = access().proxy.outside
    return f"{urlsplit(outside).netloc if outside else st.context.headers.get('host', '')[:100]}{WALL}"


def _rename_form(users: UsersView, state: WallTold, renamed: PairedWall) -> str:
    tr = users.view.tr
    name = state.draft.name if state.draft and state.draft.act == "rename" else renamed.name
    fields = _field(tr("walls.head_name"), _text("name", name))
    submit = f'<button type="submit" class="btn p">{esc(tr("walls.rename"))}</button>'
    cancel = _button(tr("users.cancel"), "cancel")
    return f'<form class="u-form" data-send="rename">{fields}<p class="u-acts">{submit}{cancel}</p></form>'


def _button(word: str, act: str, *, style: str = "btn") -> str:
    return f'<button type="button"{attributes(class_=style, data_go=act)}>{esc(word)}</button>'


def _field(label: str, control: str, hint: str = "") -> str:
    told = f'<span class="i3">{esc(hint)}</span>' if hint else ""
    return f'<label class="u-field"><span>{esc(label)}</span><span>{control}{told}</span></label>'


def _text(name: str, value: str, **more: object) -> str:
    known = {"maxlength": LONGEST_NAME, "autocomplete": "off"} | more
    return f'<input type="text"{attributes(name=name, value=value, **known)} required>'
