"""All accounts as a table, with filters in the URL; a row opens its account. Below: the written table of rights.

Invariant: nothing is hidden but removed sample accounts; a disabled account stands among the others and says so.
"""

from cockpit.context import token
from cockpit.filterbar import option
from cockpit.markup import attributes, esc
from cockpit.panels import Empty
from cockpit.picture import picture
from cockpit.users import words
from cockpit.users.computed import DISABLED, ENABLED, NEW, WHOLE, UsersView
from config.rights import rights
from geo.account_rules import ROLES
from geo.accounts import Account

COLUMNS = ("name", "login", "role", "areas", "signs_in", "last_seen", "state")
SHOWN_AREAS = 2
GROUPS = ("page", "rows", "act")
GONE = {NEW: None, "account": None}


def draw(users: UsersView) -> Empty | None:
    """The filters and the table that they leave."""
    users.known()
    picture(_filters(users), key="users_filters")
    found = users.shown()
    if not found:
        return Empty(users.view.tr("users.none_found"))
    heads = "".join(
        f'<th data-sort="{"number" if name == "last_seen" else "text"}">{esc(users.view.tr(f"users.head_{name}"))}</th>'
        for name in COLUMNS
    )
    body = "".join(_row(users, account) for account in found)
    table = f'<table class="u-list"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    picture(f'<div class="scroll">{table}</div>', key="users_list")
    return None


def _row(users: UsersView, account: Account) -> str:
    link = users.view.link({**GONE, "account": account.login})
    is_on = users.chosen is not None and users.chosen.login == account.login
    me = f' <span class="i3">{esc(users.view.tr("users.me"))}</span>' if users.is_me(account) else ""
    seen = account.last_seen_at
    shown = account.areas[:SHOWN_AREAS]
    more = len(account.areas) - len(shown)
    where = words.areas(users, shown) + (users.view.tr("users.areas_more", n=more) if more else "")
    tip = words.areas(users, account.areas) if more else None
    cells = (
        f"<td><a{attributes(href=link, data_go=link)}>{esc(account.display_name)}</a>{me}</td>"
        f"<td>{esc(account.login)}</td>"
        f"<td{attributes(data_v=ROLES.index(account.role))}>{esc(words.role(users, account.role))}</td>"
        f'<td class="u-where"{attributes(data_tip=tip)}>{esc(where)}</td>'
        f"<td>{esc(words.signs_in(users, account))}</td>"
        f"<td{attributes(data_v=seen.timestamp() if seen else '', data_tip=words.exact(users, seen))}>"
        f"{esc(words.age(users, seen))}</td>"
        f"<td>{esc(words.state(users, account))}</td>"
    )
    style = "u-off" if account.disabled_at else None
    return f"<tr{attributes(data_go=link, aria_current='true' if is_on else None, class_=style)}>{cells}</tr>"


def _filters(users: UsersView) -> str:
    tr = users.view.tr
    roles = [("", tr("users.all_roles")), *((role, words.role(users, role)) for role in _roles(users))]
    places = [("", tr("users.all_areas")), *((place, words.area(users, place)) for place in _places(users))]
    states = [("", tr("users.all_states")), *((one, tr(f"users.state_{one}")) for one in (ENABLED, DISABLED))]
    new = users.view.link({"account": None, NEW: "1"})
    parts = (
        _select(users, "role", roles, users.role, label=tr("users.head_role"))
        + _select(users, "within", places, users.within, label=tr("users.head_areas"))
        + _select(users, "state", states, users.state, label=tr("users.head_state"))
        + f'<a class="btn p"{attributes(href=new, data_go=new)}>{esc(tr("users.add"))}</a>'
    )
    return f'<div class="filters"{attributes(role="group", aria_label=tr("common.filters"))}>{parts}</div>'


def _roles(users: UsersView) -> list[str]:
    """The roles that some account has."""
    return [role for role in ROLES if role == users.role or any(one.role == role for one in users.accounts)]


def _places(users: UsersView) -> list[str]:
    """The whole site, and the areas that accounts have with all above them, from the top down."""
    by_id = {area.area_id: area for area in users.view.areas}
    named = {place for account in users.accounts for place in account.areas}
    for place in tuple(named):
        area = users.areas.get(place)
        while area and area.parent_id:
            area = by_id.get(area.parent_id)
            named |= {token(area)} if area else set()
    order = {token(area): number for number, area in enumerate(users.view.areas)}
    return [WHOLE, *sorted(named, key=lambda place: (order.get(place, len(order)), place))]


def _select(users: UsersView, name: str, options: list[tuple[str, str]], chosen: str | None, *, label: str) -> str:
    listed = "".join(
        option(text, users.view.link({name: value or None}), is_on=value == (chosen or "")) for value, text in options
    )
    return f"<select data-choose{attributes(aria_label=label)}>{listed}</select>"


def draw_rights(users: UsersView) -> None:
    """The written table of rights: what each role may see and do."""
    table = rights()
    heads = "".join(f"<th>{esc(words.role(users, role))}</th>" for role in table.roles)
    body = ""
    for group in GROUPS:
        title = esc(users.view.tr(f"users.group_{group}"))
        body += f'<tr class="u-group"><th scope="rowgroup" colspan="{len(table.roles) + 1}">{title}</th></tr>'
        body += "".join(_right(users, right) for right in table.may if right.split(".")[0] == group)
    markup = f'<table class="u-rights"><thead><tr><th></th>{heads}</tr></thead><tbody>{body}</tbody></table>'
    note = f'<p class="u-note">{esc(users.view.tr("users.rights_note"))}</p>'
    picture(f'<div class="scroll">{markup}</div>{note}', key="users_rights")


def _right(users: UsersView, right: str) -> str:
    table = rights()
    name = esc(users.view.tr(f"users.right_{right.replace('.', '_')}"))
    mark = f' <span class="i3">{esc(users.view.tr("users.site_only"))}</span>' if right in table.site_only else ""
    yes = esc(users.view.tr("users.yes"))
    cells = "".join(
        f'<td><span role="img" aria-label="{yes}">●</span></td>' if role in table.may[right] else "<td></td>"
        for role in table.roles
    )
    return f'<tr><th scope="row">{name}{mark}</th>{cells}</tr>'
