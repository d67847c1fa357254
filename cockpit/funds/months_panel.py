"""The panel of money by month or by day: its title, its picture, its key with the sums, and what it leaves out.

Invariant: nothing is counted here; a ledger that cannot be told by month says why instead of showing zeros.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from plotly import graph_objects as go

from cockpit import formats, plotted, queries
from cockpit.charts.months import Column, MonthBars, month_figure
from cockpit.funds import computed as asking
from cockpit.funds.computed import FundsView
from cockpit.funds.money_months import DAY, MONTH, Month, Months
from cockpit.funds.words import Scale, exact, scale, short
from cockpit.markup import esc
from cockpit.panels import Empty
from cockpit.picture import picture
from cockpit.queries import Asked
from geo.errors import StoreUnavailable
from geo.money import FUNDS

MOST_LABELS = 31
IN, OUT = ("income", "received"), ("expense", "passed_on")


def title(funds: FundsView) -> str:
    """What the panel tells: in and out, or, of a ledger that states no income, only what goes out."""
    chosen = [funds.fund] if funds.fund else funds.funds
    what = funds.scope.book
    if what == FUNDS and not any(position.has_income for position in chosen):
        what = "out"
    elif not funds.states_outflow:
        what = "in"
    found = _asked(funds)
    step = found.step if found else MONTH
    return funds.view.tr(f"funds.{step}s_title_{what}")


def _asked(funds: FundsView) -> Months | None:
    """The months, None where there are none or the store does not answer."""
    try:
        return asking.months(funds)
    except StoreUnavailable:
        return None


def unit(funds: FundsView) -> str:
    """The months shown and the unit of their amounts; without a store the unit alone."""
    found = _asked(funds)
    if found is None:
        return scale(funds).unit
    return funds.view.tr("funds.flow_unit", period=_span(funds, found), unit=scale(funds).unit)


def draw_months(funds: FundsView) -> Empty | None:
    """What came and went in each month."""
    if funds.is_down:
        raise StoreUnavailable(funds.view.tr("funds.down_sentence"))
    found = asking.months(funds)
    if found is None:
        return Empty(_why_none(funds))
    if not found.entries:
        return Empty(funds.view.tr("funds.months_none"))
    columns = tuple(_column(funds, found, month, scale(funds)) for month in found.months)
    bars = MonthBars(columns, found.has_income, found.has_net)
    picture(_steps(funds, found) + _key(funds, found), key="funds_months_key")
    plotted.plotted(_figure(funds.view.asked, bars=bars), key="months", sentence=_sentence(funds, found))
    picture(_foot(funds, found), key="funds_months_foot")
    return None


@queries.shared
def _figure(asked: Asked, *, bars: MonthBars) -> go.Figure:  # noqa: ARG001 - `asked` is part of the key
    return month_figure(bars)


def _steps(funds: FundsView, found: Months) -> str:
    """The switch between months and days, where there are days to show."""
    if len(found.steps) < 2:
        return ""
    parts = []
    for step in found.steps:
        link = esc(funds.view.link({"step": step}))
        current = ' aria-current="true"' if step == found.step else ""
        label = esc(funds.view.tr(f"funds.step_{step}"))
        parts.append(f'<a class="chip" href="{link}" data-go="{link}"{current}>{label}</a>')
    return f'<div class="filters"><span class="group">{"".join(parts)}</span></div>'


def _why_none(funds: FundsView) -> str:
    known = asking.covered(funds)
    if not known:
        return funds.view.tr("funds.months_year_only")
    return funds.view.tr("funds.months_elsewhen", **_known_days(funds))


def _known_days(funds: FundsView) -> dict[str, str]:
    known, lang = asking.covered(funds), funds.view.lang
    first, last = min(source.first_on for source in known), max(source.last_on for source in known)
    return {"first": formats.full_day(first, lang), "last": formats.full_day(last, lang)}


def _span(funds: FundsView, found: Months) -> str:
    if found.step == DAY:
        return formats.period(found.months[0].start, found.months[-1].start + timedelta(days=1), funds.view.lang)
    first, last = (formats.month(month.start, funds.view.lang) for month in (found.months[0], found.months[-1]))
    return first if first == last else funds.view.tr("common.period", first=first, last=last)


def _series(found: Months) -> tuple[str, ...]:
    """The fields that are told: income and spending as the ledger states them, the others where there are any."""
    always = ("income", "expense") if found.has_net else ("income",) if found.has_income else ()
    return tuple(name for name in (*IN, *OUT, "committed") if name in always or found.total(name))


def _column(funds: FundsView, found: Months, month: Month, unit: Scale) -> Column:
    column = Column(
        year=month.start.year, month=month.start.month, name=funds.view.tr(f"common.month_{month.start.month}"),
        tip=_tip(funds, found, month), is_chosen=month.is_chosen, is_partial=month.is_partial,
        label=_day_label(funds, found, month) if found.step == DAY else None,
    )  # fmt: skip
    if not month.is_covered:
        return column

    def scaled(amount: Decimal) -> float:
        return float(amount / unit.divisor)

    return replace(
        column, income=scaled(month.income), received=scaled(month.received), expense=scaled(month.expense),
        passed_on=scaled(month.passed_on), committed=scaled(month.committed),
        net=scaled(month.net) if found.has_net else None,
    )  # fmt: skip


def _day_label(funds: FundsView, found: Months, day: Month) -> str:
    """The day's number, with its month below the first shown and each first of a month; of many days each seventh."""
    is_named = day is found.months[0] or day.start.day == 1
    if not is_named and len(found.months) > MOST_LABELS and day.start.day % 7 != 1:
        return ""
    month = funds.view.tr(f"common.month_{day.start.month}")
    return f"{day.start.day}\n{month}" if is_named else str(day.start.day)


def _tip(funds: FundsView, found: Months, month: Month) -> tuple[str, ...]:
    tr = funds.view.tr
    name = _month_name(funds, found, month)
    if not month.is_covered:
        return name, tr("funds.day_uncovered" if found.step == DAY else "funds.month_uncovered")
    lines = [_line(funds, each, exact(funds, getattr(month, each))) for each in _series(found) if each != "committed"]
    if found.has_net:
        lines.append(_line(funds, "net", _signed(funds, month.net)))
    if month.committed:
        lines.append(_line(funds, "committed", exact(funds, month.committed)))
    return name, *lines, tr("funds.totals_entries", n=formats.number(month.entries))


def _line(funds: FundsView, name: str, amount: str) -> str:
    return funds.view.tr("funds.month_line", name=funds.view.tr(f"funds.month_{name}"), amount=amount)


def _signed(funds: FundsView, amount: Decimal) -> str:
    return f"+{exact(funds, amount)}" if amount > 0 else exact(funds, amount)


def _month_name(funds: FundsView, found: Months, month: Month) -> str:
    tr, name = funds.view.tr, formats.month(month.start, funds.view.lang)
    if found.step == DAY:
        name = formats.full_day(month.start, funds.view.lang)
        return name if month.is_over else tr("funds.day_partial", day=name)
    if month.known_to:
        day = tr("common.short_day", month=tr(f"common.month_{month.start.month}"), day=month.known_to.day)
        return tr("funds.month_until", month=name, day=day)
    return name if month.is_over else tr("funds.month_partial", month=name)


def _key(funds: FundsView, found: Months) -> str:
    """The marks with the sums of all months shown."""
    unit = scale(funds)
    parts = [
        f'<span><i class="f-swatch m-{name}"></i>{esc(funds.view.tr(f"funds.month_{name}"))} '
        f"<b>{esc(unit.figure(found.total(name)))}</b></span>"
        for name in _series(found)
    ]
    if found.has_net:
        net = unit.signed(found.total("net"))
        parts.append(f'<span><i class="f-dot"></i>{esc(funds.view.tr("funds.month_net"))} <b>{esc(net)}</b></span>')
    told = esc(funds.view.tr(f"funds.{found.step}s_sum", n=len(found.months)))
    return f'<p class="f-key"><span class="i3">{told}</span>{"".join(parts)}</p>'


def _sentence(funds: FundsView, found: Months) -> str:
    parts = {"title": title(funds), "period": _span(funds, found)}
    if found.has_income and not found.has_net:
        return funds.view.tr("funds.months_label_in", income=short(funds, found.total("income")), **parts)
    if found.has_income:
        sums = {name: short(funds, sum((found.total(each) for each in side), Decimal(0)))
                for name, side in (("income", IN), ("expense", OUT))}  # fmt: skip
        return funds.view.tr("funds.months_label", net=short(funds, found.total("net")), **sums, **parts)
    most = max(found.months, key=_gone)
    return funds.view.tr(
        "funds.months_label_out", amount=short(funds, sum((_gone(month) for month in found.months), Decimal(0))),
        month=formats.month(most.start, funds.view.lang), most=short(funds, _gone(most)), **parts,
    )  # fmt: skip


def _gone(month: Month) -> Decimal:
    return month.expense + month.passed_on + month.committed


def _foot(funds: FundsView, found: Months) -> str:
    """What the sums leave out, which days are known, and the numbers behind the picture."""
    tr = funds.view.tr
    told = [tr("funds.months_known", **_known_days(funds))]
    if found.has_income and not found.has_net:
        told.append(tr("funds.no_outflow"))
    elif found.has_income:
        has_outside = not {"received", "passed_on"}.isdisjoint(_series(found))
        told.append(tr("funds.months_outside" if has_outside else "funds.months_among"))
    if found.has_income and found.total("committed"):
        told.append(tr("funds.months_promised"))
    if found.missing:
        days = [formats.full_day(day, funds.view.lang) for day in found.missing]
        told.append(tr(f"funds.{found.step}s_missing", days=(", " if funds.view.lang == "en" else "、").join(days)))
    if any(month.is_partial for month in found.months):
        told.append(tr("funds.months_partial"))
    if not all(month.is_covered or month.start in found.missing for month in found.months):
        told.append(tr("funds.months_gaps"))
    if found.undated:
        amount = short(funds, found.undated_amount)
        told.append(tr("funds.months_undated", n=formats.number(found.undated), amount=amount))
    if found.others:
        told.append(tr("funds.months_others", amount=short(funds, found.others)))
    joint = " " if funds.view.lang == "en" else ""
    return f'<p class="f-foot m-foot">{esc(joint.join(told))}</p>{_numbers(funds, found)}'


def _numbers(funds: FundsView, found: Months) -> str:
    tr = funds.view.tr
    names = (*_series(found), "net") if found.has_net else _series(found)
    columns = [
        tr(f"funds.{found.step}_column"),
        *(tr(f"funds.month_{name}") for name in names),
        tr("funds.month_entries"),
    ]
    rows = [
        [_month_name(funds, found, month), *(exact(funds, getattr(month, name)) for name in names), str(month.entries)]
        if month.is_covered
        else [_month_name(funds, found, month), tr("funds.no_data"), *([""] * len(names))]
        for month in found.months
    ]
    return plotted.table_markup(tr("funds.months_numbers"), columns, rows)
