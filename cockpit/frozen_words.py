"""What is said of a frozen month, and of a figure that later data would change.

Invariant: the frozen figure is the figure; what counting gives now stands beside it and never in its place.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from cockpit import formats, queries
from cockpit.context import Filters, View
from cockpit.figures import Figure
from cockpit.markup import attributes, esc
from config.indicators import Indicator
from geo.frozen import FrozenMonth
from geo.viewer import OPERATOR
from geo.windows import Window

HASH_SIGNS = 8
"""So much of a hash tells months apart on a screen; all of it stands in the tooltip and in files."""
DIGITS = {"points": 1, "ratio": 2, "count": 0, "d": 1, "per_1000": 1, "z": 2}
"""The decimals of a difference by its unit."""
MOST_DIGITS = 6
State = Literal["frozen", "filtered", "open", "running", "none"]
NOTES = {"no-data": "kpi.no_data", "too-few": "kpi.too_few", "not-reached": "kpi.not_reached"}


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the figures of some days are frozen; `month` is how they were, None where the days are no frozen month.

    `state`: they stand as frozen; the month is frozen and they are not, since they are filtered; a month that is open
    or still running; no month at all.
    """

    start: date
    month: FrozenMonth | None
    state: State


def standing(view: View, filters: Filters) -> Standing:
    """How the figures of the filters' days stand; raises StoreUnavailable."""
    start, end = filters.start, filters.end
    if not Window(start, end, view.site.zone).is_month:
        return Standing(start, None, "none")
    month = next((month for month in queries.frozen_months(view.asked) if month.month == start), None)
    if month is None:
        return Standing(start, None, "open" if end <= view.now.date() else "running")
    return Standing(start, month, "filtered" if filters.category or filters.response_class else "frozen")


def said(view: View, found: Standing) -> str:
    """Frozen or not, in a sentence for a file."""
    told = _facts(view, found.month) if found.month else {}
    return view.tr(f"frozen.state_{found.state}", month=formats.month(found.start, view.lang), **told)


def beside_mark(view: View, found: Standing) -> str:
    """The same for a page, where the mark says already that it is frozen: when, by whom, with which hash."""
    if found.month is None or found.state != "frozen":
        return said(view, found)
    return view.tr("frozen.facts", **_facts(view, found.month))


def _facts(view: View, month: FrozenMonth) -> dict[str, object]:
    told = month.circumstances
    return {
        "at": f"{told.frozen_at.astimezone(view.site.zone):%Y-%m-%d %H:%M}",
        "by": by_whom(view, month),
        "hash": month.chain_hash.hex()[:HASH_SIGNS],
    }


def by_whom(view: View, month: FrozenMonth) -> str:
    """Who froze it: the login with its role, or that it was done at the command line."""
    told = month.circumstances
    role = view.tr(f"role.{told.role}")
    return role if told.role == OPERATOR.role else view.tr("frozen.by", name=told.frozen_by, role=role)


def tip(view: View, month: FrozenMonth, *, indicator: Indicator | None = None) -> str:
    """From what the month was frozen, line by line; of one indicator its formula and definition."""
    told = month.circumstances
    lines = [
        view.tr("frozen.tip_figures", n=formats.number(month.figures), version=formats.number(told.data_version)),
        view.tr("frozen.tip_versions", boundary=told.boundary_version, calendar=told.calendar_version or "–"),
        view.tr("frozen.tip_hash", hash=month.chain_hash.hex()),
    ]
    if indicator:
        lines += [indicator.formula(view.lang), definition(view, month, indicator)]
    return "\n".join(lines)


def definition(view: View, month: FrozenMonth, indicator: Indicator) -> str:
    """By which definition the indicator was frozen, and that it has another one now."""
    held = month.circumstances.definitions.get(indicator.slug, "").partition(" ")[0]
    key = "frozen.defined" if held == indicator.definition else "frozen.defined_anew"
    return view.tr(key, held=held, now=indicator.definition)


def chip(view: View, month: FrozenMonth, *, indicator: Indicator | None = None) -> str:
    """The mark of a frozen month, with its circumstances when pointed at."""
    known = attributes(class_="frozen-mark", data_tip=tip(view, month, indicator=indicator), tabindex="0")
    return f"<span{known}>{esc(view.tr('frozen.mark'))}</span>"


# ---------------------------------------------------------------- what later data would change


def value(view: View, figure: Figure) -> str:
    """The value in its unit, or why there is none."""
    if figure.value is None:
        return view.tr(NOTES[figure.note or "no-data"])
    return formats.quantity(figure.value, figure.indicator.unit, view.lang, is_share=figure.indicator.is_share)


def difference(view: View, figure: Figure) -> str:
    """The frozen figure, that of now, how far they lie apart, how many cases more; empty where nothing differs."""
    if figure.frozen is None or figure.now is None:
        return ""
    told = view.tr("frozen.beside", frozen=value(view, figure), now=value(view, figure.now))
    return view.tr("frozen.joiner").join([told, *_apart(view, figure, figure.now)])


def _apart(view: View, kept: Figure, now: Figure) -> Iterable[str]:
    if by := apart(view, kept.indicator, kept.value, now.value):
        yield view.tr("frozen.apart", by=by)
    elif kept.value is not None and now.value is not None:
        yield view.tr("frozen.parts_only")
    if more := cases_more(kept, now):
        yield view.tr("frozen.more" if more > 0 else "frozen.fewer", n=formats.number(abs(more)))


def apart(view: View, known: Indicator, kept: float | None, now: float | None) -> str:
    """Value now less the frozen one, signed and in its unit (shares in points); empty for none."""
    if kept is None or now is None or now == kept:
        return ""
    by, sign = abs(now - kept), "+" if now > kept else formats.MINUS
    if known.unit == "s":
        return sign + formats.duration(by, view.lang)
    unit = "points" if known.is_share else known.unit
    told = sign + _digits(by * 100 if known.is_share else by, DIGITS[unit])
    return view.tr(f"frozen.unit_{unit}", n=told)


def _digits(by: float, digits: int) -> str:
    """With so many decimals, or with the first that says more than nothing."""
    while by < 0.5 * 10**-digits and digits < MOST_DIGITS:
        digits += 1
    return formats.number(by, digits=digits)


def cases_more(kept: Figure, now: Figure) -> int:
    """How many cases more there are now in what the figure is of; of a count the difference says it already."""
    if kept.indicator.kind == "count":
        return 0
    return (now.n or 0) - (kept.n or 0)
