"""The panel that places a community among the others of its street: one strip of dots a figure, the own one marked.

Invariant: no rank is said, only how many are higher and lower beyond chance; too few cases are words and no dot.
"""

from cockpit import formats
from cockpit.charts import svg
from cockpit.community import peers
from cockpit.community.choice import Chosen
from cockpit.community.peers import PER_THOUSAND, Dot, Peers, Row
from cockpit.context import View
from cockpit.figures import TOO_FEW
from cockpit.markup import attributes, esc
from cockpit.panels import Empty
from cockpit.picture import picture
from config.indicators import indicator
from geo import published

HEIGHT, MIDDLE = 26, 13
LEFT, RIGHT = 0.02, 0.98
"""Where the lowest and the highest value stand, as shares of the strip's width."""


def is_compared(chosen: Chosen) -> bool:
    """Whether areas of the page's level are compared at all."""
    return chosen.level in published.LEVELS


def unit(chosen: Chosen) -> str:
    """The month that is compared, and that the filters of the page do not touch it."""
    found = peers.peers(chosen)
    if found is None:
        return chosen.view.tr("published.unit_none")
    month = formats.month(found.month, chosen.view.lang)
    return chosen.view.tr("published.unit", month=month, n=found.others, level=_level(chosen))


def draw(chosen: Chosen) -> Empty | None:
    """One row a figure."""
    view, area = chosen.view, chosen.area
    view.check()
    found = peers.peers(chosen)
    if area is None or found is None or not found.rows:
        is_compared = area is not None and area.level in published.LEVELS
        return Empty(view.tr("published.none" if is_compared else "published.not_this_level"))
    if found.others == 0:
        return Empty(view.tr("published.alone", level=_level(chosen)))
    names = ("figure", "own", "whole", "strip", "place")
    heads = "".join(
        f"<th{attributes(scope='col', class_='num' if name in ('own', 'whole') else None)}>"
        f"{esc(view.tr(f'published.column_{name}', area=_above(chosen, found), level=_level(chosen)))}</th>"
        for name in names
    )
    body = "".join(_row(view, row, area.name) for row in found.rows)
    table = f'<table class="k-peers"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    picture(table + f'<p class="c-key">{esc(_rule(chosen, found))}</p>', key="community_peers")
    return None


def _level(chosen: Chosen) -> str:
    return chosen.view.tr(f"common.level_{chosen.level}")


def _above(chosen: Chosen, found: Peers) -> str:
    return found.above or chosen.view.site.name(chosen.view.lang)


def _rule(chosen: Chosen, found: Peers) -> str:
    few = max(row.few for row in found.rows)
    told = chosen.view.tr("published.rule", area=_above(chosen, found))
    return told + (chosen.view.tr("published.rule_few", n=few) if few else "")


def _row(view: View, row: Row, area: str) -> str:
    own = esc(_value(view, row, row.own.value)) if row.own else f'<span class="k-words">{esc(_why(view, row))}</span>'
    whole = _value(view, row, row.whole) if row.whole is not None else view.tr("common.no_data")
    return (
        f"<tr><td>{esc(_name(view, row))}</td>"
        f'<td class="num k-value figure">{own}</td><td class="num i2">{esc(whole)}</td>'
        f'<td class="k-strip">{_strip(view, row, area)}</td><td class="i2">{esc(_place(view, row))}</td></tr>'
    )


def _name(view: View, row: Row) -> str:
    """What the figure is called; the share on scene here is of all cases, elsewhere on the pages of urgent ones."""
    if row.unit == PER_THOUSAND:
        return view.tr("published.per_thousand")
    name = indicator(row.slug).name(view.lang)
    return view.tr("published.of_all", name=name) if row.slug == peers.ON_SCENE else name


def _why(view: View, row: Row) -> str:
    return view.tr("response.too_few_n", n=row.n) if row.why == TOO_FEW else view.tr("common.no_data")


def _value(view: View, row: Row, value: float) -> str:
    if row.unit == "ratio":
        return formats.share(value)
    return formats.duration(value, view.lang) if row.unit == "s" else formats.number(value, digits=1)


def _place(view: View, row: Row) -> str:
    if row.own is None:
        return ""
    if not row.is_judged:
        return view.tr("published.few_here" if "few" in row.told_apart else "published.unjudged")
    places = row.told_apart
    place = view.tr("published.place", above=places["higher"], below=places["lower"], alike=places["alike"])
    return place + (view.tr("published.few", n=places["few"]) if places["few"] else "")


def _strip(view: View, row: Row, area: str) -> str:
    """The values from the lowest to the highest: pale dots, the street's tick, the own dot on top."""
    values = [dot.value for dot in (*row.others, *((row.own,) if row.own else ()))]
    low, high = min(values), max(values)

    def at(value: float) -> str:
        share = 0.5 if high == low else LEFT + (RIGHT - LEFT) * (value - low) / (high - low)
        return svg.percent(min(1.0, max(0.0, share)))

    def circle(dot: Dot, *, radius: float, style: str) -> str:
        tip = view.tr("published.tip", area=dot.name, value=_value(view, row, dot.value), n=formats.number(dot.n))
        return svg.element("circle", cx=at(dot.value), cy=MIDDLE, r=radius, class_=style, data_tip=tip)

    body = svg.line(x1="0%", y1=MIDDLE, x2="100%", y2=MIDDLE, class_="p-axis")
    if row.whole is not None and low <= row.whole <= high:
        body += svg.line(x1=at(row.whole), y1=3, x2=at(row.whole), y2=HEIGHT - 3, class_="p-whole")
    body += "".join(circle(dot, radius=4, style="p-dot") for dot in row.others)
    body += circle(row.own, radius=6, style="p-own") if row.own else ""

    def short(value: float) -> str:
        return formats.hours_minutes(value, view.lang) if row.unit == "s" else _value(view, row, value)

    ends = {"low": short(low), "high": short(high)}
    label = view.tr("published.strip_label", area=area, n=len(row.others), place=_place(view, row), **ends)
    drawn = svg.picture(body, height=HEIGHT, label=label)
    return f"<div><span>{esc(ends['low'])}</span>{drawn}<span>{esc(ends['high'])}</span></div>"
