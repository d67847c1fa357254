"""The money of one community: its own funds with what came and went, and the entries of any fund that serve it.

Invariant: a balance stands only where the ledger states what came in; entries of a year only are no day's.
"""

from dataclasses import dataclass

from cockpit import queries
from cockpit.context import View
from cockpit.funds.money import year_before
from cockpit.queries import Asked, shared
from config.money import Kinds, kinds
from geo import money as ledger
from geo.map_queries import Area
from geo.money import FUNDS, Book, EntryPage, EntryQuery, Position, Scope

ENTRY_ROWS = 5


@dataclass(frozen=True, slots=True)
class Money:
    """What is known of the community's money: its funds, the entries of the period that serve it, all its books."""

    funds: tuple[Position, ...]
    entries: EntryPage
    books: tuple[Book, ...]

    @property
    def others(self) -> tuple[Book, ...]:
        """The books without balances (grants, orders) that hold entries of the community."""
        return tuple(book for book in self.books if book.code != FUNDS and book.entries)


def money_of(view: View, area: Area) -> Money:
    """The money of the page's period; raises StoreUnavailable."""
    scope = Scope(FUNDS, view.filters.start, view.filters.end, view.now.date(), area.area_id)
    return _money(view.asked, scope=scope, words=kinds())


@shared
def _money(asked: Asked, *, scope: Scope, words: Kinds) -> Money:
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        return Money(
            funds=ledger.positions(
                connection,
                scope,
                year_start=year_before(scope.end),
                self_generated=words.self_generated,
                overhead=words.overhead,
            ),
            entries=ledger.entries(connection, scope, EntryQuery(rows=ENTRY_ROWS)),
            books=ledger.books(connection, today=scope.today, area_id=scope.area_id),
        )
