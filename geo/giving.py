"""What came in as gifts: by kind of giver, what was published twice, what the publisher totals, and goods.

Invariant: what was published twice counts once; a stated total and the stated value of goods enter no sum of money;
goods add up only with the same item, specification and unit.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection
from sqlalchemy import text as sql_text

from geo import sql
from geo.money import Scope, opened


@dataclass(frozen=True, slots=True)
class Received:
    """Income of one kind of source, or of all (`is_all`), in the site's currency; the median by the nearest rank."""

    code: str | None
    is_all: bool
    entries: int
    amount: Decimal
    median: Decimal
    largest: Decimal


@dataclass(frozen=True, slots=True)
class Repeats:
    """Entries that were published twice and count once: how many rows, and what they would have added."""

    entries: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PublishedDay:
    """What a publisher states of a day, beside what the entries add up to (`counted_*`), in the site's currency."""

    source: str
    through_on: date
    money_day: Decimal | None
    money_total: Decimal | None
    goods_day: Decimal | None
    goods_total: Decimal | None
    both_total: Decimal | None
    counted_day: Decimal
    counted_total: Decimal
    entries: int
    is_missing: bool


@dataclass(frozen=True, slots=True)
class GoodsItem:
    """An item in one unit and specification, as one publisher (`source`) lists it. `quantity` is counted in `unit`;
    `unknown` lots state none."""

    source: str
    direction: str
    item: str
    spec: str | None
    unit: str | None
    quantity: Decimal | None
    lots: int
    unknown: int
    recipients: int
    recipient: str | None
    stated_value: Decimal | None


@dataclass(frozen=True, slots=True)
class Goods:
    """The first items, how many there are in all, of how many lots (`undated`: without a day), and their stated
    value."""

    items: tuple[GoodsItem, ...]
    found: int
    lots: int
    undated: int
    valued: Decimal | None


def received(connection: Connection, scope: Scope) -> tuple[Received, ...]:
    """Income of the window by kind of source, the largest first, then all of it; empty without income."""
    return tuple(Received(**row) for row in opened(connection, "received", scope, {}))


def repeats(connection: Connection, scope: Scope) -> Repeats:
    """What was published twice in the window."""
    return Repeats(**opened(connection, "repeats", scope, {"is_repeat": True})[0])


def published(connection: Connection, scope: Scope) -> tuple[PublishedDay, ...]:
    """The days of the window of which a publisher states totals, by source and day; whatever the area and fund."""
    params = {"start": scope.start, "end": scope.end, "today": scope.today}
    found = connection.execute(sql_text(sql.text("money/published")), params).mappings()
    return tuple(PublishedDay(**row) for row in found)


def goods(connection: Connection, scope: Scope, *, rows: int | None) -> Goods:
    """The goods of the window and those without a day, handed out before received, most lots first."""
    params = {"start": scope.start, "end": scope.end, "today": scope.today, "rows": rows}
    found = [dict(row) for row in connection.execute(sql_text(sql.text("money/goods")), params).mappings()]
    if not found:
        return Goods((), 0, 0, 0, None)
    whole = {name: found[0][name] for name in ("found", "all_lots", "undated", "valued")}
    items = tuple(GoodsItem(**{key: value for key, value in row.items() if key not in whole}) for row in found)
    return Goods(items, whole["found"], whole["all_lots"], whole["undated"], whole["valued"])
