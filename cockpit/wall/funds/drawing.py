"""The scene 资金 below its sentence: the flow of the year, the balance in hand, sleeping funds, opening to closing.

Invariant: lengths begin at zero; the two sides of the flow are equal, or their difference is printed.
"""

from collections.abc import Sequence
from decimal import Decimal

from cockpit import formats
from cockpit.charts import svg
from cockpit.context import View
from cockpit.funds import charts, words
from cockpit.funds.money import ASLEEP, AWAKE, WATCH, Holding, Summary
from cockpit.markup import attributes, esc
from cockpit.wall import fitting, frame, naming
from cockpit.wall.frame import Face, age_of, is_stale
from cockpit.wall.funds.computed import Funds
from config.money import kinds

ENLARGED = 1.85
"""The flow is drawn as on the money page, whose letters of 13 px are 24 px high so enlarged."""
FLOW_WIDTH, FLOW_HEIGHT = 1168, 778
"""The place of the flow in pixels at 1080p, its key and its foot among them."""
KEY, FOOT = 32, 32
"""What key and foot take of it, in pixels of the money page; the key stays on one line."""
HEAD_PX = 26.0
MOST_IDLE = 8
NAME_PX, NAME_ROOM, MARK_ROOM = 26.0, 262.0, 30.0
FIGURE_PX, FIGURE_LEAST, FIGURE_ROOM = 84.0, 0.5, 330.0
"""The letters of the balance, as how small a part of that they may be set, and the room of it with its unit."""
BARS_ROOM, LABEL_ROOM = 150.0, 40.0
"""The least room of the longest bar, and what a number over it takes, in pixels."""


def body(view: View, found: Funds, face: Face) -> str:
    """Everything below the sentence."""
    told, tr, page = age_of(view, face, found.loaded_at), view.tr, found.page
    state = " stale" if is_old(view, found, face) else ""
    title, unit = tr("wall_funds.flow"), words.period_and_unit(page)
    has_room = fitting.has_room(title, unit, told, room=FLOW_WIDTH, size=HEAD_PX)
    flow = _section(title, unit, told if has_room else "", _flow(found))
    n_funds, year = len(found.summary.with_balance), page.window.start.year
    bars = tr("wall_funds.bars" if year == face.at(view).year else "wall_funds.bars_of", year=year)
    n = tr("wall_funds.one_fund" if n_funds == 1 else "wall_funds.n_funds", n=formats.number(n_funds))
    right = (
        _section(tr("wall_funds.balance"), n, told, _balance(found))
        + _section(
            tr("wall_funds.idle"), tr("wall_funds.idle_unit", asleep=kinds().idle.sleep_months), "", _idle(found)
        )
        + _section(bars, words.scale(page).unit, _gap(found), _bars(found))
    )
    return f'<section class="m-scene{state}"><div>{flow}</div><div class="m-right">{right}</div></section>'


def is_old(view: View, found: Funds, face: Face) -> bool:
    """Whether the ledger was loaded longer ago than twice the agreed time; not where nobody knows when."""
    return found.loaded_at is not None and is_stale(view, face, found.loaded_at, dataset="funds")


def _section(title: str, unit: str, told: str, drawn: str) -> str:
    return f'<div class="m-sec"><h2><b>{esc(title)}</b><span>{esc(unit)}</span>{told}</h2>{drawn}</div>'


def _flow(found: Funds) -> str:
    """The flow of the money page, enlarged as a whole."""
    width, height = FLOW_WIDTH / ENLARGED, FLOW_HEIGHT / ENLARGED
    names = {f"fund:{position.fund_id}": position.name for position in found.page.funds}
    drawn = charts.flow_markup(found.page, found.graph, names, height=height - KEY - FOOT, width=width)
    inner = svg.element("foreignObject", f"<div>{drawn}</div>", x=0, y=0, width=width, height=height)
    box = f"0 0 {svg.coordinate(width)} {svg.coordinate(height)}"
    return svg.element("svg", inner, class_="m-flow", viewBox=box)


def _amount(found: Funds, amount: Decimal) -> tuple[str, str]:
    """An amount to be read from afar, and its unit apart."""
    figure, _, unit = words.short(found.page, amount).partition(" ")
    return figure, unit


def _balance(found: Funds) -> str:
    """What is in hand and promised of it, the share that the community earned itself."""
    tr, summary = found.page.view.tr, found.summary
    figure, unit = _amount(found, summary.closing)
    room = FIGURE_ROOM - naming.width(unit, size=32)
    fit = attributes(style=f"--fit:{max(FIGURE_LEAST, min(1.0, room / naming.width(figure, size=FIGURE_PX))):.3f}")
    promised = (
        tr("wall_funds.committed", amount=words.short(found.page, summary.committed)) if summary.committed else ""
    )
    own = summary.self_generated_share
    share = (
        f'<b class="figure">{esc(formats.number(float(own) * 100))}</b><span class="u">%</span>'
        if own is not None
        else f'<b class="none">{esc(tr("funds.no_data"))}</b>'
    )
    return (
        f'<div class="m-figs"><div><b class="figure"{fit}>{esc(figure)}</b><span class="u">{esc(unit)}</span>'
        f"<p>{esc(promised or tr('wall_funds.uncommitted'))}</p></div>"
        f"<div>{share}<p>{esc(tr('wall_funds.own'))}</p></div></div>"
    )


def _idle(found: Funds) -> str:
    """The funds that have slept longest, as bars of months with the two limits."""
    tr, rank = found.page.view.tr, {ASLEEP: 0, WATCH: 1, AWAKE: 2}
    holdings = sorted(
        (one for one in found.summary.with_balance if one.months is not None),
        key=lambda one: (rank[one.state], -(one.months or 0), one.position.fund_code),
    )[:MOST_IDLE]
    if not holdings:
        return f'<p class="m-none">{esc(tr("funds.idle_none"))}</p>'
    longest = max(18, *(one.months or 0 for one in holdings))
    rows = "".join(_idle_row(found, one, longest) for one in holdings)
    idle = kinds().idle
    marks = attributes(style=f"--watch:{idle.watch_months / longest:.4f};--asleep:{idle.sleep_months / longest:.4f}")
    is_apart = (idle.sleep_months - idle.watch_months) / longest * BARS_ROOM >= LABEL_ROOM
    limits = (("watch", idle.watch_months), ("asleep", idle.sleep_months))[0 if is_apart else 1 :]
    lines = "".join(f'<span style="left:calc(var(--{name})*82%)">{n}</span>' for name, n in limits)
    left_out = len(found.summary.with_balance) - len(holdings)
    more = f'<p class="m-none">{esc(tr("wall_funds.more", n=left_out))}</p>' if left_out else ""
    head = f'<div class="m-row m-lines"><i></i><span class="m-bar">{lines}</span></div>'
    return f'<div class="m-idle"{marks}>{head}{rows}</div>{more}'


def _idle_row(found: Funds, holding: Holding, longest: int) -> str:
    months, tr = holding.months or 0, found.page.view.tr
    state = tr(f"funds.idle_{holding.state}")
    label = tr("wall_funds.idle_row", name=holding.position.name, n=months, state=state)
    bar, told = attributes(style=f"--share:{months / longest:.4f}"), esc(months or "<1")
    mark = frame.mark("blue") if holding.state == ASLEEP else ""
    name = fitting.middle(holding.position.name, room=NAME_ROOM - (MARK_ROOM if mark else 0), size=NAME_PX)
    return (
        f'<div class="m-row {holding.state}"{attributes(role="img", aria_label=label)}>'
        f'<span class="t">{mark}{esc(name)}</span><span class="m-bar"><i{bar}></i><b>{told}</b></span>'
        f'<span class="m-amount">{esc(words.short(found.page, holding.position.closing))}</span></div>'
    )


def _gap(found: Funds) -> str:
    """Whether books and balance agree, to the cent."""
    tr, gap = found.page.view.tr, found.summary.gap
    kind = "m-gap" if gap else "m-gap acc"
    return f'<span class="{kind}">{esc(tr("wall_funds.gap", amount=words.exact(found.page, gap)))}</span>'


def _bars(found: Funds) -> str:
    """Opening, in, out and closing on one axis, each beginning where the one before ended."""
    unit = words.scale(found.page)
    steps = _steps(found.summary)
    edges = [0.0, *(edge for _, *ends, _ in steps for edge in map(float, ends))]
    low, span = min(edges), (max(edges) - min(edges)) or 1.0
    rows = []
    for number, (name, begin, end, change) in enumerate(steps):
        start, width = sorted((float(begin), float(end)))[0], abs(float(end - begin))
        bar = attributes(style=f"--from:{(start - low) / span:.4f};--share:{width / span:.4f}")
        at = attributes(style=f"--at:{(float(end) - low) / span:.4f}")
        hair = f"<u{at}></u>" if number + 1 < len(steps) else ""
        told = unit.signed(change) if name in ("income", "received", "expense", "passed_on") else unit.figure(change)
        label = found.page.view.tr("funds.knot_closing_now" if name == "closing" else f"funds.bar_{name}")
        rows.append(
            f'<div class="m-row {name}"><span class="t">{esc(label)}</span>'
            f'<span class="m-bar from"><i{bar}></i>{hair}</span>'
            f'<span class="m-amount">{esc(told)}</span></div>'
        )
    zero = attributes(style=f"--zero:{-low / span:.4f}") if low < 0 else ""
    return f'<div class="m-bars{" below" if low < 0 else ""}"{zero}>{"".join(rows)}</div>'


def _steps(found: Summary) -> Sequence[tuple[str, Decimal, Decimal, Decimal]]:
    """Name, begin, end and change of each bar."""
    level = found.opening
    steps = [("opening", Decimal(0), level, level)]
    for name, change in (
        ("income", found.income),
        ("received", found.received),
        ("expense", -found.expense),
        ("passed_on", -found.passed_on),
    ):
        if change or name in ("income", "expense"):
            steps.append((name, level, level + change, change))
            level += change
    return [*steps, ("closing", Decimal(0), found.closing, found.closing)]
