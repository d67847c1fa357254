"""The overview's sentence, its key figures against the usual, and the table of areas."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from cockpit import formats
from cockpit.context import View, token
from cockpit.filterbar import community_address
from cockpit.holdings import held
from cockpit.markup import attributes, esc
from cockpit.overview import computed
from cockpit.overview.computed import AreaFigures, AreaTable, KeyFigure
from cockpit.overview.words import Sentence, sentence
from cockpit.panels import Empty
from cockpit.picture import picture
from cockpit.theme import level_icon
from geo.errors import StoreUnavailable

MOST_ROWS, MOST_NAMES = 450, 2000


def head(view: View) -> Sentence:
    """The sentence of the page; a store that is down or empty is said as such, a kept picture with its moment."""
    try:
        view.check()
        if "incidents" not in view.datasets:
            return Sentence(view.tr("overview.no_incidents"), held(view), None)
        found = sentence(view, computed.standing_now(view.asked, filters=view.filters))
    except StoreUnavailable:
        return Sentence(view.tr("overview.down"), "", None)
    if view.pulse and view.pulse.down_since:
        time = formats.moment(view.clock.at, now=view.pulse.down_since, zone=view.site.zone, lang=view.lang)
        return replace(found, head=view.tr("overview.kept", time=time) + found.head, level=None)
    return found


# ---------------------------------------------------------------- key figures


def keys(view: View) -> Empty | None:
    """Four figures, each with what is usual."""
    view.check()
    found = computed.key_figures(view.asked, filters=view.filters, promise=_promise(view))
    picture(f'<div class="keys">{"".join(_key(view, figure) for figure in found)}</div>', key="keys_body")
    return None


def _promise(view: View) -> str | None:
    """The class that the 10 minutes are promised for; None where no category has it, or one category is chosen."""
    has_urgent = any(category.response_class == "urgent" for category in view.categories)
    return "urgent" if has_urgent and view.filters.category is None else None


def _key(view: View, key: KeyFigure) -> str:
    name = _key_name(view, key)
    verdict = f"<b>{esc(_verdict(view, key))}</b>" if key.verdict in ("more", "fewer") else esc(_verdict(view, key))
    n = f' <span class="i3">{esc(view.tr("overview.n_is", n=formats.number(key.n)))}</span>' if key.is_rate else ""
    return (
        f'<div class="key"><div class="name"><span>{esc(name)}{n}</span><span>{verdict}</span></div>'
        f"{_figure(view, key)}{_band(view, key, name) if key.is_judged else '<span></span>'}</div>"
    )


def _key_name(view: View, key: KeyFigure) -> str:
    if key.name == "onscene" and _promise(view):
        return view.tr("overview.key_onscene_urgent")
    if key.name == "incidents" and view.filters.end <= view.now.date():
        return view.tr("overview.key_incidents_day", day=formats.full_day(view.shape_day, view.lang))
    return view.tr(f"overview.key_{key.name}")


def _verdict(view: View, key: KeyFigure) -> str:
    if key.verdict == "unknown":
        return view.tr("overview.history_short") if key.now is not None else ""
    if key.verdict == "usual":
        return view.tr("overview.verdict_usual")
    return view.tr(f"overview.verdict_{'rate_' if key.is_rate else ''}{key.verdict}", n=len(key.past))


def _figure(view: View, key: KeyFigure) -> str:
    if key.now is None:
        word = "common.too_few" if key.is_rate and key.n else "common.no_data"
        return f'<span class="figure words">{esc(view.tr(word))}</span>'
    unit = "" if key.is_rate else f"<small>{esc(view.tr('overview.unit_case'))}</small>"
    return f'<span class="figure">{esc(_value(key, key.now))}{unit}</span>'


def _value(key: KeyFigure, value: float) -> str:
    return formats.share(value) if key.is_rate else formats.number(value, digits=0 if value == int(value) else 1)


def _band(view: View, key: KeyFigure, name: str) -> str:
    """The usual band: range of the earlier weeks, their median, a dot for now; ends labelled."""
    now = key.now or 0.0
    low, high, middle = min(key.past), max(key.past), median(key.past)
    first, last = min(low, now), max(high, now)
    span = (last - first) or 1.0

    def share(value: float) -> float:
        return 5 + (value - first) / span * 90

    def x(value: float) -> str:
        return f"{share(value):.1f}%"

    words = {"low": _value(key, low), "high": _value(key, high), "median": _value(key, middle)}
    tip = view.tr("overview.key_tip", name=name, now=_value(key, now), n=len(key.past), **words)
    ends = _end(share(low), words["low"])
    if (high - low) / span > 0.25:
        ends += _end(share(high), words["high"])
    width = f"{max(1.0, (high - low) / span * 90):.1f}%"
    return (
        f"<svg{attributes(role='img', aria_label=tip.replace(chr(10), ', '), data_tip=tip)}>"
        f'<line class="axis" x1="0" x2="100%" y1="12" y2="12"/>'
        f'<rect class="band" x="{x(low)}" y="6" width="{width}" height="12"/>'
        f'<line class="median" x1="{x(middle)}" x2="{x(middle)}" y1="6" y2="18"/>'
        f'<circle class="dot {key.tone}" cx="{x(now)}" cy="12" r="6"/>{ends}</svg>'
    )


def _end(share: float, text: str) -> str:
    """A label below its end; near a border of the picture it grows inwards, so that a long one is not cut."""
    anchor = "start" if share < 10 else "end" if share > 90 else "middle"
    return f'<text x="{share:.1f}%" y="33" text-anchor="{anchor}" class="i3">{esc(text)}</text>'


# ---------------------------------------------------------------- table


def table_unit(view: View) -> str:
    """What the table lists, in the head of its panel; nothing while the store is down."""
    try:
        table = computed.area_table(view)
    except StoreUnavailable:
        return ""
    all_rows, count = len(table.rows), len(_listed(table))
    if not table.is_covered:
        return view.tr("overview.table_unit_names", n=formats.number(all_rows)) if count == all_rows > 0 else ""
    key = "table_unit_some" if count < all_rows else "table_unit"
    return view.tr(f"overview.{key}", all=formats.number(all_rows), n=formats.number(count)) if count else ""


def _listed(table: AreaTable) -> Sequence[AreaFigures]:
    if len(table.rows) <= (MOST_ROWS if table.is_covered else MOST_NAMES):
        return table.rows
    return [row for row in table.rows if row.open_cases][:MOST_ROWS]


def area_table(view: View) -> Empty | None:
    """The areas of the level in the order of their codes; sorted in the browser, a click looks into one."""
    table = computed.area_table(view)
    if not table.rows:
        return Empty(view.tr("overview.no_areas"))
    heads = [("name", "text")]
    why = ""
    if table.is_covered:
        heads += [("incidents", "number")]
        heads += [("rate", "number")] if table.has_households else []
        heads += [("open", "number"), ("overdue", "number")] if table.has_deadlines else [("open", "number")]
    elif "incidents" in view.datasets:
        why = f'<p class="empty">{esc(view.tr("overview.not_covered"))}</p>'
    top = "".join(_column(view, name, kind) for name, kind in heads)
    top += '<th aria-hidden="true"></th>' if _is_of_communities(view) else ""
    body = "".join(_row(view, row, table) for row in _listed(table))
    frame = f'{why}<div class="scroll tall" tabindex="0">'
    picture(f"{frame}<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>", key="table_body")
    return None


def _column(view: View, name: str, kind: str) -> str:
    style = "num" if kind == "number" else None
    known = attributes(class_=style, data_sort=kind, tabindex="0", scope="col")
    return f"<th{known}>{esc(view.tr(f'overview.column_{name}'))}</th>"


def _row(view: View, row: AreaFigures, table: AreaTable) -> str:
    cells = f'<td class="name">{esc(row.area.name)}</td>'
    if table.is_covered:
        cells += _number(row.incidents)
        cells += _rate_cell(view, row) if table.has_households else ""
        cells += _number(row.open_cases) + (_overdue(row.overdue) if table.has_deadlines else "")
    if _is_of_communities(view):
        cells += _to_community(view, row)
    go = view.link({"area": token(row.area), "level": None})
    current = "true" if view.filters.area_id == row.area.area_id else None
    return f"<tr{attributes(data_go=go, tabindex='0', aria_current=current)}>{cells}</tr>"


def _is_of_communities(view: View) -> bool:
    return view.filters.level == view.unit_level and view.may("page.community")


def _to_community(view: View, row: AreaFigures) -> str:
    """The way to the community's own page."""
    tip = view.tr("community.to_community_of", area=row.area.name)
    known = attributes(href=community_address(view, row.area), aria_label=tip, data_tip=tip)
    return f'<td class="to"><a{known}>→</a></td>'


def _number(value: int) -> str:
    return f'<td class="num" data-v="{value}">{formats.number(value)}</td>'


def _rate_cell(view: View, row: AreaFigures) -> str:
    if row.per_thousand is not None:
        return f'<td class="num" data-v="{row.per_thousand:.3f}">{formats.number(row.per_thousand, digits=1)}</td>'
    word = "common.no_data" if row.households is None else "common.too_few"
    return f'<td class="num i3" data-v="">{esc(view.tr(word))}</td>'


def _overdue(value: int) -> str:
    if not value:
        return '<td class="num i3" data-v="0">0</td>'
    return f'<td class="num co" data-v="{value}">{level_icon("orange", 12)} <b>{formats.number(value)}</b></td>'
