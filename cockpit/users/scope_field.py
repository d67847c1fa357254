"""The field that limits an account or a wall: the whole site, or areas as a tree.

Invariant: the markup depends on what is chosen alone; every name went through `esc`.
"""

from collections.abc import Sequence

from cockpit.context import token
from cockpit.markup import attributes, esc
from cockpit.users import words
from cockpit.users.computed import WHOLE, UsersView
from geo.map_queries import Area


def scope_field(users: UsersView, chosen: Sequence[str], *, is_site: bool) -> str:
    """The whole site or areas (`scope`, `area` of the form); a branch with a chosen area ("level:code") is open."""
    tr = users.view.tr
    choice = radio("scope", WHOLE, tr("users.whole_site"), is_on=is_site)
    choice += radio("scope", "area", tr("users.only_areas"), is_on=not is_site)
    below: dict[int | None, list[Area]] = {}
    ids = {area.area_id for area in users.view.areas}
    for area in users.view.areas:
        below.setdefault(area.parent_id if area.parent_id in ids else None, []).append(area)
    tree = "".join(_branch(area, below, frozenset(chosen)) for area in below.get(None, ()))
    tree += "".join(_check(place, words.area(users, place), is_on=True) for place in chosen if place not in users.areas)
    told = tree or f'<p class="i3">{esc(tr("users.no_areas"))}</p>'
    head = esc(tr("users.head_areas"))
    label = attributes(role="group", aria_label=tr("users.head_areas"))
    return (
        f'<div class="u-field"><span>{head}</span><span class="u-choice">{choice}</span></div>'
        f'<div class="u-tree"{label}>{told}</div>'
    )


def radio(name: str, value: str, text: str, *, is_on: bool) -> str:
    """One choice of several."""
    on = " checked" if is_on else ""
    return f'<label class="u-check"><input{attributes(type="radio", name=name, value=value)}{on}>{esc(text)}</label>'


def _branch(area: Area, below: dict[int | None, list[Area]], chosen: frozenset[str]) -> str:
    inside = "".join(_branch(one, below, chosen) for one in below.get(area.area_id, ()))
    check = _check(token(area), area.name, is_on=token(area) in chosen)
    if not inside:
        return check
    is_open = area.parent_id is None or " checked" in inside
    return f"<details{' open' if is_open else ''}><summary>{check}</summary>{inside}</details>"


def _check(place: str, name: str, *, is_on: bool) -> str:
    on = " checked" if is_on else ""
    known = attributes(type="checkbox", name="area", value=place)
    return f'<label class="u-check"><input{known}{on}>{esc(name)}</label>'
