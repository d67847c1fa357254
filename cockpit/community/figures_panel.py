"""The figures of the period beside those of the area above, and the time by stage.

Invariant: a figure has its n and interval beside it; too few cases and no data are words, and nothing is compared then.
"""

from collections.abc import Sequence

from cockpit import formats
from cockpit.charts import svg
from cockpit.charts.compare import FIRM_N
from cockpit.charts.stages import Length, Stage, StageChart, stage_bars
from cockpit.community import computed, words
from cockpit.community.choice import Chosen
from cockpit.community.computed import CLOSE_SLUGS, Beside
from cockpit.community.head import way
from cockpit.community.open_panel import refused
from cockpit.context import View
from cockpit.figures import NO_DATA, Figure
from cockpit.filterbar import indicator_address
from cockpit.markup import attributes, esc
from cockpit.panels import Empty
from cockpit.picture import picture
from cockpit.response import computed as response
from cockpit.response import words as response_words
from cockpit.response.computed import LIMIT_S, URGENT, StageTime
from cockpit.response.fold import figure_fold

ROW_PX, WORDS_PX = 38, 26


def above(chosen: Chosen) -> str:
    """The name of what the figures stand beside: the area above, or the site."""
    return chosen.parent.name if chosen.parent else chosen.view.site.name(chosen.view.lang)


# ---- figures


def draw_figures(chosen: Chosen) -> Empty | None:
    """One row a figure."""
    view = chosen.view
    view.check()
    if "incidents" not in view.datasets:
        return Empty(view.tr("community.load_incidents"))
    found = computed.period_figures(chosen)
    if not found or all(beside.figure.note == NO_DATA for beside in found):
        return Empty(view.tr("community.not_covered"))
    names = ("figure", "value", "n", "interval", *(("whole", "verdict") if chosen.has_above else ()))
    heads = "".join(
        f"<th{attributes(class_='num' if name in ('value', 'n') else None, scope='col')}>"
        f"{esc(view.tr(f'community.column_{name}', area=above(chosen)))}</th>"
        for name in names
    )
    body = "".join(_figure_row(chosen, beside) for beside in found)
    style = "k-figures" if chosen.has_above else "k-figures k-alone"
    table = f'<table class="{style}"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    told = esc(view.tr("community.figures_rule")) if chosen.has_above else ""
    rule = f'<p class="c-key">{told} {way(view, "overview")}</p>'
    picture(table + rule + figure_fold(view, [beside.figure for beside in found]), key="community_figures")
    return None


def _figure_row(chosen: Chosen, beside: Beside) -> str:
    view, figure = chosen.view, beside.figure
    n = formats.number(figure.n) if figure.n is not None and figure.interval else ""
    interval = formats.share_range(figure.interval.low, figure.interval.high, digits=1) if figure.interval else ""
    tone = beside.side if beside.side in ("worse", "better", "more", "fewer") else None
    style = attributes(class_=f"k-{tone}" if tone else "i2")
    value = _value(view, figure)
    whole = f'<td class="i2">{esc(_whole(view, beside))}</td><td{style}>{esc(_verdict(view, beside))}</td>'
    name, address = (
        esc(figure.indicator.name(view.lang)),
        indicator_address(view, figure.indicator.slug, area=chosen.area),
    )
    if address:
        name = f"<a{attributes(class_='k-way', href=address)}>{name}</a>"
    return (
        f"<tr><td>{name}</td><td{attributes(class_='num k-value figure')}>{value}</td>"
        f'<td class="num i2">{n}</td><td class="i2">{interval}</td>{whole if chosen.has_above else ""}</tr>'
    )


def _value(view: View, figure: Figure) -> str:
    if figure.value is None:
        word = view.tr("common.no_data") if figure.note == NO_DATA else view.tr("response.too_few_n", n=figure.n or 0)
        return f'<span class="k-words">{esc(word)}</span>'
    return esc(_number(figure))


def _number(figure: Figure) -> str:
    if figure.value is None:
        return ""
    return formats.share(figure.value) if figure.indicator.unit == "ratio" else formats.number(figure.value)


def _whole(view: View, beside: Beside) -> str:
    """The value beside; of a count also the community's part of it."""
    whole, own = beside.whole, beside.figure
    if whole is None or whole.value is None:
        return view.tr("common.no_data")
    if own.indicator.unit != "count" or not whole.value or not own.value:
        return _number(whole)
    part = view.tr("community.share_of", share=formats.share(own.value / whole.value))
    return f"{_number(whole)}{view.tr('overview.comma')}{part}"


def _verdict(view: View, beside: Beside) -> str:
    figure = beside.figure
    if figure.value is None or beside.whole is None or beside.whole.value is None:
        return ""
    if beside.side != "alike":
        return view.tr(f"community.verdict_{beside.side}")
    if figure.interval is None:
        known = figure.indicator.slug == "incidents" and beside.is_compared
        return view.tr("community.verdict_alike" if known else "community.verdict_count")
    if (figure.n or 0) < FIRM_N:
        return view.tr("community.verdict_few", n=FIRM_N)
    return view.tr("community.verdict_alike")


# ---- stages


def draw_stages(chosen: Chosen) -> Empty | None:
    """The stages of the urgent and of the general cases (or of the chosen category), and the ten minutes."""
    view = chosen.view
    empty = refused(chosen)
    if empty:
        return empty
    markup = "".join(_class(chosen, name) for name in _classes(view))
    picture(_promise(chosen) + markup + _close(chosen), key="community_stages")
    return None


def _classes(view: View) -> tuple[str | None, ...]:
    """The classes that are drawn apart; None: all cases together."""
    present = {category.response_class for category in view.categories}
    return ("urgent", "general") if view.filters.category is None and {"urgent", "general"} <= present else (None,)


def _class(chosen: Chosen, name: str | None) -> str:
    """The chart of one class under its name; in words alone where no stage has enough cases."""
    view = chosen.view
    found = computed.stages(chosen, response_class=name)
    if name == URGENT:
        found = tuple(pair for pair in found if pair[0].stage in ("accept", "dispatch", "arrival"))
    title = _class_name(view, name)
    heading = f'<h3 class="k-sub">{esc(title)}</h3>'
    if all(own.p50_s is None for own, _ in found):
        if all(own.reason == "too_few" for own, _ in found):
            most = max(own.n for own, _ in found)
            return f'{heading}<p class="i2">{esc(view.tr("community.stages_few_all", n=most))}</p>'
        return heading + stage_bars(_chart(chosen, found, title, None), lang=view.lang, row_height=WORDS_PX)
    limit_s = LIMIT_S if name == URGENT else None
    drawn = stage_bars(_chart(chosen, found, title, limit_s), lang=view.lang, row_height=ROW_PX)
    return heading + drawn + svg.element("p", _stage_key(chosen, found), class_="c-key")


def _class_name(view: View, name: str | None) -> str:
    if name is None and view.filters.category:
        return words.category(view, view.filters.category)
    return view.tr(f"community.stages_{name or 'all'}")


def _is_longer(own: StageTime, whole: StageTime) -> bool:
    if own.p50_s is None or whole.p50_s is None:
        return False
    return own.p50_s > whole.p50_s * (1 + response.settings().longer_margin)


def _chart(chosen: Chosen, found: Sequence[tuple[StageTime, StageTime]], title: str, limit_s: int | None) -> StageChart:
    view = chosen.view
    stages = tuple(
        Stage(
            response_words.stage_name(view, own),
            _length(own, whole),
            view.tr(f"response.why.{own.reason}", n=own.n) if own.reason else "",
        )
        for own, whole in found
    )
    widest = max(len(stage.label) for stage in stages)
    return StageChart(
        title=title,
        stages=stages,
        limit_s=limit_s,
        label_width=widest * (14 if view.lang == "zh" else 7) + 4,
        yardstick=view.tr("community.yardstick", area=above(chosen)),
        usual_short="community.usual_short",
    )


def _length(own: StageTime, whole: StageTime) -> Length | None:
    if own.p50_s is None or own.p90_s is None:
        return None
    beside = whole.p50_s if own.is_from_report == whole.is_from_report else None
    return Length(own.n, own.p50_s, own.p90_s, usual_s=beside, is_longer=_is_longer(own, whole))


def _stage_key(chosen: Chosen, found: Sequence[tuple[StageTime, StageTime]]) -> str:
    view = chosen.view
    told = [view.tr("community.key_bar"), view.tr("community.key_thin")]
    if any(whole.p50_s is not None for _, whole in found):
        told.append(view.tr("community.key_bed", area=above(chosen)))
    if any(_is_longer(own, whole) for own, whole in found):
        told.append(view.tr("community.key_more"))
    return svg.escape(formats.spaced(("　" if view.lang == "zh" else " · ").join(told)))


def _close(chosen: Chosen) -> str:
    """From the report to the close, of all cases: one line."""
    view = chosen.view
    found = computed.figures(view.asked, scope=computed.scope_of(view, chosen.area), slugs=CLOSE_SLUGS)
    p50, p90 = (found.get(slug) for slug in CLOSE_SLUGS)
    if p50 is None or p90 is None or p50.note == NO_DATA:
        told = view.tr("community.close_none")
    elif p50.value is None or p90.value is None:
        told = view.tr("community.close_few", n=formats.number(p50.n or 0))
    else:
        lengths = {"p50": formats.duration(p50.value, view.lang), "p90": formats.duration(p90.value, view.lang)}
        told = view.tr("community.close_line", n=formats.number(p50.n or 0), **lengths)
    return f'<p class="k-line">{esc(told)} {way(view, "response")}</p>'


def _promise(chosen: Chosen) -> str:
    """The share on scene within ten minutes, one line; nothing where no case is promised it."""
    view, beside = chosen.view, computed.promise(chosen)
    if beside is None:
        return ""
    figure, whole = beside.figure, beside.whole
    value = _number(whole) if whole and whole.value is not None else view.tr("common.no_data")
    beside_it = {"area": above(chosen), "whole": value} if chosen.has_above else {}
    alone = "" if chosen.has_above else "_alone"
    if figure.note == NO_DATA:
        told = view.tr("community.promise_none")
    elif figure.value is None or figure.interval is None:
        told = view.tr(f"community.promise_few{alone}", n=formats.number(figure.n or 0), **beside_it)
    else:
        told = view.tr(
            f"community.promise_line{alone}",
            value=formats.share(figure.value),
            cases=response_words.cases(view, figure),
            range=formats.share_range(figure.interval.low, figure.interval.high, digits=1),
            **(beside_it | {"verdict": _verdict(view, beside)} if beside_it else {}),
        )
    return f'<p class="k-line k-first">{esc(told)}</p>'
