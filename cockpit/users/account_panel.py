"""One account: its facts, the form that changes it, what else can be done to it, and where it is signed in.

Invariant: the form's markup depends on the account alone, so that what somebody types survives the page's own runs.
"""

from datetime import datetime

from cockpit.markup import attributes, esc
from cockpit.panels import Empty
from cockpit.picture import picture
from cockpit.users import acts, words
from cockpit.users.acts import Asked, Told
from cockpit.users.computed import NEW, WHOLE, UsersView, sessions
from cockpit.users.scope_field import radio, scope_field
from geo.account_rules import LONGEST_NAME, ROLES
from geo.accounts import Account
from geo.viewer import OPERATOR


def title(users: UsersView) -> tuple[str, str]:
    """The head of the panel: whose account it is, and its login."""
    if users.chosen:
        return users.chosen.display_name, users.chosen.login
    return users.view.tr("users.new_title" if users.is_new else "users.account_title"), ""


def draw(users: UsersView) -> Empty | None:
    """The account that is open, the form of a new one, or what to click."""
    users.known()
    account = users.chosen
    if account is None and not users.is_new:
        return Empty(users.view.tr("users.none_chosen"))
    state = acts.of_account(account.login if account else "")
    clicked = picture(_notices(users, state), key="users_notices")
    if state.asked is None:
        key = account.login if account else NEW
        clicked = picture(_body(users, account, state), key=f"users_form_{key}") or clicked
        if account:
            picture(_sessions(users, account), key="users_sessions")
    if clicked:
        acts.handle(users, clicked)
    return None


def _button(word: str, act: str, *, style: str = "btn") -> str:
    return f'<button type="button"{attributes(class_=style, data_go=act)}>{esc(word)}</button>'


# ---------------------------------------------------------------- what is said, and asked once more


def _notices(users: UsersView, state: Told) -> str:
    tr = users.view.tr
    parts = []
    if state.said:
        parts.append(f'<p class="note" role="status">{esc(state.said)}</p>')
    if state.fault:
        parts.append(f'<p class="note u-fault" role="alert">{esc(state.fault)}</p>')
    if state.password:
        told = f'<p>{esc(tr("users.password_once"))}</p><p class="u-secret">{esc(state.password)}</p>'
        parts.append(
            f'<div class="u-box" role="status">{told}{_button(tr("users.noted"), "noted", style="btn p")}</div>'
        )
    if state.asked:
        question = "".join(f"<p>{esc(line)}</p>" for line in _question(users, state.asked))
        yes = _button(tr(f"users.yes_{state.asked.act}"), "do", style="btn p")
        no = _button(tr("users.cancel"), "cancel")
        parts.append(f'<div class="u-box" role="alertdialog">{question}<p class="u-acts">{yes}{no}</p></div>')
    return "".join(parts)


def _question(users: UsersView, asked: Asked) -> list[str]:
    """What is about to be done, a line each."""
    tr, account = users.view.tr, users.chosen
    named = {"name": account.display_name if account else asked.name, "login": asked.login}
    lines = [tr(f"users.ask_{asked.act}", **named)]
    if account and asked.act == "change":
        before = (account.display_name, words.role(users, account.role), words.areas(users, account.areas))
        after = (asked.name, words.role(users, asked.role), words.areas(users, asked.areas))
        for head, old, new in zip(("name", "role", "areas"), before, after, strict=True):
            if old != new:
                lines.append(tr("users.from_to", what=tr(f"users.head_{head}"), old=old, new=new))
        if before[1:] != after[1:]:
            lines.append(tr("users.change_ends"))
    if asked.act == "add":
        lines.append(f"{words.role(users, asked.role)} · {words.areas(users, asked.areas)}")
    return lines


# ---------------------------------------------------------------- the form


def _body(users: UsersView, account: Account | None, state: Told) -> str:
    is_me = account is not None and users.is_me(account)
    draft = state.draft.get(account.login if account else "")
    shown = draft or (
        Asked("change", account.login, account.display_name, account.role, account.areas)
        if account
        else Asked("add", "", role="secretary")
    )
    fields = _name(users, shown, account)
    if is_me:
        fields += _told_scope(users, shown)
    else:
        is_fixed = account is not None and account.is_paired
        fields += _told_role(users, shown) if is_fixed else _role(users, shown)
        fields += _scope(users, shown, is_new=account is None)
    word = users.view.tr("users.save" if account else "users.add")
    fields += f'<p class="u-acts"><button type="submit" class="btn p">{esc(word)}</button>'
    if account is None:
        fields += _button(users.view.tr("users.cancel"), users.view.link({NEW: None}))
    form = f'<form class="u-form"{attributes(data_send="change" if account else "add")}>{fields}</p></form>'
    return form + (_acts(users, account, is_me=is_me) if account else "")


def _field(label: str, control: str, hint: str = "") -> str:
    told = f'<span class="i3">{esc(hint)}</span>' if hint else ""
    return f'<label class="u-field"><span>{esc(label)}</span><span>{control}{told}</span></label>'


def _text(name: str, value: str, **more: object) -> str:
    known = attributes(name=name, value=value, maxlength=LONGEST_NAME, required="", autocomplete="off", **more)
    return f'<input type="text"{known}>'


def _name(users: UsersView, shown: Asked, account: Account | None) -> str:
    tr = users.view.tr
    fields = _field(tr("users.head_name"), _text("name", shown.name))
    if account is None:
        pattern = "[A-Za-z0-9_.@\\-]{1,64}"
        login = _text("login", shown.login, pattern=pattern, spellcheck="false", autocapitalize="none")
        fields += _field(tr("users.head_login"), login, tr("users.login_hint"))
    return fields


def _role(users: UsersView, shown: Asked) -> str:
    options = "".join(
        f"<option{attributes(value=role, selected='selected' if role == shown.role else None)}>"
        f"{esc(words.role(users, role))}</option>"
        for role in ROLES
    )
    return _field(users.view.tr("users.head_role"), f'<select name="role">{options}</select>')


def _told_role(users: UsersView, shown: Asked) -> str:
    """The role of a wall that was admitted by its code: told, not to be changed."""
    kept = f'<input type="hidden"{attributes(name="role", value=shown.role)}>'
    return kept + _field(users.view.tr("users.head_role"), esc(words.role(users, shown.role)))


def _scope(users: UsersView, shown: Asked, *, is_new: bool) -> str:
    """The whole site or areas; for a new account also how it signs in."""
    scope = scope_field(users, shown.areas, is_site=not shown.areas and not is_new)
    if not is_new:
        return scope
    tr = users.view.tr
    ways = radio("way", "password", tr("users.way_password"), is_on=not shown.is_elsewhere)
    ways += radio("way", "elsewhere", tr("users.way_elsewhere"), is_on=shown.is_elsewhere)
    label = esc(tr("users.head_signs_in"))
    return scope + f'<div class="u-field"><span>{label}</span><span class="u-choice">{ways}</span></div>'


def _told_scope(users: UsersView, shown: Asked) -> str:
    """The own role and areas: told, not to be changed by oneself."""
    tr = users.view.tr
    kept = f'<input type="hidden"{attributes(name="role", value=shown.role)}>'
    kept += f'<input type="hidden"{attributes(name="scope", value="area" if shown.areas else WHOLE)}>'
    kept += "".join(f'<input type="hidden"{attributes(name="area", value=place)}>' for place in shown.areas)
    role = f"{esc(words.role(users, shown.role))} · {esc(words.areas(users, shown.areas))}"
    return kept + _field(tr("users.head_role"), role) + f'<p class="u-note">{esc(tr("users.own_account"))}</p>'


def _acts(users: UsersView, account: Account, *, is_me: bool) -> str:
    """What else can be done to the account."""
    tr = users.view.tr
    names = [] if account.is_demo or account.is_paired else ["password"]
    names += ["sign_out"]
    if not is_me and not (account.is_paired and account.disabled_at):
        names += ["enable" if account.disabled_at else "disable"]
    buttons = "".join(_button(tr(f"users.{name}_act"), name) for name in names)
    return f'<p class="u-acts u-more">{buttons}</p>'


# ---------------------------------------------------------------- where it is signed in


def _sessions(users: UsersView, account: Account) -> str:
    tr = users.view.tr
    by = words.role(users, OPERATOR.role) if account.created_by == OPERATOR.name else account.created_by
    made = tr("users.made", when=words.age(users, account.created_at), by=by)
    facts = [made, tr("users.signs_in_by", way=words.signs_in(users, account))]
    facts += [tr("users.disabled_since", when=words.age(users, account.disabled_at))] if account.disabled_at else []
    facts += [tr("users.has_to_change")] if account.must_change and account.has_password else []
    told = f'<p class="u-note">{esc(tr("users.fact_joiner").join(facts))}</p>'
    found = sessions(users, account)
    if not found:
        return (
            f'<h3 class="u-head">{esc(tr("users.sessions"))}</h3><p class="i2">{esc(tr("users.no_sessions"))}</p>{told}'
        )
    heads = "".join(f"<th>{esc(tr(f'users.head_{name}'))}</th>" for name in ("method", "address", "since", "last_used"))
    body = "".join(
        f"<tr><td>{esc(tr(f'users.method_{one.method}'))}</td>"
        f"<td{attributes(data_tip=one.agent or None)}>{esc(one.address)}</td>"
        f"{_when(users, one.created_at)}{_when(users, one.last_seen_at)}</tr>"
        for one in found
    )
    table = f'<table class="u-sessions"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    return f'<h3 class="u-head">{esc(tr("users.sessions"))}</h3><div class="scroll">{table}</div>{told}'


def _when(users: UsersView, moment: datetime) -> str:
    return f"<td{attributes(data_tip=words.exact(users, moment))}>{esc(words.age(users, moment))}</td>"
