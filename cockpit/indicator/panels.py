"""The panels of the page of one indicator: what it is, its value, how cases lie, months, neighbours.

Invariant: every picture says how it was made; what cannot be told is words.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import streamlit as st

from cockpit import formats, plotted
from cockpit.charts import spread as charts
from cockpit.charts import svg
from cockpit.charts.framed import framed
from cockpit.charts.scales import rate_ticks, round_ticks
from cockpit.charts.spread import Point
from cockpit.charts.stages import Length, Stage, StageChart, stage_bars
from cockpit.context import View, token
from cockpit.figures import NO_DATA, Figure
from cockpit.filterbar import filter_bar, link, option
from cockpit.indicator import computed, spreads, words
from cockpit.indicator.compare import Difference, difference
from cockpit.indicator.computed import IndicatorView, Month, Peer
from cockpit.limited import of_own
from cockpit.markup import attributes, esc
from cockpit.panels import Empty, panel
from cockpit.picture import STATIC, picture
from cockpit.response import computed as response
from cockpit.response import words as response_words
from cockpit.theme import page_head
from config.indicators import indicators
from geo.errors import StoreUnavailable

GROUPS = ("volume", "progress", "time", "quality")
ROW_KEYS = ("mark", "why", "sort", "after")
"""What the URL says of the rows; another figure begins anew."""
GONE: dict[str, str | None] = dict.fromkeys(ROW_KEYS)
CLOSED_MONTHS, MOST_PLACES = 3, 5

Draw = Callable[[IndicatorView], Empty | None]


def apply_style() -> None:
    """Puts the shapes of the page and of its charts on this run's page."""
    st.html(STATIC / "charts.css")
    st.html(STATIC / "indicator.css")
    plotted.apply_style()


def section(page: IndicatorView, *, key: str, title: str, unit: str, draw: Draw) -> None:
    """One panel; without a store it says what happened, without incidents what to load."""

    def drawn() -> Empty | None:
        page.view.check()
        if "incidents" not in page.view.datasets:
            return Empty(page.view.tr("community.load_incidents"))
        return draw(page)

    panel(page.view, key=key, title=title, unit=unit, draw=drawn, dataset="incidents")


# ---------------------------------------------------------------- head


def head(page: IndicatorView) -> None:
    """The computed sentence, its second line, and what of the URL could not be followed."""
    view = page.view
    if "incidents" not in view.datasets and view.fault is None:
        page_head(view, sentence=view.tr("response.no_incidents"))
        return
    try:
        view.check()
        figure, counts = (
            computed.own(view.asked, subject=page.subject),
            computed.counts(view.asked, subject=page.subject),
        )
        told = words.sentence(page, figure, peer_of(page) if figure else None)
        page_head(view, sentence=told, lead=formats.spaced(words.lead(page, figure, counts)))
    except StoreUnavailable:
        page_head(view, sentence=of_own(view, view.tr("common.down_title")))
    if page.unknown:
        nearest = page.unknown.nearest or computed.DEFAULT
        told = view.tr(
            "indicator.unknown", slug=page.unknown.slug[:80], nearest=nearest, shown=page.indicator.name(view.lang)
        )
        picture(f'<p class="note" role="status">{esc(told)}</p>', key="indicator_unknown")


def peer_of(page: IndicatorView) -> Peer | None:
    """The area that the page compares with."""
    found = computed.peers(page.view.asked, subject=page.subject)
    return computed.neighbour(found, named=page.view.params.get("with"))


def bar(page: IndicatorView) -> None:
    """Which indicator and closed month; then the filters of every page."""
    view = page.view
    groups = ""
    for group in GROUPS:
        inside = "".join(
            option(
                f"{known.id} {known.name(view.lang)}",
                view.link({**GONE, "kpi": known.slug}),
                is_on=known == page.indicator,
            )
            for known in indicators()
            if known.group == group
        )
        groups += f"<optgroup{attributes(label=view.tr(f'indicator.group_{group}'))}>{inside}</optgroup>"
    chosen = (
        f"<select data-choose{attributes(class_='i-choose', aria_label=view.tr('indicator.page'))}>{groups}</select>"
    )
    first, chips = view.now.date().replace(day=1), ""
    for _ in range(CLOSED_MONTHS):
        end, first = first, (first - timedelta(days=1)).replace(day=1)
        days: dict[str, str | None] = {"from": first.isoformat(), "to": end.isoformat()}
        is_on = (page.subject.start, page.subject.end) == (first, end)
        chips = link(view, formats.month(first, view.lang), {**GONE, **days}, is_on=is_on) + chips
    months = (
        f'<span class="group"{attributes(role="group", aria_label=view.tr("indicator.months_closed"))}>{chips}</span>'
    )
    picture(f'<div class="filters i-bar">{chosen}{months}</div>', key="indicator_bar")
    filter_bar(view, with_level=False, with_category=True)


# ---------------------------------------------------------------- definition


def card_title(page: IndicatorView) -> tuple[str, str]:
    """The head of the definition: id and name; whether it is assessable and which side is good."""
    view, known = page.view, page.indicator
    use = view.tr("indicator.assessable" if known.is_assessable else "indicator.reference")
    return f"{known.id} {known.name(view.lang)}", use + view.tr(f"indicator.direction_{known.direction}")


def draw_card(page: IndicatorView) -> Empty | None:
    """Formula with its numbers, clock, source, version, target; then from all rows to the denominator."""
    view, known = page.view, page.indicator
    figure, counts = computed.own(view.asked, subject=page.subject), computed.counts(view.asked, subject=page.subject)
    lines = [
        ("formula", known.formula(view.lang)),
        ("denominator", known.denominator(view.lang)),
        ("clock", view.tr(f"indicator.clock_{known.clock}")),
        ("placed", view.tr("indicator.placed")),
        ("least", view.tr("indicator.least_words", n=known.minimum_n, ranked=known.minimum_ranked)),
        ("target", words.target_words(view, known) or view.tr("indicator.no_target")),
        ("source", known.source(view.lang)),
        ("version", view.tr("indicator.version_words", definition=known.definition, version=view.data_version)),
    ]
    if not known.is_assessable:
        lines.insert(2, ("why_reference", known.reference_only(view.lang)))
    listed = "".join(f"<dt>{esc(view.tr(f'indicator.card_{name}'))}</dt><dd>{esc(text)}</dd>" for name, text in lines)
    steps = _steps(page, figure) if figure and counts else ""
    picture(f'{_fraction(page, figure)}<dl class="i-card">{listed}</dl>{steps}', key="indicator_card")
    return None


def _fraction(page: IndicatorView, figure: Figure | None) -> str:
    """The formula as numbers, for what has a numerator and a denominator."""
    if figure is None or figure.numerator is None or figure.denominator is None or page.indicator.kind == "change":
        return ""
    view, is_time = page.view, page.indicator.slug.startswith("stage_share")
    top, low = (
        formats.duration(n, view.lang) if is_time else formats.number(n) for n in (figure.numerator, figure.denominator)
    )
    scale = f"<i>× {page.indicator.scale:g}</i>" if page.indicator.scale != 1 else ""
    names = (view.tr("indicator.mark_numerator"), view.tr("indicator.denominator"))
    told = esc(words.value(view, figure))
    return (
        f'<div class="i-fraction"><span><b>{esc(names[0])}</b><b>{esc(names[1])}</b></span><i>=</i>'
        f"<span><b>{esc(top)}</b><b>{esc(low)}</b></span>{scale}<i>=</i><strong>{told}</strong></div>"
    )


def _steps(page: IndicatorView, figure: Figure) -> str:
    """From all rows to those that count, each exclusion with its number; a way to those rows."""
    view, known = page.view, page.indicator
    counts = computed.counts(view.asked, subject=page.subject)
    if counts is None:
        return ""
    kept = counts.rows - sum(counts.excluded.values())
    rows = _step(view, "rows", counts.rows, {**GONE})
    for why in dict.fromkeys((*figure.excluded, *counts.excluded)):
        n = counts.excluded.get(why, 0)
        name = esc(view.tr(f"kpi.excluded_{why}"))
        address = view.link({**GONE, "mark": "excluded", "why": why})
        told = f"<a{attributes(href=address, data_go=address)}>{name}</a>" if n else name
        rows += f'<tr><td>{told}</td><td class="num">{formats.MINUS if n else ""}{formats.number(n)}</td></tr>'
    rows += _step(view, "kept", kept, {**GONE}, is_sum=True)
    if counts.is_of_two_parts:
        rows += _step(view, "numerator", counts.numerator, {**GONE, "mark": "numerator"})
        rows += _step(view, "denominator", counts.denominator, {**GONE, "mark": "denominator"})
    elif known.kind == "rate":
        rows += _step(view, "numerator", counts.numerator, {**GONE, "mark": "numerator"})
        rows += _step(view, "only", counts.only_denominator, {**GONE, "mark": "denominator"})
    title = view.tr("indicator.steps", rows=formats.number(counts.rows), kept=formats.number(kept))
    return f'<h3 class="i-sub">{esc(title)}</h3><table class="i-steps"><tbody>{rows}</tbody></table>'


def _step(view: View, name: str, n: int, changes: dict[str, str | None], *, is_sum: bool = False) -> str:
    address, style = view.link(changes), attributes(class_="i-sum" if is_sum else None)
    told = f"<a{attributes(href=address, data_go=address)}>{esc(view.tr(f'indicator.step_{name}'))}</a>"
    return f'<tr{style}><td>{told}</td><td class="num">{formats.number(n)}</td></tr>'


# ---------------------------------------------------------------- value, neighbour, places


def draw_value(page: IndicatorView) -> Empty | None:
    """The figure, large, with its interval and n."""
    view, figure = page.view, computed.own(page.view.asked, subject=page.subject)
    if figure is None:
        return Empty(view.tr("indicator.lead_not_in_force"))
    if figure.value is None:
        told = f'<div class="c-figure-number c-words figure">{esc(words.missing(view, figure))}</div>'
    else:
        told = f'<div class="c-figure-number figure">{esc(words.value(view, figure))}</div>'
    facts = []
    if found := words.interval(view, figure):
        facts.append(view.tr("indicator.interval", range=found))
    if figure.n is not None and figure.indicator.kind != "count":
        facts.append(view.tr("indicator.n", n=formats.number(figure.n)))
    as_of = f"{figure.moment:%Y-%m-%d %H:%M}"
    facts.append(view.tr("indicator.as_of", time=as_of))
    lines = "<br>".join(esc(fact) for fact in facts)
    picture(f'<div class="c-figure">{told}<p class="c-figure-facts">{lines}</p></div>', key="indicator_value")
    return None


def draw_neighbours(page: IndicatorView) -> Empty | None:
    """The difference to one neighbour with its interval, then all areas of the type, each with its interval."""
    view, figure = page.view, computed.own(page.view.asked, subject=page.subject)
    found, peer = computed.peers(view.asked, subject=page.subject), peer_of(page)
    if page.subject.area_id is None:
        return Empty(view.tr("indicator.no_neighbours_site"))
    if figure is None or peer is None:
        return Empty(view.tr("indicator.no_neighbours_own" if view.is_limited else "indicator.no_neighbours"))
    beside = difference(figure, peer.figure)
    told = words.verdict(view, figure.name, peer.figure.name, page.indicator, beside)
    markup = _difference(view, figure, peer, beside) + f'<p class="i-verdict">{esc(formats.spaced(told))}</p>'
    picture(markup + _peers(page, figure, found, peer), key="indicator_neighbours")
    return None


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
    points = formats.number(found.points * 100, digits=1)
    shown = f"+{points}" if found.points > 0 else points
    drawn += svg.text(shown, x=at(found.points), y=25, class_="c-strong c-halo", text_anchor="middle")
    label = view.tr("indicator.difference_label", own=own.name, other=peer.figure.name, points=shown)
    ends = f"<span>← {esc(view.tr('indicator.side_low', area=own.name))}</span>"
    ends += f"<span>{esc(view.tr('indicator.side_high', area=own.name))} →</span>"
    return f'<p class="i-ends">{ends}</p>' + framed(drawn, height=64, label=label, left=18, right=18, class_="i-diff")


def _peers(page: IndicatorView, own: Figure, found: Sequence[Peer], peer: Peer) -> str:
    view = page.view
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
    )
    body = "".join(_peer(page, own, one, is_compared=one is peer) for one in found)
    table = f'<table class="i-peers"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div class="scroll i-tall">{table}</div><p class="c-key">{esc(_rule(view, own, found))}</p>'


def _rule(view: View, own: Figure, found: Sequence[Peer]) -> str:
    compared = [difference(own, one.figure) for one in found if not one.is_own]
    judged = sum(one.verdict in ("alike", "higher", "lower") for one in compared)
    apart = sum(one.verdict in ("higher", "lower") for one in compared)
    told = view.tr("indicator.peers_rule")
    if judged:
        told += view.tr("indicator.peers_chance", n=judged, apart=apart, chance=formats.number(judged * 0.05, digits=1))
    return told


def _peer(page: IndicatorView, own: Figure, one: Peer, *, is_compared: bool) -> str:
    view, figure = page.view, one.figure
    found = difference(own, figure)
    word = view.tr("indicator.own") if one.is_own else words.verdict_short(view, page.indicator, _turned(found))
    tone = "i-apart" if found.verdict in ("higher", "lower") and not one.is_own else "i2"
    border = ""
    if one.neighbour.border_m:
        border = f' <span class="i3"{attributes(data_tip=view.tr("indicator.border_tip"))}>⌇</span>'
    n, value = figure.n or 0, "" if figure.value is None else figure.value
    return (
        f"<tr{attributes(aria_current='true' if one.is_own else None, class_='i-with' if is_compared else None)}>"
        f"<td{attributes(class_='name', data_v=figure.name)}>{_peer_name(page, own, one)}{border}</td>"
        f"<td{attributes(class_='num figure', data_v=value)}>{esc(_peer_value(view, figure))}</td>"
        f'<td class="i2">{esc(words.interval(view, figure))}</td>'
        f"<td{attributes(class_='num i2', data_v=n)}>{formats.number(n)}</td>"
        f"<td{attributes(class_=tone)}>{esc(word)}</td></tr>"
    )


def _peer_value(view: View, figure: Figure) -> str:
    if figure.value is not None:
        return words.value(view, figure)
    return view.tr("indicator.no_data" if figure.note == NO_DATA else "indicator.short_few")


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


def draw_where(page: IndicatorView) -> Empty | None:
    """Where the rows that one looks for first lie: by area of the level below and by category, the most first."""
    view = page.view
    found = computed.where(view.asked, subject=page.subject)
    if not found:
        return Empty(view.tr("indicator.where_none"))
    names = {category.code: category.name(view.lang) for category in view.categories}
    parts = ""
    for what in ("area", "category"):
        listed = [one for one in found if one.what == what]
        told = [
            (names.get(one.name or "", one.name) or view.tr("indicator.outside"), one.cases)
            for one in listed[:MOST_PLACES]
        ]
        if rest := listed[MOST_PLACES:]:
            told.append((view.tr("indicator.where_rest", n=len(rest)), sum(one.cases for one in rest)))
        rows = "".join(f'<tr><td>{esc(name)}</td><td class="num">{formats.number(n)}</td></tr>' for name, n in told)
        parts += f'<table class="i-steps"><tbody>{rows}</tbody></table>'
    picture(f'<div class="i-where">{parts}</div>', key="indicator_where")
    return None


# ---------------------------------------------------------------- distribution, stages, months


def draw_spread(page: IndicatorView) -> Empty | None:
    """How the cases lie: a cumulative curve, or bars by day of the report."""
    view = page.view
    figure = computed.own(view.asked, subject=page.subject)
    cases = computed.spread(view.asked, subject=page.subject)
    if figure is None or not cases:
        return Empty(view.tr("indicator.spread_none"))
    if computed.axis_of(page.indicator) == "day":
        picture(spreads.by_day(page, cases), key="indicator_spread")
        return None
    peer = peer_of(page)
    beside: tuple[spreads.Named, ...] = ()
    if peer is not None and peer.figure.area_id is not None:
        other = replace(page.subject, area_id=peer.figure.area_id)
        beside = (spreads.Named(peer.figure, computed.spread(view.asked, subject=other)),)
    picture(spreads.curve(page, spreads.Named(figure, cases), beside), key="indicator_spread")
    return None


def has_stages(page: IndicatorView) -> bool:
    """Whether the indicator is a length of time, so that its stages belong beside it."""
    return page.indicator.clock == "natural" and page.indicator.group == "time"


def draw_stages(page: IndicatorView) -> Empty | None:
    """The stages of the same cases, each as long as its median."""
    view, subject = page.view, page.subject
    scope = response.Scope(
        start=subject.start,
        end=subject.end,
        place_level=subject.level,
        place_id=subject.area_id,
        category=subject.category,
    )
    found = response.stages_alone(view.asked, scope=scope)
    if all(stage.p50_s is None for stage in found):
        return Empty(view.tr("indicator.stages_none"))
    stages = tuple(
        Stage(
            response_words.stage_name(view, stage),
            None if stage.p50_s is None or stage.p90_s is None else Length(stage.n, stage.p50_s, stage.p90_s),
            view.tr(f"response.why.{stage.reason}", n=stage.n) if stage.reason else "",
        )
        for stage in found
    )
    width = max(len(stage.label) for stage in stages) * (14 if view.lang == "zh" else 7) + 4
    chart = StageChart(title=view.tr("indicator.stages_title"), stages=stages, label_width=width)
    key = view.tr("indicator.stages_key")
    picture(
        stage_bars(chart, lang=view.lang, row_height=34) + f'<p class="c-key">{esc(key)}</p>', key="indicator_stages"
    )
    return None


def draw_months(page: IndicatorView) -> Empty | None:
    """The months before, with the range that they give."""
    view = page.view
    found = computed.months(view.asked, subject=page.subject)
    told = [month for month in found if month.figure.value is not None]
    if not told:
        return Empty(view.tr("indicator.months_none"))
    points = tuple(_point(page, month, at, len(found)) for at, month in enumerate(found))
    label = view.tr("indicator.months_label", n=len(found), last=words.value(view, found[-1].figure))
    drawn = charts.months(points, ticks=_ticks(view, found), label=label)
    kind = page.indicator.kind
    has_range = any(month.expected for month in found)
    key = f"indicator.months_key_{kind}" if has_range else "indicator.months_key_none"
    unusual = [words.value(view, month.figure) for month in found if month.is_own and computed.is_unusual(month)]
    if has_range and found[-1].is_own:
        key_own = "indicator.months_unusual" if unusual else "indicator.months_usual"
        told_own = view.tr(key_own)
    else:
        told_own = ""
    columns = [view.tr(f"indicator.month_column_{name}") for name in ("month", "value", "interval", "n", "expected")]
    rows = [_month_row(page, month) for month in found]
    numbers = plotted.table_markup(view.tr("indicator.months_numbers"), columns, rows)
    picture(f'{drawn}<p class="c-key">{esc(told_own + view.tr(key))}</p>{numbers}', key="indicator_months")
    return None


def _point(page: IndicatorView, month: Month, at: int, n: int) -> Point:
    view, figure = page.view, month.figure
    name = words.period(page) if month.is_own else formats.month(figure.start, view.lang)
    expected = _range(month)
    lines = [name, words.value(view, figure)]
    if interval := words.interval(view, figure):
        lines.append(view.tr("indicator.interval", range=interval))
    if figure.n is not None:
        lines.append(view.tr("indicator.n", n=formats.number(figure.n)))
    if expected:
        lines.append(view.tr("indicator.expected", range=expected))
    is_named = at in (0, n - 1) or (n > 6 and at == (n - 1) // 2)
    return Point(
        label=formats.month(figure.start, view.lang) if is_named else "",
        tip="\n".join(lines),
        value=None if figure.value is None else float(figure.value),
        low=None if figure.low is None else float(figure.low),
        high=None if figure.high is None else float(figure.high),
        expected=month.expected,
        is_own=month.is_own,
        is_unusual=computed.is_unusual(month),
    )


def _range(month: Month) -> str:
    if month.expected is None:
        return ""
    low, high = month.expected
    if month.figure.indicator.kind == "rate":
        return formats.share_range(low, high, digits=1)
    return f"{formats.number(low)}–{formats.number(high)}"


def _month_row(page: IndicatorView, month: Month) -> tuple[str, ...]:
    view, figure = page.view, month.figure
    name = words.period(page) if month.is_own else formats.month(figure.start, view.lang)
    n = formats.number(figure.n) if figure.n is not None else ""
    return (name, words.value(view, figure), words.interval(view, figure), n, _range(month))


def _ticks(view: View, found: Sequence[Month]) -> list[tuple[float, str]]:
    values: list[float] = []
    for month in found:
        figure = month.figure
        ends = (figure.value, figure.low, *(month.expected or ()))
        values += [float(end) for end in ends if end is not None]
        if figure.interval:
            values.append(figure.interval.high)
    low, high = min(values), max(values)
    known = found[0].figure.indicator
    if known.kind == "rate":
        return [(tick, f"{tick * 100:g}") for tick in rate_ticks(low, high)]
    if known.unit == "s":
        axis = spreads.time_axis(high)
        return [*((tick, spreads.tick_words(view, tick, axis)) for tick in axis.ticks(4)), (axis.end_s, "")]
    return [(tick, f"{tick:,g}") for tick in round_ticks(low, high, at_most=4)]


# ---------------------------------------------------------------- heads


def spread_title(page: IndicatorView) -> tuple[str, str]:
    """The head of the distribution by its axis."""
    axis = computed.axis_of(page.indicator)
    return page.view.tr(f"indicator.spread_{axis}"), page.view.tr(f"indicator.spread_{axis}_unit")


def value_unit(page: IndicatorView) -> str:
    """Where and when."""
    return f"{page.view.area_name} · {words.period(page)}"


def neighbours_title(page: IndicatorView) -> str:
    """With whom the area is compared; empty where there is nobody."""
    if page.subject.area_id is None or (peer := peer_of(page)) is None:
        return ""
    return page.view.tr("indicator.neighbours_with", name=peer.figure.name)


def neighbours_unit(page: IndicatorView) -> str:
    """What the difference is counted in, and of which type the areas are."""
    peer = None if page.subject.area_id is None else peer_of(page)
    if peer is None:
        return ""
    mine = next(one for one in computed.peers(page.view.asked, subject=page.subject) if one.is_own).neighbour
    kind = page.view.tr(f"indicator.type_{mine.community_type or 'none'}")
    return page.view.tr(
        "indicator.neighbours_unit" if page.indicator.kind == "rate" else "indicator.neighbours_of", type=kind
    )


def where_title(page: IndicatorView) -> str:
    """What is counted by place: those that lower a good rate, else those that count."""
    known = page.indicator
    is_miss = known.kind == "rate" and known.direction == "up"
    return page.view.tr("indicator.where_misses" if is_miss else "indicator.where_cases")
