"""The panel of money by month: its title, its picture, its key with the sums, and what it leaves out.

Invariant: nothing is counted here; a ledger that cannot be told by month says why instead of showing zeros.
"""

from dataclasses import replace
from decimal import Decimal

from plotly import graph_objects as go

from cockpit import formats, plotted, queries
from cockpit.charts.months import Column, MonthBars, month_figure
from cockpit.funds import computed as asking
from cockpit.funds.computed import FundsView
from cockpit.funds.money_months import Month, Months
from cockpit.funds.words import Scale, exact, scale, short
from cockpit.markup import esc
from cockpit.panels import Empty
from cockpit.picture import picture
from cockpit.queries import Asked
from geo.errors import StoreUnavailable
from geo.money import FUNDS

IN, OUT = ("income", "received"), ("expense", "passed_on")


def title(funds: FundsView) -> str:
    """What the panel tells: in and out, or, of a ledger that states no income, only what goes out."""
    chosen = [funds.fund] if funds.fund else funds.funds
    if funds.scope.book == FUNDS and not any(position.has_income for position in chosen):
        return funds.view.tr("funds.months_title_out")
    return funds.view.tr(f"funds.months_title_{funds.scope.book}")


def unit(funds: FundsView) -> str:
    """The months shown and the unit of their amounts; without a store the unit alone."""
    try:
        found = asking.months(funds)
    except StoreUnavailable:
        found = None
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
    bars = MonthBars(tuple(_column(funds, found, month, scale(funds)) for month in found.months), found.has_income)
    picture(_key(funds, found), key="funds_months_key")
    plotted.plotted(_figure(funds.view.asked, bars=bars), key="months", sentence=_sentence(funds, found))
    picture(_foot(funds, found), key="funds_months_foot")
    return None


@queries.shared
def _figure(asked: Asked, *, bars: MonthBars) -> go.Figure:  # noqa: ARG001 - `asked` is part of the key
    return month_figure(bars)


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
    first, last = (formats.month(month.start, funds.view.lang) for month in (found.months[0], found.months[-1]))
    return first if first == last else funds.view.tr("common.period", first=first, last=last)


def _series(found: Months) -> tuple[str, ...]:
    """The fields that are told: income and spending as the ledger states them, the others where there are any."""
    always = ("income", "expense") if found.has_income else ()
    return tuple(name for name in (*IN, *OUT, "committed") if name in always or found.total(name))


def _column(funds: FundsView, found: Months, month: Month, unit: Scale) -> Column:
    column = Column(
        year=month.start.year, month=month.start.month, name=funds.view.tr(f"common.month_{month.start.month}"),
        tip=_tip(funds, found, month), is_chosen=month.is_chosen, is_partial=month.is_partial,
    )  # fmt: skip
    if not month.is_covered:
        return column

    def scaled(amount: Decimal) -> float:
        return float(amount / unit.divisor)

    return replace(
        column, income=scaled(month.income), received=scaled(month.received), expense=scaled(month.expense),
        passed_on=scaled(month.passed_on), committed=scaled(month.committed),
        net=scaled(month.net) if found.has_income else None,
    )  # fmt: skip


def _tip(funds: FundsView, found: Months, month: Month) -> tuple[str, ...]:
    tr = funds.view.tr
    name = _month_name(funds, month)
    if not month.is_covered:
        return name, tr("funds.month_uncovered")
    lines = [_line(funds, each, exact(funds, getattr(month, each))) for each in _series(found) if each != "committed"]
    if found.has_income:
        lines.append(_line(funds, "net", _signed(funds, month.net)))
    if month.committed:
        lines.append(_line(funds, "committed", exact(funds, month.committed)))
    return name, *lines, tr("funds.totals_entries", n=formats.number(month.entries))


def _line(funds: FundsView, name: str, amount: str) -> str:
    return funds.view.tr("funds.month_line", name=funds.view.tr(f"funds.month_{name}"), amount=amount)


def _signed(funds: FundsView, amount: Decimal) -> str:
    return f"+{exact(funds, amount)}" if amount > 0 else exact(funds, amount)


def _month_name(funds: FundsView, month: Month) -> str:
    tr, name = funds.view.tr, formats.month(month.start, funds.view.lang)
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
    if found.has_income:
        net = unit.signed(found.total("net"))
        parts.append(f'<span><i class="f-dot"></i>{esc(funds.view.tr("funds.month_net"))} <b>{esc(net)}</b></span>')
    told = esc(funds.view.tr("funds.months_sum", n=len(found.months)))
    return f'<p class="f-key"><span class="i3">{told}</span>{"".join(parts)}</p>'


def _sentence(funds: FundsView, found: Months) -> str:
    parts = {"title": title(funds), "period": _span(funds, found)}
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
    if found.has_income:
        has_outside = not {"received", "passed_on"}.isdisjoint(_series(found))
        told.append(tr("funds.months_outside" if has_outside else "funds.months_among"))
    if found.has_income and found.total("committed"):
        told.append(tr("funds.months_promised"))
    if any(month.is_partial for month in found.months):
        told.append(tr("funds.months_partial"))
    if not all(month.is_covered for month in found.months):
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
    names = (*_series(found), "net") if found.has_income else _series(found)
    columns = [tr("funds.month_column"), *(tr(f"funds.month_{name}") for name in names), tr("funds.month_entries")]
    rows = [
        [_month_name(funds, month), *(exact(funds, getattr(month, name)) for name in names), str(month.entries)]
        if month.is_covered
        else [_month_name(funds, month), tr("funds.no_data"), *([""] * len(names))]
        for month in found.months
    ]
    return plotted.table_markup(tr("funds.months_numbers"), columns, rows)
