"""How the cases of the figure lie along its axis, and the stages of a length of time."""

from dataclasses import replace

from cockpit.charts.stages import Length, Stage, StageChart, stage_bars
from cockpit.figures import TOO_FEW
from cockpit.indicator import computed, spreads, words
from cockpit.indicator.computed import IndicatorView
from cockpit.indicator.head import peer_of
from cockpit.markup import esc
from cockpit.panels import Empty
from cockpit.picture import picture
from cockpit.response import computed as response
from cockpit.response import words as response_words


def spread_title(page: IndicatorView) -> tuple[str, str]:
    """The head of the distribution by its axis."""
    axis = computed.axis_of(page.indicator)
    return page.view.tr(f"indicator.spread_{axis}"), page.view.tr(f"indicator.spread_{axis}_unit")


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
    if figure.note == TOO_FEW:
        return Empty(view.tr("indicator.spread_few", why=words.missing(view, figure)))
    peer = peer_of(page)
    beside: tuple[spreads.Named, ...] = ()
    if peer is not None and peer.figure.area_id is not None and peer.figure.note != TOO_FEW:
        other = replace(page.subject, area_id=peer.figure.area_id)
        beside = (spreads.Named(peer.figure.now or peer.figure, computed.spread(view.asked, subject=other)),)
    own = spreads.Named(figure.now or figure, cases)  # the cases are those of now
    picture(spreads.curve(page, own, beside), key="indicator_spread")
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
