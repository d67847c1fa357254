"""The sentences of the page of one indicator: its value, how it stands to a neighbour, what is not known.

Invariant: higher or lower is said only where the difference has an interval that excludes none; no cause is claimed.
"""

from collections.abc import Mapping
from datetime import datetime

from cockpit import formats, targets
from cockpit.assessment import words as assessed
from cockpit.assessment.computed import Group
from cockpit.context import View
from cockpit.exempted import both
from cockpit.figures import NO_DATA, TOO_FEW, Figure
from cockpit.indicator import computed
from cockpit.indicator.compare import Difference, difference
from cockpit.indicator.computed import IndicatorView, Peer
from cockpit.indicator.rows import mark_words
from config.indicators import Indicator
from geo.tracing import Counts, Mark


def value(view: View, figure: Figure) -> str:
    """The value in its unit, or the words for why there is none."""
    if figure.value is None:
        return missing(view, figure)
    return formats.quantity(figure.value, figure.indicator.unit, view.lang, is_share=figure.indicator.is_share)


def missing(view: View, figure: Figure) -> str:
    """Why there is no value: no data, too few cases with their number, not reached."""
    if figure.note == TOO_FEW:
        return view.tr("indicator.too_few", n=formats.number(figure.n or 0), least=figure.indicator.minimum_n)
    return view.tr("indicator.no_data" if figure.note == NO_DATA else "indicator.not_reached")


def area_name(view: View, figure: Figure) -> str:
    """The area of the figure; the whole site has a name in each language, and a kept figure has it in one."""
    return figure.name if figure.area is not None else view.site.name(view.lang)


def interval(view: View, figure: Figure) -> str:
    """The 95 % interval in the unit of the value; empty where there is none."""
    if figure.interval:
        return formats.share_range(figure.interval.low, figure.interval.high, digits=1)
    if figure.low is None and figure.high is None:
        return ""
    ends = ("…" if end is None else formats.duration(end, view.lang) for end in (figure.low, figure.high))
    return "–".join(ends)


def short(view: View, figure: Figure, end: float | None) -> str:
    """A value, or an end of its interval, for a narrow table: durations as h:mm."""
    if end is None:
        return "…"
    if figure.indicator.unit == "s":
        return formats.hours_minutes(end, view.lang)
    return formats.quantity(end, figure.indicator.unit, view.lang, is_share=figure.indicator.is_share)


def period(page: IndicatorView) -> str:
    """The period: the name of the month where it is one, else its days."""
    subject, lang = page.subject, page.view.lang
    return formats.month(subject.start, lang) if subject.is_month else formats.period(subject.start, subject.end, lang)


def sentence(page: IndicatorView, figure: Figure | None, peer: Peer | None, after: Figure | None) -> str:
    """The sentence of the page: the figure, with `after` the one after exemption, and whether it differs from its peers
    together (as 考核 says it) and from the neighbour."""
    view, known = page.view, page.indicator
    told = {"area": view.area_name, "period": _limited(page), "name": known.name(view.lang)}
    if figure is None:
        return view.tr("indicator.head_not_in_force", **told)
    if figure.value is None:
        return formats.spaced(view.tr("indicator.head_missing", **told, why=missing(view, figure)))
    head = view.tr("indicator.head", **told, value=both(view, value(view, figure), after)) + _among(page)
    if peer is not None:
        head += _beside(view, figure, peer)
    return formats.spaced(head)


def _among(page: IndicatorView) -> str:
    """How the figure stands to all areas of its type together; empty where 考核 does not compare it."""
    view, found = page.view, computed.group(page)
    if found is None or found[1].verdict is None or found[1].peers is None:
        return ""
    cell = found[1]
    side = "alike" if cell.verdict == "alike" else "higher" if cell.lies_above else "lower"
    end = cell.figure.low if side == "higher" else cell.figure.high
    told = {"value": _quantity(view, cell.figure, cell.peers), "end": _quantity(view, cell.figure, end)}
    return view.tr(f"indicator.head_group_{side}", group=group_name(view, found[0]), **told)


def group_name(view: View, found: Group) -> str:
    """What all areas together are called with which 考核 compares."""
    return view.tr("indicator.peers_whole" if found.community_type else "indicator.peers_all")


def _quantity(view: View, figure: Figure, amount: float | None) -> str:
    if amount is None:
        return "…"
    return formats.quantity(amount, figure.indicator.unit, view.lang, is_share=figure.indicator.is_share)


def _limited(page: IndicatorView) -> str:
    """The period, with the class of response where the page is limited to one."""
    view, named = page.view, page.subject.response_class
    if named is None:
        return period(page)
    urgency = view.tr("assessment.of_class", name=view.tr(f"common.class_{named}"))
    return view.tr("assessment.period_limited", period=period(page), limits=urgency)


def _beside(view: View, own: Figure, peer: Peer) -> str:
    found, least = difference(own, peer.figure), own.indicator.minimum_ranked
    how = view.tr(f"indicator.how_{peer.how}{'_other' if peer.is_other_type else ''}")
    if found.verdict == "few":
        key = "indicator.head_few" if lacks_cases(own) else "indicator.head_few_other"
        return view.tr(key, name=how + peer.figure.name, least=least)
    if found.verdict not in ("alike", "higher", "lower"):
        return ""
    named = {"name": how + peer.figure.name, "value": value(view, peer.figure)}
    if found.verdict != "alike" and found.points is not None:
        named["points"] = formats.number(abs(found.points) * 100, digits=1)
        return view.tr(f"indicator.head_{found.verdict}_points", **named)
    return view.tr(f"indicator.head_{found.verdict}", **named)


def lead(page: IndicatorView, figure: Figure | None, counts: Counts | None) -> str:
    """The second line: numerator, denominator and what is left out; against the target where there is one."""
    view = page.view
    if figure is None:
        return view.tr("indicator.lead_not_in_force")
    if why := computed.why_none(view.asked, subject=page.subject):
        return why.text(view.lang)
    if counts is None:
        return ""
    parts = [_counted(view, page.indicator, figure, counts)]
    if left := sum((figure.excluded if figure.now else counts.excluded).values()):
        parts.append(view.tr("indicator.lead_excluded", n=formats.number(left)))
    if rest := computed.unclassified(view.asked, subject=page.subject):
        parts.append(view.tr("indicator.lead_unclassified", n=formats.number(rest)))
    if (target := targets.told(view, page.indicator)) and not targets.is_promised(view, page.indicator):
        parts.append(view.tr("indicator.lead_not_promised", target=target))
    elif target and figure.value is not None:
        is_met = figure.value >= (page.indicator.target or 0)
        is_met = is_met if page.indicator.direction == "up" else figure.value <= (page.indicator.target or 0)
        parts.append(view.tr("indicator.lead_met" if is_met else "indicator.lead_missed", target=target))
    return view.tr("indicator.comma").join(parts)


def why_no_rows(page: IndicatorView) -> str:
    """Why there are no rows to look at: the period has not begun, or the area was not in force."""
    why = computed.why_none(page.view.asked, subject=page.subject)
    return why.text(page.view.lang) if why else page.view.tr("indicator.lead_not_in_force")


def _counted(view: View, known: Indicator, figure: Figure, counts: Counts) -> str:
    """What it is made of: as counted, of a frozen figure that later data would change as it was frozen."""
    top, low = counts.numerator, counts.denominator
    if figure.now is not None:
        low = figure.denominator if figure.denominator is not None else figure.n or 0
        top = figure.numerator if figure.numerator is not None else figure.n or 0
    named = {"n": formats.number(low), "k": formats.number(top), "rest": formats.number(low - top)}
    named |= {"inside": marked(view, known, "numerator"), "outside": marked(view, known, "denominator")}
    if known.kind == "count" or known.per:
        return view.tr("indicator.lead_count", k=named["k"])
    if known.is_part:  # made of seconds, which the formula says
        return view.tr("indicator.lead_count", k=formats.number(low if figure.n is None else figure.n))
    if known.kind == "quantile":
        return view.tr("indicator.lead_quantile", n=named["n"])
    return view.tr("indicator.lead_rate" if known.kind == "rate" else "indicator.lead_parts", **named)


def verdict(view: View, own: str, other: str, known: Indicator, found: Difference) -> str:
    """What may be said of the difference, in a sentence."""
    told: Mapping[str, object] = {"own": own, "other": other, "least": known.minimum_ranked}
    if found.interval is not None:
        ends = {"low": points(found.interval.low), "high": points(found.interval.high)}
        said = view.tr(f"indicator.points_{found.verdict}", **told, **ends)
        return said if found.times is None else said + view.tr("indicator.alike_times", times=found.times)
    rule = "per_" if known.per and found.verdict in ("alike", "higher", "lower") else "verdict_"
    return view.tr(f"indicator.{rule}{found.verdict}", **told)


def lacks_cases(figure: Figure) -> bool:
    """Whether it has too few cases to be compared with anything."""
    cases = figure.numerator if figure.indicator.per else figure.n
    return figure.value is None or (cases or 0) < figure.indicator.minimum_ranked


def other_type(view: View, mine: Peer, peer: Peer) -> str:
    """That the two are of different types, which 考核 does not compare; empty where they are of one."""
    if not peer.is_other_type:
        return ""
    return view.tr("indicator.other_type", own=type_name(view, mine), other=type_name(view, peer))


def other_type_short(view: View, mine: Peer, peer: Peer) -> str:
    """The same for the head of a panel."""
    return view.tr("indicator.other_type_short", own=type_name(view, mine), other=type_name(view, peer))


def type_name(view: View, peer: Peer) -> str:
    """The type of an area, in the words of 考核."""
    return assessed.type_name(view, peer.neighbour.community_type)


def points(difference: float) -> str:
    """A difference of two shares in percentage points, with its sign."""
    told = formats.number(difference * 100, digits=1)
    return f"+{told}" if difference > 0 else told


def verdict_short(view: View, known: Indicator, found: Difference) -> str:
    """The same in a word for a table; worse and better where the indicator has a good side."""
    if found.verdict in ("higher", "lower") and known.direction != "none":
        is_better = (found.verdict == "higher") == (known.direction == "up")
        return view.tr(f"indicator.short_{found.verdict}_{'better' if is_better else 'worse'}")
    return view.tr(f"indicator.short_{found.verdict}")


def event(view: View, stamp: str) -> str:
    """What happened at a stamp of a case: 上报, 派遣 …"""
    return view.tr(f"indicator.event_{stamp.removesuffix('_at')}")


def exact(view: View, moment: datetime | None, *, is_day: bool, year: int) -> str:
    """A stamp as it was sent: to the second, a bare date as that; with its year where it is not the period's."""
    if moment is None:
        return ""
    local = moment.astimezone(view.site.zone)
    day = f"{local:%m-%d}" if local.year == year else f"{local:%Y-%m-%d}"
    return day if is_day else f"{day} {local:%H:%M:%S}"


def elapsed(view: View, seconds: int) -> str:
    """A duration for the table: h:mm:ss, days first from one day on."""
    days, rest = divmod(abs(seconds), 86_400)
    time = f"{rest // 3600}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    sign = formats.MINUS if seconds < 0 else ""
    if not days:
        return sign + time
    time = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    return sign + view.tr("common.days_clock", n=days, time=time)


def marked(view: View, known: Indicator, mark: Mark) -> str:
    """What a mark is called."""
    return mark_words(known, mark, view.lang)
