"""The area beside one neighbour, and beside all that it may be compared with.

Invariant: nothing is ranked; a difference is called one only beyond chance, and how many of so many would be by chance
alone is said.
"""

from collections.abc import Sequence

from cockpit import formats
from cockpit.charts import svg
from cockpit.charts.framed import framed
from cockpit.charts.scales import round_ticks
from cockpit.context import View, token
from cockpit.figures import NO_DATA, Figure, wilson
from cockpit.indicator import computed, words
from cockpit.indicator.compare import Difference, Verdict, chance_of, difference
from cockpit.indicator.computed import IndicatorView, Peer
from cockpit.indicator.head import GONE, peer_of
from cockpit.markup import attributes, esc
from cockpit.panels import Empty
from cockpit.picture import picture
from config.indicators import Indicator
from geo import published

APART = ("higher", "lower")


def neighbours_title(page: IndicatorView) -> str:
    """With whom the area is compared; empty where there is nobody."""
    if page.subject.area_id is None or (peer := peer_of(page)) is None:
        return ""
    return page.view.tr("indicator.neighbours_with", name=peer.figure.name)


def neighbours_unit(page: IndicatorView) -> str:
    """What the difference is counted in, and whether the two that are compared are of one type."""
    peer = None if page.subject.area_id is None else peer_of(page)
    if peer is None:
        return ""
    mine = next(one for one in computed.peers(page.view.asked, subject=page.subject) if one.is_own)
    view = page.view
    points = view.tr("indicator.neighbours_points") if page.indicator.kind == "rate" else ""
    if peer.is_other_type:
        return points + words.other_type_short(view, mine, peer)
    if mine.neighbour.community_type is None:
        return points + view.tr("indicator.same_above")
    return points + view.tr("indicator.same_type", type=words.type_name(view, mine))


def draw_neighbours(page: IndicatorView) -> Empty | None:
    """The difference to one neighbour with its interval, then all areas of the type, each with its interval."""
    view, figure = page.view, computed.own(page.view.asked, subject=page.subject)
    found, peer = computed.peers(view.asked, subject=page.subject), peer_of(page)
    if page.subject.area_id is None:
        return Empty(view.tr("indicator.no_neighbours_site"))
    if figure is not None and peer is None and view.is_limited:
        picture(_published(page), key="indicator_neighbours_own")
        return None
    if figure is None or peer is None:
        return Empty(view.tr("indicator.no_neighbours"))
    beside = difference(figure, peer.figure)
    told = words.verdict(view, figure.name, peer.figure.name, page.indicator, beside)
    told += words.other_type(view, next(one for one in found if one.is_own), peer)
    told += view.tr(
        "indicator.why_named" if view.params.get("with") == peer.figure.area else f"indicator.why_{peer.how}"
    )
    markup = _difference(view, figure, peer, beside) + f'<p class="i-verdict">{esc(formats.spaced(told))}</p>'
    picture(markup + _peers(page, figure, found, peer), key="indicator_neighbours")
    return None


def _published(page: IndicatorView) -> str:
    """The way to the published figures of the others, for who sees the own area only."""
    view, area = page.view, page.view.filters.area
    told = esc(view.tr("indicator.no_neighbours_own"))
    if area is None or area.level not in published.LEVELS or not view.may("page.community"):
        return f'<p class="empty">{told}</p>'
    address = f"./community{view.common_link()}#peers"
    way = view.tr("indicator.to_published", area=area.name)
    return f'<p class="empty">{told}<br><a{attributes(href=address)}>{esc(way)} →</a></p>'


def _difference(view: View, own: Figure, peer: Peer, found: Difference) -> str:
    """Own less neighbour on an axis with no difference in its middle; nothing for kinds without such an interval."""
    if found.points is None or found.interval is None:
        return ""
    reach = max(abs(found.interval.low), abs(found.interval.high), 0.01)
    ticks = round_ticks(-reach, reach, at_most=6)
    end = max(abs(ticks[0]), ticks[-1])

    def at(value: float) -> str:
        return svg.percent(0.5 + value / end / 2)

    drawn = svg.line(x1="0%", y1=44, x2="100%", y2=44, class_="c-grid")
    for tick in ticks:
        sign = "+" if tick > 0 else formats.MINUS if tick < 0 else ""
        text = f"{sign}{abs(tick) * 100:g}"
        drawn += svg.text(text, x=at(tick), y=60, class_="c-axis", text_anchor="middle")
    drawn += svg.line(x1=at(0), y1=14, x2=at(0), y2=44, class_="c-limit")
    drawn += svg.line(x1=at(found.interval.low), y1=34, x2=at(found.interval.high), y2=34, class_="i-range")
    drawn += svg.element("circle", cx=at(found.points), cy=34, r=4.5, class_="c-dot")
    shown = words.points(found.points)
    drawn += svg.text(shown, x=at(found.points), y=25, class_="c-strong c-halo", text_anchor="middle")
    label = view.tr("indicator.difference_label", own=own.name, other=peer.figure.name, points=shown)
    ends = f"<span>← {esc(view.tr('indicator.side_low', area=own.name))}</span>"
    ends += f"<span>{esc(view.tr('indicator.side_high', area=own.name))} →</span>"
    return f'<p class="i-ends">{ends}</p>' + framed(drawn, height=64, label=label, left=18, right=18, class_="i-diff")


def _peers(page: IndicatorView, own: Figure, found: Sequence[Peer], peer: Peer) -> str:
    view = page.view
    columns = _columns(page, found)
    heads = "".join(
        f"<th{attributes(scope='col', class_='num' if name in ('value', 'n') else None, data_sort=kind, tabindex='0')}>"
        f"{esc(view.tr(f'indicator.peer_{name}'))}</th>"
        for name, kind in (
            ("area", "text"),
            ("value", "number"),
            ("interval", None),
            ("n", "number"),
            ("verdict", None),
        )
        if name in columns
    )
    body = "".join(
        _peer(page, own, one, columns, is_compared=one is peer) for one in sorted(found, key=lambda one: not one.is_own)
    )
    foot = _together(page, columns)
    table = f'<table class="i-peers"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody>{foot}</table>'
    return f'<div class="scroll i-tall">{table}</div><p class="c-key">{esc(_rule(view, own, found))}</p>'


def _columns(page: IndicatorView, found: Sequence[Peer]) -> tuple[str, ...]:
    """The columns that say something: a count is its own number of cases and is not judged."""
    if page.indicator.kind == "count":
        return ("area", "value")
    has_interval = any(one.figure.low is not None or one.figure.high is not None for one in found)
    return ("area", "value", *(("interval",) if has_interval else ()), "n", "verdict")


def _together(page: IndicatorView, columns: Sequence[str]) -> str:
    """The row of all areas of the type together, as 考核 compares them: their cases added up, no mean of shares."""
    view, told = page.view, computed.group(page)
    if told is None or page.indicator.kind not in ("rate", "quantile"):
        return ""
    found, cell = told
    numerator, denominator = computed.together(found, page.indicator.slug)
    is_rate = page.indicator.kind == "rate" and denominator > 0
    ends = wilson(numerator, denominator) if is_rate else None
    side: Verdict = "few" if cell.verdict is None else "alike"
    if cell.verdict in ("worse", "better"):
        side = "higher" if cell.lies_above else "lower"
    tone = _tone(page.indicator, _turned(Difference(side)))
    word = words.verdict_short(view, page.indicator, _turned(Difference(side)))
    cells = {
        "area": f"<td>{esc(words.group_name(view, found))}</td>",
        "value": f'<td class="num">{esc(words.short(view, cell.figure, cell.peers))}</td>',
        "interval": f'<td class="i2">{esc(formats.share_range(ends.low, ends.high, digits=1) if ends else "")}</td>',
        "n": f'<td class="num i2">{formats.number(denominator) if is_rate else ""}</td>',
        "verdict": f"<td{attributes(class_=tone)}>{esc(word)}</td>",
    }
    return f"<tfoot><tr>{''.join(cells[name] for name in columns)}</tr></tfoot>"


def _rule(view: View, own: Figure, found: Sequence[Peer]) -> str:
    """In which order they stand, how many of them and of the adjacent ones are told apart, and how many by chance."""
    compared = [(one, difference(own, one.figure).verdict) for one in found if not one.is_own]
    judged = sum(verdict in ("alike", *APART) for _, verdict in compared)
    told = view.tr("indicator.peers_rule")
    if judged:
        beside = [verdict for one, verdict in compared if one.how == "beside"]
        if beside:
            parts = {"apart": sum(verdict in APART for verdict in beside), "alike": beside.count("alike")}
            told += view.tr("indicator.peers_beside", n=len(beside), few=beside.count("few"), **parts)
        apart = sum(verdict in APART for _, verdict in compared)
        chance = formats.number(judged * chance_of(own.indicator), digits=1)
        told += view.tr("indicator.peers_chance", n=judged, apart=apart, chance=chance)
    if any(one.is_other_type for one in found):
        told += view.tr("indicator.peers_other_type")
    return told


def _peer(page: IndicatorView, own: Figure, one: Peer, columns: Sequence[str], *, is_compared: bool) -> str:
    view, figure = page.view, one.figure
    found = difference(own, figure)
    word = view.tr("indicator.own") if one.is_own else words.verdict_short(view, page.indicator, _turned(found))
    if not one.is_own and found.verdict == "few" and words.lacks_cases(own) and not words.lacks_cases(figure):
        word = view.tr("indicator.short_few_own")
    tone = "i2" if one.is_own else _tone(page.indicator, _turned(found))
    border = ""
    if one.neighbour.border_m:
        tip = attributes(data_tip=view.tr("indicator.border_tip"))
        border = f' <span class="i3"{tip}>{esc(view.tr("indicator.border"))}</span>'
    if one.is_other_type:
        tip = attributes(data_tip=view.tr("indicator.other_type_tip", type=words.type_name(view, one)))
        border += f' <span class="i3"{tip}>{esc(view.tr("indicator.other_type_mark"))}</span>'
    n, value = figure.n or 0, "" if figure.value is None else figure.value
    cells = {
        "area": f"<td{attributes(class_='name', data_v=figure.name)}>{_peer_name(page, own, one)}{border}</td>",
        "value": f"<td{attributes(class_='num figure', data_v=value)}>{esc(_peer_value(view, figure))}</td>",
        "interval": f'<td class="i2">{esc(_peer_interval(view, figure))}</td>',
        "n": f"<td{attributes(class_='num i2', data_v=n)}>{formats.number(n)}</td>",
        "verdict": f"<td{attributes(class_=tone)}>{esc(word)}</td>",
    }
    row = attributes(aria_current="true" if one.is_own else None, class_="i-with" if is_compared else None)
    return f"<tr{row}>{''.join(cells[name] for name in columns)}</tr>"


def _tone(known: Indicator, found: Difference) -> str:
    """How a row's verdict looks: as on the page of all areas, where it is a good or a bad one."""
    if found.verdict not in ("higher", "lower"):
        return "i2"
    if known.direction == "none":
        return "i-apart"
    return "i-apart better" if (found.verdict == "higher") == (known.direction == "up") else "i-apart worse"


def _peer_value(view: View, figure: Figure) -> str:
    if figure.value is not None:
        return words.short(view, figure, figure.value)
    return view.tr("indicator.no_data" if figure.note == NO_DATA else "indicator.short_few")


def _peer_interval(view: View, figure: Figure) -> str:
    if figure.interval or (figure.low is None and figure.high is None):
        return words.interval(view, figure)
    return "–".join(words.short(view, figure, end) for end in (figure.low, figure.high))


def _peer_name(page: IndicatorView, own: Figure, one: Peer) -> str:
    """The name, which compares with that area, and an arrow that goes there."""
    view, figure = page.view, one.figure
    area = next((area for area in view.areas if area.area_id == figure.area_id), None)
    if area is None or one.is_own:
        return esc(figure.name)
    compare, there = view.link({"with": figure.area}), view.link({**GONE, "area": token(area), "with": own.area})
    tip, label = view.tr("indicator.compare_tip"), view.tr("indicator.go_there", area=figure.name)
    return (
        f"<a{attributes(href=compare, data_go=compare, data_tip=tip)}>{esc(figure.name)}</a>"
        f" <a{attributes(class_='i-to', href=there, data_go=there, aria_label=label)}>→</a>"
    )


def _turned(found: Difference) -> Difference:
    """The difference as the other area's row says it."""
    turned = {"higher": "lower", "lower": "higher"}
    return Difference(turned.get(found.verdict, found.verdict))  # type: ignore[arg-type]
