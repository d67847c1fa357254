"""The overview before the first incident: what the store holds is shown, and nothing stands empty in its place.

Invariant: a panel of incidents or areas stands only where there are some, or where the store cannot be asked.
"""

from collections import Counter

from cockpit import formats, layers
from cockpit.context import View
from cockpit.funds import panels as funds_panels
from cockpit.funds.computed import open_funds
from cockpit.markup import attributes, esc
from cockpit.overview.map_panel import chosen_services
from cockpit.panels import Empty
from cockpit.picture import picture


def has_keys(view: View) -> bool:
    """Whether the key figures stand: with incidents, or in a store that cannot be asked."""
    return view.fault is not None or "incidents" in view.datasets


def has_areas(view: View) -> bool:
    """Whether areas stand in the table and on the map; without a single dataset their panel says what to load."""
    return view.fault is not None or bool(view.areas) or not view.datasets


def has_map(view: View) -> bool:
    """Whether there may be something to draw."""
    return has_areas(view) or "layers" in view.datasets


def has_services(view: View) -> bool:
    """Whether service points stand in the place of areas."""
    return not has_areas(view) and "service-points" in view.datasets


def has_funds(view: View) -> bool:
    """Whether the money stands in the place of incidents and areas."""
    is_alone = not has_areas(view) and not has_keys(view)
    return is_alone and "funds" in view.datasets and view.may("page.funds")


def services_unit(view: View) -> str:
    """How many service points there are."""
    return view.tr("overview.services_unit", n=formats.number(len(layers.service_points(view.asked, within=None))))


def services(view: View) -> Empty | None:
    """The kinds of service points with their numbers, the most first; a click shows one kind on the map, or all."""
    view.check()
    found = layers.service_points(view.asked, within=None)
    numbers = Counter(point.kind for point in found)
    names = {point.kind: point.kind_en if view.lang == "en" else point.kind_zh for point in found}
    most = max(numbers.values(), default=1)
    rows = _kind(view, "all", view.tr("overview.services_every"), len(found), share=None)
    rows += "".join(_kind(view, kind, names[kind], n, share=n / most) for kind, n in numbers.most_common())
    picture(f"<table><tbody>{rows}</tbody></table>", key="services_body")
    return None


def _kind(view: View, kind: str, name: str, n: int, *, share: float | None) -> str:
    bar = "" if share is None else f"<i{attributes(style=f'width:{share:.1%}')}></i>"
    current = "true" if chosen_services(view) == kind else None
    known = attributes(data_go=view.link({"services": kind}), tabindex="0", aria_current=current)
    return f'<tr{known}><td>{esc(name)}</td><td class="num">{formats.number(n)}</td><td class="share">{bar}</td></tr>'


def funds(view: View) -> Empty | None:
    """The sentence of the money page and the way there."""
    view.check()
    sentence, lead, _ = funds_panels.sentence(open_funds(view))
    way = f"<a{attributes(href=f'./funds{view.common_link()}')}>{esc(view.tr('overview.to_funds'))} →</a>"
    picture(f'<p class="said"><b>{esc(sentence)}</b></p><p class="i2">{esc(lead)}</p><p>{way}</p>', key="funds_body")
    return None
