"""The words of the matrix: its sentence, what a cell tells, periods and types.

Invariant: the sentence names areas only where a difference is one, and says how many would differ by chance.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from cockpit import absence, formats, frozen_words, queries
from cockpit.assessment.choice import Choice, Days, months_between
from cockpit.assessment.computed import CHANCE, Cell, Matrix, Row, is_by_day, last_day
from cockpit.context import View
from cockpit.exempted import BEFORE, after_words
from cockpit.figures import NO_DATA, NOT_REACHED, TOO_FEW, Figure
from config.indicators import Indicator

MOST_NAMES = 6
SIGNS = {"worse": "▼ ", "better": "△ "}
"""The shapes of the matrix, where a verdict is text."""
NOTES = {NO_DATA: "kpi.no_data", TOO_FEW: "kpi.too_few", NOT_REACHED: "kpi.not_reached"}


def period(view: View, days: Days) -> str:
    """The days in words: a month by its name, whole months by the first and last, else both days."""
    start, end = days
    if start.day == end.day == 1:
        first, last = formats.month(start, view.lang), formats.month(last_day(days), view.lang)
        return first if months_between(start, end) == 1 else f"{first}–{last}"
    return formats.period(start, end, view.lang)


def against(choice: Choice) -> str:
    """The days of comparison in words: of a period that still runs, that the same days are compared; empty for none."""
    if choice.against is None:
        return ""
    told = period(choice.view, choice.against)
    return choice.view.tr("assessment.against_so_far", period=told) if choice.so_far else told


def level(view: View) -> str:
    """The level of the rows."""
    return view.tr(f"common.level_{view.filters.level}")


def type_name(view: View, community_type: str | None) -> str:
    """A type of community."""
    return view.tr(f"assessment.type_{community_type or 'none'}")


def value(view: View, figure: Figure) -> str:
    """The figure in its unit, or why there is none."""
    if figure.value is None:
        return view.tr(NOTES[figure.note or NO_DATA])
    return quantity(view, figure.indicator, figure.value)


def quantity(view: View, indicator: Indicator, amount: float) -> str:
    """An amount in the unit of the indicator."""
    return formats.quantity(amount, indicator.unit, view.lang, is_share=indicator.is_share)


def why_none(choice: Choice) -> str:
    """Why the period has no figure at all, for the line below a sentence that says so."""
    start, end = choice.days
    why = absence.of_period(queries.covered(choice.view.asked, start=start, end=end))
    return why.text(choice.view.lang) if why else choice.view.tr("absence.no_cases")


def is_none(found: Matrix) -> bool:
    """Whether no column has a value for all areas together."""
    return all(figure.value is None for figure in found.whole.values())


def headline(choice: Choice, found: Matrix) -> str:
    """What is the matter, or that nothing can be told apart."""
    view, lead = choice.view, choice.lead
    tr, when, n = view.tr, period(choice.view, choice.days), len(found.rows)
    if limited := tr("assessment.list_dun").join(limits(choice)):
        when = tr("assessment.period_limited", period=when, limits=limited)
    if is_none(found):
        return tr("assessment.sentence_none", period=when)
    if lead is None:
        return tr("assessment.sentence_no_lead", period=when, n=n, level=level(view), columns=len(choice.columns))
    known = {
        "period": when,
        "indicator": formats.spaced(lead.name(view.lang)),
        "value": value(view, found.whole[lead.slug]),
        "n": n,
        "level": level(view),
        "least": lead.minimum_ranked,
    }
    compared = found.compared([lead.slug])
    if not compared:
        return tr("assessment.sentence_few", **known)
    if told := _told(view, found, lead.slug):
        return tr("assessment.sentence_apart", told=told, **known)
    return tr("assessment.sentence_alike", **known | {"n": compared})


def _told(view: View, found: Matrix, slug: str) -> str:
    """How many are worse, better and suspicious; empty where nobody is."""
    worse, better = len(found.with_verdict(slug, "worse")), len(found.with_verdict(slug, "better"))
    doubtful = len(suspicious(found, slug))
    told = [("worse", worse), ("better" if worse else "better_only", better), ("suspicious", doubtful)]
    said = [view.tr(f"assessment.told_{name}", n=n, level=level(view)) for name, n in told if n]
    if not said:
        return ""
    named = view.tr("assessment.list_dun").join(said)
    return view.tr("assessment.joiner").join([named, view.tr("assessment.told_rest")])


def suspicious(found: Matrix, slug: str) -> tuple[Row, ...]:
    """The rows that are named as suspicious: none where most are."""
    return () if found.is_all_suspicious(slug) else found.suspicious(slug)


def lead_line(choice: Choice, found: Matrix) -> str:
    """Who is meant, how many are not compared, and whether so many differences say anything."""
    view, lead = choice.view, choice.lead
    if is_none(found):
        return why_none(choice)
    if lead is None:
        return ""
    tr, slug = view.tr, lead.slug
    worse, better = found.with_verdict(slug, "worse"), found.with_verdict(slug, "better")
    named = [("worse", worse), ("better", better), ("suspicious", suspicious(found, slug))]
    told = [tr(f"assessment.lead_{name}", names=_names(view, rows)) for name, rows in named if rows]
    compared = found.compared([slug])
    few = sum(1 for row in found.rows if not row.cells[slug].is_firm)
    if few and compared:
        told.append(tr("assessment.lead_few", n=few, least=lead.minimum_ranked))
    if 0 < len(worse) + len(better) <= expected(compared):
        told.append(tr("assessment.lead_chance", compared=compared, n=chance(compared)))
    elif compared:
        told.append(tr("assessment.lead_compared", compared=compared, n=chance(compared)))
    return "　".join(told) if view.lang == "zh" else ". ".join(told)


def _names(view: View, rows: Sequence[Row]) -> str:
    shown = view.tr("assessment.list_dun").join(row.area.name for row in rows[:MOST_NAMES])
    return shown if len(rows) <= MOST_NAMES else view.tr("assessment.names_more", names=shown, n=len(rows))


def expected(compared: int) -> float:
    """How many of so many comparisons at 95 % find a difference where there is none."""
    return compared * CHANCE


def chance(compared: int) -> str:
    """The same as it is said: whole, below one with a decimal."""
    return formats.number(expected(compared), digits=0 if expected(compared) >= 1 else 1)


def limits(choice: Choice) -> tuple[str, ...]:
    """The class of response, the category and the type that the page is limited to, in words."""
    view = choice.view
    named = view.filters.response_class
    urgency = view.tr("assessment.of_class", name=view.tr(f"common.class_{named}")) if named else None
    category = next((one.name(view.lang) for one in view.categories if one.code == view.filters.category), None)
    kind = type_name(view, choice.community_type) if choice.community_type else None
    return tuple(told for told in (urgency, category, kind) if told)


def foot(choice: Choice, found: Matrix) -> str:
    """What chance alone brings, what counts all the same, of which state of the data."""
    view = choice.view
    compared = found.compared(choice.slugs)
    parts = [view.tr("assessment.foot_folded")]
    if compared:
        parts.append(view.tr("assessment.foot_chance", compared=formats.number(compared), n=chance(compared)))
    if found.unclassified:
        parts.append(view.tr("assessment.foot_unclassified", n=formats.number(found.unclassified)))
    if {group.community_type for group in found.groups} == {None}:
        parts.append(view.tr("assessment.foot_no_types"))
    if days := unequal_days(found):
        now, before = (formats.number(n, digits=1).removesuffix(".0") for n in days)
        parts.append(view.tr("assessment.foot_days", now=now, before=before))
    if _has_types_of_now(choice, found):
        parts.append(view.tr("assessment.foot_types_of_now"))
    parts.append(view.tr("assessment.foot_version", version=formats.number(view.data_version)))
    return " ".join(parts) if view.lang == "en" else "".join(parts)


def unequal_days(found: Matrix) -> tuple[float, float] | None:
    """The days that the counts of a column were counted over, now and before, where they are not equally many."""
    for row in found.rows:
        for cell in row.cells.values():
            if cell.before is not None and is_by_day(cell.figure, cell.before):
                return cell.figure.days, cell.before.days
    return None


def _has_types_of_now(choice: Choice, found: Matrix) -> bool:
    """Whether a frozen quantile stands beside that of its type, which is not frozen."""
    quantiles = [each.slug for each in choice.columns if each.kind == "quantile"]
    is_frozen = any(row.cells[slug].figure.frozen for row in found.rows for slug in quantiles)
    return is_frozen and {group.community_type for group in found.groups} != {None}


def tip(choice: Choice, row_name: str, cell: Cell, *, kind: str | None, after: Figure | None) -> str:
    """What a cell tells when pointed at, line by line: value, cases, left out, peers, before, definition.

    `after`: of the on-time rate the figure after exemption.
    """
    view, figure = choice.view, cell.figure
    lines = [f"{row_name} · {figure.indicator.name(view.lang)}", " · ".join(_facts(view, figure))]
    if exempted := after_words(view, after if figure.indicator.slug == BEFORE else None):
        lines.append(exempted)
    lines += [out] if (out := left_out(view, figure)) else []
    if cell.is_suspicious:
        lines.append(view.tr("assessment.suspicious_tip", n=formats.number(figure.n or 0)))
    if cell.peers is not None:
        key = "assessment.tip_peers" if kind else "assessment.tip_whole"
        told = view.tr(key, type=type_name(view, kind), value=quantity(view, figure.indicator, cell.peers))
        lines.append(view.tr("assessment.joiner").join([told, *_verdict(view, cell)]))
    if cell.before is not None and choice.against:
        change = {1: view.tr("assessment.tip_up"), -1: view.tr("assessment.tip_down")}.get(cell.change, "")
        before = period(view, choice.against)
        told = view.tr("assessment.tip_before", period=before, value=value(view, cell.before))
        lines.append(told + _by_day(view, figure, cell.before) + change)
    return "\n".join([*lines, *_frozen(view, figure), figure.indicator.formula(view.lang)])


def _by_day(view: View, now: Figure, before: Figure) -> str:
    """Both counts by the day, where their days are not equally many."""
    if not is_by_day(now, before) or now.value is None or before.value is None:
        return ""
    told = {"now": now.value / now.days, "before": before.value / before.days}
    return view.tr("assessment.tip_by_day", **{name: formats.number(n, digits=1) for name, n in told.items()})


def _frozen(view: View, figure: Figure) -> list[str]:
    """That the figure is frozen, by which definition, and what later data would change."""
    if figure.frozen is None:
        return []
    held = frozen_words.definition(view, figure.frozen, figure.indicator)
    told = [frozen_words.difference(view, figure)] if figure.now else [view.tr("frozen.mark")]
    return [view.tr("frozen.joiner").join([*told, held])]


def _facts(view: View, figure: Figure) -> list[str]:
    """Value with interval, then numerator and denominator or the number of cases."""
    shown = value(view, figure)
    if figure.value is not None and figure.low is not None and figure.high is not None:
        low, high = (quantity(view, figure.indicator, end) for end in (figure.low, figure.high))
        shown = view.tr("assessment.tip_value", value=shown, low=low, high=high)
    if figure.numerator is not None and figure.denominator is not None:
        parts = {"numerator": formats.number(figure.numerator), "denominator": formats.number(figure.denominator)}
        if figure.indicator.kind == "quotient" and figure.indicator.scale != 1:
            parts["scale"] = formats.number(figure.indicator.scale)
            return [shown, view.tr("assessment.tip_cases_scaled", **parts)]
        return [shown, view.tr("assessment.tip_cases", **parts)]
    if figure.indicator.kind == "quantile" and figure.n is not None:
        return [shown, view.tr("assessment.tip_n", n=formats.number(figure.n))]
    return [shown]


def _verdict(view: View, cell: Cell) -> list[str]:
    if cell.verdict:
        return [SIGNS.get(cell.verdict, "") + view.tr(f"assessment.verdict_{cell.verdict}")]
    few = cell.figure.value is not None and not cell.is_firm and cell.figure.indicator.is_assessable
    return [view.tr("assessment.tip_not_firm", n=cell.figure.indicator.minimum_ranked)] if few else []


def left_out(view: View, figure: Figure) -> str:
    """What the figure leaves out and why; empty for nothing."""
    told = view.tr("assessment.joiner").join(reasons(view, figure))
    return view.tr("assessment.tip_excluded", told=told) if told else ""


def reasons(view: View, figure: Figure) -> Iterable[str]:
    """Every reason of exclusion with its number of cases, the numerous first."""
    for reason, n in sorted(figure.excluded.items(), key=lambda item: (-item[1], item[0])):
        if n:
            yield view.tr("assessment.excluded", reason=view.tr(f"kpi.excluded_{reason}"), n=formats.number(n))


def month_short(day: date) -> str:
    """A month as an axis names it: 25-11."""
    return f"{day:%y-%m}"
