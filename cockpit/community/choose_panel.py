"""The list to choose a community from, where the URL names an area that holds several.

Invariant: the communities stand in the order of the page, never ranked by a figure.
"""

from cockpit import formats
from cockpit.community.choice import Chosen
from cockpit.context import View, token
from cockpit.markup import attributes, esc
from cockpit.overview.computed import AreaFigures
from cockpit.panels import Empty
from cockpit.picture import picture
from cockpit.theme import level_icon


def draw(chosen: Chosen) -> Empty | None:
    """One row a community with what is reported, open and overdue; a click opens it."""
    view = chosen.view
    view.check()
    if not chosen.offered:
        return Empty(view.tr("community.no_areas"))
    names = ("name", "incidents", "open", "overdue")
    kinds = ("text", "number", "number", "number")
    heads = "".join(
        f"<th{attributes(class_='num' if kind == 'number' else None, data_sort=kind, tabindex='0', scope='col')}>"
        f"{esc(view.tr(f'overview.column_{name}'))}</th>"
        for name, kind in zip(names, kinds, strict=True)
    )
    body = "".join(_row(view, row) for row in chosen.offered)
    picture(f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>", key="community_choose")
    return None


def _row(view: View, row: AreaFigures) -> str:
    address = view.link({"area": token(row.area), "level": None})
    late = f"{level_icon('orange', 12)} <b>{formats.number(row.overdue)}</b>" if row.overdue else "0"
    name = f"<a{attributes(href=address, data_go=address)}>{esc(row.area.name)}</a>"
    return (
        f"<tr{attributes(data_go=address)}><td>{name}</td>{_number(row.incidents)}{_number(row.open_cases)}"
        f'<td class="num" data-v="{row.overdue}">{late}</td></tr>'
    )


def _number(value: int) -> str:
    return f'<td class="num" data-v="{value}">{formats.number(value)}</td>'
