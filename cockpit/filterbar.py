"""The filter bar of every page: where, when, at which level, which category; all of it in the URL."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from urllib.parse import urlencode

from cockpit.context import COMMON, RESPONSE_CLASSES, View, ancestor, token
from cockpit.markup import attributes, esc
from cockpit.picture import picture
from geo.map_queries import Area

PRESETS = (("common.last_7_days", 7), ("common.last_30_days", 30), ("common.last_365_days", 365))


def filter_bar(
    view: View, *, with_level: bool, with_category: bool, with_classes: bool = False, key: str = "filters"
) -> None:
    """Draws the bar; a choice changes the URL and runs the page again. `with_classes`: as `categories`."""
    parts = [breadcrumb(view), period(view)]
    if with_level and len(view.levels()) > 1:
        parts.append(levels(view))
    if with_category and view.categories:
        parts.append(categories(view, with_classes=with_classes))
    label = attributes(role="group", aria_label=view.tr("common.filters"))
    picture(f'<div class="filters"{label}>{"".join(parts)}</div>', key=key)


def link(view: View, text: str, changes: Mapping[str, str | None], *, is_on: bool, style: str = "chip") -> str:
    """A link to this page with other parameters; the chosen one is marked."""
    address = view.link(changes)
    current = "true" if is_on else None
    return f"<a{attributes(class_=style, href=address, data_go=address, aria_current=current)}>{esc(text)}</a>"


def option(text: str, value: str, *, is_on: bool) -> str:
    """One choice of a `<select data-choose>`."""
    return f"<option{attributes(value=value, selected='selected' if is_on else None)}>{esc(text)}</option>"


def breadcrumb(view: View) -> str:
    """The way up: the site, then each area down to the one looked into; the last one is where we are.

    An area that is the only one of its level is the site itself and is not named twice. Who has some areas only begins
    at the own one, and chooses among them where they are several.
    """
    line = [area for area in view.lineage() if not view.is_sole(area)]
    steps = [_top(view, line)]
    for area in line[1 if view.is_limited else 0 :]:
        up = {"area": token(area), "level": None}
        steps.append(link(view, area.name, up, is_on=area is line[-1], style="crumb"))
    joined = '<span class="i3" aria-hidden="true">›</span>'.join(steps)
    label = attributes(aria_label=view.tr("common.you_are_here"))
    return f'<nav class="crumbs"{label}>{joined}{_community(view)}</nav><span class="gap"></span>'


def _top(view: View, line: Sequence[Area]) -> str:
    """The first step: the site, or the own area of who has no more."""
    if not view.is_limited:
        whole = {"area": None, "level": None}
        return link(view, view.site.name(view.lang), whole, is_on=not line, style="crumb")
    own, at = view.own_areas, line[0] if line else None
    if len(own) == 1:
        return link(view, own[0].name, {"area": token(own[0]), "level": None}, is_on=len(line) == 1, style="crumb")
    options = "".join(
        option(area.name, view.link({"area": token(area), "level": None}), is_on=area == at) for area in own
    )
    return f"<select data-choose{attributes(aria_label=view.tr('common.own_areas'))}>{options}</select>"


def _community(view: View) -> str:
    """The way from an area to the page of its community; nothing where the page looks into none."""
    area = view.filters.area
    address = community_address(view, area) if area else None
    if address is None:
        return ""
    return f"<a{attributes(class_='crumb', href=address)}>{esc(view.tr('community.to_community'))} →</a>"


def community_address(view: View, area: Area) -> str | None:
    """The address of the page of the community that holds `area`; None where it lies above all communities."""
    own = ancestor(view.areas, area, view.unit_level)
    if own is None or not view.may("page.community"):
        return None
    kept = {name: value for name, value in view.params.items() if name in COMMON and name not in ("level", "area")}
    return f"./community?{urlencode({**kept, 'area': token(own)})}"


def indicator_address(view: View, slug: str, *, area: Area | None = None) -> str | None:
    """The address of the page of one indicator with the filters of this page, of `area` where it is told; None for who
    may not open it."""
    if not view.may("page.indicator"):
        return None
    kept = {name: value for name, value in view.params.items() if name in COMMON and name != "level"}
    named = {"area": token(area)} if area else {}
    return f"./indicator?{urlencode({'kpi': slug, **kept, **named})}"


def period(view: View) -> str:
    """Presets that end today, and the first and last day of any period."""
    end = view.now.date() + timedelta(days=1)
    chips = "".join(_preset(view, key, days, end) for key, days in PRESETS)
    days = f'{_first_day(view)}<span class="i3">–</span>{_last_day(view)}'
    return f'<span class="group">{chips}</span>{days}<span class="gap"></span>'


def _preset(view: View, key: str, days: int, end: date) -> str:
    start = end - timedelta(days=days)
    is_on = (view.filters.start, view.filters.end) == (start, end)
    return link(view, view.tr(key), {"from": start.isoformat(), "to": end.isoformat()}, is_on=is_on)


def _first_day(view: View) -> str:
    kept = view.link({"from": None, "to": view.filters.end.isoformat()})
    known = attributes(
        type="date",
        value=view.filters.start.isoformat(),
        max=(view.filters.end - timedelta(days=1)).isoformat(),
        aria_label=view.tr("common.from_day"),
        data_before=f"{kept}&from=",
    )
    return f"<input{known}>"


def _last_day(view: View) -> str:
    """The last day, inclusive as people mean it; `to` in the URL is the day after."""
    kept = view.link({"to": None, "from": view.filters.start.isoformat()})
    known = attributes(
        type="date",
        value=(view.filters.end - timedelta(days=1)).isoformat(),
        min=view.filters.start.isoformat(),
        aria_label=view.tr("common.to_day"),
        data_before=f"{kept}&to=",
        data_after="next-day",
    )
    return f"<input{known}>"


def levels(view: View) -> str:
    """The levels within the area looked into."""
    chips = "".join(
        link(view, view.tr(f"common.level_{level}"), {"level": level}, is_on=level == view.filters.level)
        for level in view.levels()
    )
    return f'<span class="group"{attributes(role="group", aria_label=view.tr("common.level"))}>{chips}</span>'


def categories(view: View, *, with_classes: bool = False) -> str:
    """All categories by response class; `with_classes`: a class as a whole can be chosen too."""
    chosen, limited = view.filters.category, view.filters.response_class if with_classes else None
    free = dict[str, str | None].fromkeys(("category", "class") if with_classes else ("category",))
    options = option(view.tr("common.all_categories"), view.link(free), is_on=chosen is None and limited is None)
    for response_class in RESPONSE_CLASSES:
        inside = "".join(
            option(known.name(view.lang), view.link({**free, "category": known.code}), is_on=known.code == chosen)
            for known in view.categories
            if known.response_class == response_class
        )
        if inside and with_classes:
            whole = view.link({**free, "class": response_class})
            is_on = chosen is None and limited == response_class
            inside = option(view.tr(f"common.whole_{response_class}"), whole, is_on=is_on) + inside
        if inside:
            options += f"<optgroup{attributes(label=view.tr(f'common.class_{response_class}'))}>{inside}</optgroup>"
    return f"<select data-choose{attributes(aria_label=view.tr('common.category'))}>{options}</select>"
