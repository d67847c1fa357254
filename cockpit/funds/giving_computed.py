"""What the money page asks about gifts: by kind of giver, repeats, the publisher's totals, goods.

Invariant: every query carries `view.asked`; the publisher's totals and goods belong to no area and no fund, so they are
asked for only where the page is narrowed to neither.
"""

from cockpit import queries
from cockpit.funds.computed import FundsView
from cockpit.queries import Asked
from geo import giving
from geo.giving import Goods, PublishedDay, Received, Repeats
from geo.money import FUNDS, Scope

GOODS_ROWS = 12


@queries.shared
def _received(asked: Asked, *, scope: Scope) -> tuple[Received, ...]:
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        return giving.received(connection, scope)


@queries.shared
def _repeats(asked: Asked, *, scope: Scope) -> Repeats:
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        return giving.repeats(connection, scope)


@queries.shared
def _published(asked: Asked, *, scope: Scope) -> tuple[PublishedDay, ...]:
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        return giving.published(connection, scope)


@queries.shared
def _goods(asked: Asked, *, scope: Scope, rows: int | None) -> Goods:
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        return giving.goods(connection, scope, rows=rows)


def received(funds: FundsView) -> tuple[Received, ...]:
    """Income of the scope by kind of source, then all of it; raises StoreUnavailable."""
    return _received(funds.view.asked, scope=funds.scope)


def repeats(funds: FundsView) -> Repeats:
    """What was published twice in the scope; raises StoreUnavailable."""
    return _repeats(funds.view.asked, scope=funds.scope)


def is_whole(funds: FundsView) -> bool:
    """Whether the page shows the book of funds of the whole site, narrowed to no area and no fund."""
    is_site = funds.scope.area_id is None and not funds.view.is_limited
    return funds.scope.book == FUNDS and is_site and funds.fund is None


def published(funds: FundsView) -> tuple[PublishedDay, ...]:
    """The publisher's totals of the window; raises StoreUnavailable."""
    return _published(funds.view.asked, scope=funds.scope) if is_whole(funds) else ()


def goods(funds: FundsView) -> Goods:
    """The goods of the window, the first items of them unless the URL asks for all; raises StoreUnavailable."""
    rows = None if funds.view.option("goods", ("", "all")) else GOODS_ROWS
    return _goods(funds.view.asked, scope=funds.scope, rows=rows) if is_whole(funds) else Goods((), 0, 0, 0, None)
