"""Markup of the money page's charts: Sankey, balance figures, waterfall, sleeping funds.

Invariant: every value passes `esc` or the chart builders, which escape it.
"""

from collections.abc import Mapping
from decimal import Decimal

from cockpit import formats
from cockpit.charts import idle, sankey, waterfall
from cockpit.funds import money_flow
from cockpit.funds.computed import FundsView, idle_limits
from cockpit.funds.money import ASLEEP, AWAKE, WATCH, Holding, Summary
from cockpit.funds.money_flow import Graph, Knot
from cockpit.funds.words import Scale, exact, knot_name, scale, short
from cockpit.markup import esc
from config.money import FAMILIES, kinds
from geo.money import FUNDS, Payment

IDLE_ROWS = 12
PLAIN = {money_flow.OPENING, money_flow.CLOSING, money_flow.OVERDRAWN, money_flow.MADE_GOOD, money_flow.UNSTATED,
         money_flow.ELSEWHERE, money_flow.RECEIVED, money_flow.PASSED_ON, money_flow.UNTOLD}  # fmt: skip


def flow_markup(
    funds: FundsView, graph: Graph, names: Mapping[str, str], *, height: float | None = None, width: float | None = None
) -> str:
    """The Sankey (`height` px high, `width` px wide where that is known) with its key above and the two sums below."""
    unit = scale(funds)
    words = {knot: knot_name(funds, knot, names) for knot in graph.knots}
    if any(knot.kind == money_flow.COMMITTED for knot in words):
        words |= {knot: funds.view.tr("funds.knot_free") for knot in words if knot.kind == money_flow.CLOSING}
    nodes = tuple(_node(funds, knot, amount, words[knot], unit) for knot, amount in graph.knots.items())
    links = tuple(
        sankey.Link(
            source.key, target.key, float(amount), tone=_tone(source) if source.column == 0 else "out",
            tip=funds.view.tr("funds.flow_tip", source=words[source], target=words[target], amount=exact(funds, amount))
        )
        for (source, target), amount in graph.threads.items()
    )  # fmt: skip
    sides = {"left": exact(funds, graph.left), "right": exact(funds, graph.right)}
    label = funds.view.tr("funds.flow_label", n=len(links), **sides)
    drawing = sankey.draw(
        sankey.Diagram(nodes, links, label),
        height=height or (470 if funds.states_outflow else 320),
        side=_side(funds),
        width=width,
    )
    gap = graph.left - graph.right
    foot = (
        esc(funds.view.tr("funds.flow_sides", **sides))
        + f'<b class="{"acc" if not gap else ""}">{esc(exact(funds, gap))}</b>'
    )
    if any(knot.kind == money_flow.UNTOLD for knot in words):
        return _flow_key(funds, graph, unit) + drawing
    return f'{_flow_key(funds, graph, unit)}{drawing}<p class="f-foot">{foot}</p>'


def _side(funds: FundsView) -> float:
    """The px that names beside the outer columns may take."""
    if funds.scope.book != FUNDS:
        return 300
    return 240 if funds.states_outflow else 270


def _node(funds: FundsView, knot: Knot, amount: Decimal, name: str, unit: Scale) -> sankey.Node:
    codes = {str(position.fund_id): position.fund_code for position in funds.funds}
    go = (
        funds.view.link({"fund": codes[knot.code], "page": None})
        if knot.kind == "fund" and knot.code in codes and not funds.is_still
        else None
    )
    tip = funds.view.tr("funds.node_tip", name=name, amount=exact(funds, amount))
    if knot.kind == money_flow.COMMITTED:
        tip += "\n" + funds.view.tr("funds.committed_tip")
    return sankey.Node(
        knot.key, knot.column, name, unit.figure(amount), tip, _tone(knot), float(amount), go=go,
        is_slab=knot.kind == money_flow.SLEEPING,
    )  # fmt: skip


def _tone(knot: Knot) -> str:
    """The class that colours a node and the bands that leave it: src-… by kind of source, else by role."""
    if knot.kind == "source":
        return f"src-{knot.code}" if any(kind.code == knot.code for kind in kinds().sources) else "src-other"
    if knot.kind == money_flow.SLEEPING:
        return "asleep"
    if knot.kind in PLAIN:
        return "plain"
    return {money_flow.COMMITTED: "committed", money_flow.REST: "rest", "payer": "payer"}.get(knot.kind, "ink")


def _flow_key(funds: FundsView, graph: Graph, unit: Scale) -> str:
    """Families of sources with their sums, and what the loops between funds are."""
    if funds.scope.book != FUNDS:
        return f'<p class="f-key">{esc(funds.view.tr("funds.payments_key"))}</p>'
    sums = dict.fromkeys(FAMILIES, Decimal(0))
    for code, amount in graph.sources.items():
        sums[kinds().source_family(code)] += amount
    parts = [
        f'<span><i class="f-swatch {family}"></i>{esc(funds.view.tr(f"funds.family_{family}"))} '
        f"<b>{esc(unit.figure(amount))}</b></span>"
        for family, amount in sums.items() if amount
    ]  # fmt: skip
    between = sum((amount for (one, other), amount in graph.threads.items() if one.column == other.column), Decimal(0))
    if between:
        parts.append(f'<span class="i3">{esc(funds.view.tr("funds.loop", amount=short(funds, between)))}</span>')
    return f'<p class="f-key">{"".join(parts)}</p>'


def balance_markup(funds: FundsView, found: Summary) -> str:
    """The balance in hand with what is committed, the self-generated share and the share used."""
    tr = funds.view.tr
    if not found.with_balance:
        return _no_balance(
            funds, tr("funds.balance_why", n=len(found.holdings)) if found.holdings else tr("funds.idle_none")
        )
    notes = []
    if found.committed:
        words = tr("funds.committed", amount=short(funds, found.committed))
        notes.append(f'<span data-tip="{esc(tr("funds.committed_tip"))}">{esc(words)}</span>')
    left_out = len(found.holdings) - len(found.with_balance)
    if left_out:
        notes.append(f"<span>{esc(tr('funds.balance_part', n=left_out))}</span>")
    shares = "".join(
        f'<div data-tip="{esc(tr(f"funds.{key}_tip"))}"><div class="f-share figure">{esc(_share(funds, value))}</div>'
        f'<div class="i2">{esc(tr(f"funds.{key}"))}</div><div class="i3">{esc(tr("funds.last_12m"))}</div></div>'
        for key, value in (("self_generated", found.self_generated_share), ("use_rate", found.use_rate))
    )
    main = (
        f'<div class="f-main"><div class="f-big figure" data-tip="{esc(exact(funds, found.closing))}">'
        f"{_large(funds, found.closing)}</div>"
        f'<div class="i2 f-notes">{"".join(notes)}</div></div>'
    )
    return f'<div class="f-figures">{main}{shares}</div>'


def _large(funds: FundsView, amount: Decimal) -> str:
    """A short amount as markup, its unit small where it stands apart."""
    figure, _, unit = short(funds, amount).partition(" ")
    return f"{esc(figure)}<small>{esc(unit)}</small>" if unit else esc(figure)


def _share(funds: FundsView, value: Decimal | None) -> str:
    return formats.share(float(value)) if value is not None else funds.view.tr("funds.no_data")


def _no_balance(funds: FundsView, why: str) -> str:
    return f'<p class="f-none">{esc(funds.view.tr("funds.balance_none"))}</p><p class="i2">{esc(why)}</p>'


def totals_markup(funds: FundsView, found: tuple[Payment, ...]) -> str:
    """What flowed in a book without balances, and why it has none."""
    total = sum((payment.amount for payment in found), Decimal(0))
    count = funds.view.tr("funds.totals_entries", n=formats.number(sum(payment.entries for payment in found)))
    main = (
        f'<div class="f-figures"><div class="f-main"><div class="f-big figure" data-tip="{esc(exact(funds, total))}">'
        f'{_large(funds, total)}</div><div class="i2">{esc(count)}</div></div></div>'
    )
    return main + _no_balance(funds, funds.view.tr(f"funds.balance_{funds.scope.book}"))


def bars_markup(funds: FundsView, found: Summary) -> str:
    """Opening, in, out and closing as a waterfall; transfers among the funds are not in it."""
    unit = scale(funds)
    moves = [("income", found.income, "in"), ("received", found.received, "in"),
             ("expense", -found.expense, "out"), ("passed_on", -found.passed_on, "out")]  # fmt: skip
    level = found.opening
    steps = [_step(funds, "opening", (Decimal(0), level), unit.figure(level), "plain")]
    for name, change, tone in moves:
        if change or name in ("income", "expense"):
            steps.append(_step(funds, name, (level, level + change), unit.signed(change), tone))
            level += change
    steps.append(_step(funds, "closing", (Decimal(0), found.closing), unit.figure(found.closing), "plain"))
    label = funds.view.tr(
        "funds.bars_label", opening=short(funds, found.opening), income=short(funds, found.income),
        expense=short(funds, found.expense), closing=short(funds, found.closing),
    )  # fmt: skip
    why = esc(funds.view.tr("funds.gap_why")) if found.gap else ""
    gap = f'<b class="{"" if found.gap else "acc"}">{esc(exact(funds, found.gap))}</b>'
    return (
        waterfall.draw(steps, label=label) + f'<p class="f-foot">{esc(funds.view.tr("funds.bars_gap"))}{gap} {why}</p>'
    )


def _step(funds: FundsView, name: str, ends: tuple[Decimal, Decimal], figure: str, tone: str) -> waterfall.Step:
    label = funds.view.tr(f"funds.bar_{name}")
    if name == "closing" and funds.is_current:
        label = funds.view.tr("funds.knot_closing_now")
    tip = f"{label}\n{exact(funds, ends[1] - ends[0])}"
    return waterfall.Step(label, float(ends[0]), float(ends[1]), figure, tip, tone)


def idle_markup(funds: FundsView, found: Summary) -> str:
    """Every fund with the months since its last charitable outflow, the longest first."""
    tr = funds.view.tr
    if not found.holdings:
        return f'<p class="i2">{esc(tr("funds.idle_none"))}</p>'
    rank = {ASLEEP: 0, WATCH: 1, AWAKE: 2}
    holdings = sorted(
        found.holdings, key=lambda holding: (rank[holding.state], -(holding.months or -1), holding.position.fund_code)
    )
    rows = [_idle_row(funds, holding) for holding in holdings[:IDLE_ROWS]]
    limits = [
        idle.Limit(months, tr("funds.idle_limit", n=months))
        for months in (idle_limits().watch_months, idle_limits().sleep_months)
    ]
    drawing = idle.draw(rows, limits, label=tr("funds.idle_label"))
    left_out = len(holdings) - len(rows)
    more = f'<p class="f-foot">{esc(tr("funds.idle_more", n=left_out))}</p>' if left_out else ""
    return drawing + more


def _idle_row(funds: FundsView, holding: Holding) -> idle.Row:
    tr, position = funds.view.tr, holding.position
    months = holding.months or 0
    parts = {"name": position.name, "n": months, "amount": exact(funds, position.closing)}
    if not position.states_outflow:
        tip = f"{position.name}\n{tr('funds.no_outflow')}"
    elif not position.entries:
        tip = tr("funds.idle_blank_tip", **parts)
    elif position.last_charitable_on is None:
        tip = tr("funds.idle_never_tip", **parts)
    else:
        key = "funds.idle_since" if position.has_balance else "funds.idle_no_balance_tip"
        tip = tr(key, day=formats.full_day(position.last_charitable_on, funds.view.lang), **parts)
    unknown = holding.months is None
    figure = (
        tr("funds.no_data" if position.states_outflow else "funds.no_outflow_short")
        if unknown
        else tr("funds.idle_never", n=months)
        if holding.never_spent
        else str(months)
    )
    link = funds.view.link({"fund": position.fund_code, "page": None})
    return idle.Row(
        label=position.name, months=months, figure=figure, state=holding.state, tip=tip, go=link,
        word=tr(f"funds.idle_{holding.state}"),
        balance=short(funds, position.closing) if position.has_balance else tr("funds.no_data"),
    )  # fmt: skip
