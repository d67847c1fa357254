"""资金: where money comes from and goes, what is in hand, which funds sleep, and every entry."""

from functools import partial

import streamlit as st

from cockpit.context import current_view
from cockpit.funds import giving_panels as giving
from cockpit.funds import goods_panel as goods
from cockpit.funds import months_panel as by_month
from cockpit.funds import panels as draw
from cockpit.funds import words
from cockpit.funds.computed import open_funds
from cockpit.limited import stop_unassigned
from cockpit.panels import panel

view = current_view()
stop_unassigned(view)
funds = open_funds(view)
has_balances = funds.scope.book == "funds"

draw.apply_style()
draw.head(funds)
draw.filters(funds)

show = partial(panel, view, dataset="funds")
if funds.book is None:
    show(key="flow", title=view.tr("funds.flow_title"), unit=words.period(funds), draw=partial(draw.draw_flow, funds))
    st.stop()

left, right = st.columns([8, 5] if has_balances else [10, 3], gap="medium")
with left:
    show(
        key="flow",
        title=view.tr("funds.flow_title" if has_balances else "funds.flow_title_payments"),
        unit=words.period_and_unit(funds),
        draw=partial(draw.draw_flow, funds),
    )
with right:
    show(
        key="balance",
        title=words.balance_title(funds),
        unit=words.balance_unit(funds),
        draw=partial(draw.draw_balance, funds),
    )
    if giving.has_kinds(funds):
        show(
            key="kinds",
            title=view.tr("funds.kinds_title"),
            unit=words.period_and_unit(funds),
            draw=partial(giving.draw_kinds, funds),
        )
    elif has_balances:
        show(
            key="idle",
            title=view.tr("funds.idle_title"),
            unit=words.idle_unit(funds),
            draw=partial(draw.draw_idle, funds),
        )
        show(
            key="bars",
            title=view.tr("funds.bars_title"),
            unit=words.period_and_unit(funds),
            draw=partial(draw.draw_bars, funds),
        )
show(
    key="months",
    title=by_month.title(funds),
    unit=by_month.unit(funds),
    draw=partial(by_month.draw_months, funds),
)
if giving.has_published(funds):
    show(
        key="published",
        title=view.tr("funds.published_title"),
        unit=giving.published_unit(funds),
        draw=partial(giving.draw_published, funds),
    )
if goods.has_goods(funds):
    show(
        key="goods",
        title=view.tr("funds.goods_title"),
        unit=goods.unit(funds),
        draw=partial(goods.draw_goods, funds),
    )
show(
    key="entries",
    title=view.tr("funds.entries_title"),
    unit=words.period(funds),
    draw=partial(draw.draw_entries, funds),
)
