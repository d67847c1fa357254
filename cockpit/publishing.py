"""Publishing closed months: what they count is kept for whoever asks (geo.keeping), and the figures of every street and
community are published as the whole site's reader gets them.

Invariant: a published figure is the figure of `cockpit kpi`, made by the same code in the same state of the data; a
count of a private category leaves only as geo.small_cells allows.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cockpit.figures import Figure, figures_in
from config.indicators import indicators
from config.site import site
from geo import figures as counted
from geo import keeping, published, small_cells
from geo.audit import audit
from geo.figures import NamedArea, Question
from geo.published import LEVELS, Count, Standing
from geo.small_cells import Table
from geo.store import Store, Transaction
from geo.viewer import OPERATOR, Clock, Viewer
from geo.windows import Window

KEPT_MONTHS = 13
"""So many closed months are published without being asked for; older ones by `cockpit publish --all`. All are kept."""
WHOLE, OUTSIDE = "site", "outside"
Place = tuple[str, str]
"""Level and code; the whole is (site, ""), what lies outside the areas below one is (outside, its code)."""


class NotClosedError(ValueError):
    """A month that is not over, or that no incidents cover, cannot be published; `months` are those that can."""

    def __init__(self, month: date, months: Sequence[date]) -> None:
        super().__init__(f"{month:%Y-%m}")
        self.month, self.months = month, tuple(months)


def due(store: Store, clock: Clock) -> tuple[date, ...]:
    """The months that publish() would count now, the newest first; cheap. Raises StoreUnavailable."""
    clock = _minute(clock)
    with store.loading(OPERATOR, clock) as connection:
        found = published.standing(connection)
        wanted = {*_wanted(connection, clock, found), *_stale(connection, clock, found)}
    return tuple(sorted((month.start for month in wanted), reverse=True))


def publish(
    store: Store,
    clock: Clock,
    *,
    months: Sequence[date] | None = None,
    newest: int | None = None,
    by: Viewer = OPERATOR,
) -> tuple[date, ...]:
    """Counts the months anew that are due (the `newest` of them), or those named; returns them, the newest first.

    One transaction a month, in which `by` is written down as who published it. Raises NotClosedError before anything is
    written, StoreUnavailable.
    """
    clock = _minute(clock)
    wanted = due(store, clock)[:newest] if months is None else _named(store, clock, months)
    done = []
    for month in wanted:
        with store.loading(OPERATOR, clock) as connection:
            published.take_turn(connection)
            if _renew(connection, clock, month, is_named=months is not None, by=by):
                done.append(month)
    return tuple(done)


def _renew(connection: Transaction, clock: Clock, month: date, *, is_named: bool, by: Viewer) -> bool:
    """Counts what of the month is (still) due; whether that was anything."""
    found = published.standing(connection)
    known = {window.start: window for window in _closed(found, clock)}
    stale, wanted = (
        is_named or month in {window.start for window in windows}
        for windows in (_stale(connection, clock, found), _wanted(connection, clock, found))
    )
    if stale:
        stale = keeping.keep(connection, clock, known[month])
    if wanted:
        _publish(connection, clock, found, known[month], by=by)
    return stale or wanted


def all_months(store: Store, clock: Clock) -> tuple[date, ...]:
    """Every closed month that incidents cover, the newest first; raises StoreUnavailable."""
    with store.loading(OPERATOR, _minute(clock)) as connection:
        return tuple(window.start for window in _closed(published.standing(connection), clock))


def _minute(clock: Clock) -> Clock:
    """As pages take their moment: cut to the minute, so that what is published is seen at once."""
    return Clock(clock.at.replace(second=0, microsecond=0))


def _closed(found: Standing, clock: Clock) -> tuple[Window, ...]:
    return published.closed_months(found, at=clock.at, zone=site().zone)


def _definitions() -> tuple[str, ...]:
    return tuple(f"{each.slug} {each.definition}" for each in indicators())


def _wanted(connection: Transaction, clock: Clock, found: Standing) -> tuple[Window, ...]:
    return published.due(connection, _closed(found, clock)[:KEPT_MONTHS], definitions=_definitions())


def _stale(connection: Transaction, clock: Clock, found: Standing) -> tuple[Window, ...]:
    return keeping.due(connection, _closed(found, clock))


def _named(store: Store, clock: Clock, months: Sequence[date]) -> tuple[date, ...]:
    known = all_months(store, clock)
    for month in months:
        if month not in known:
            raise NotClosedError(month, known)
    return tuple(months)


# ---------------------------------------------------------------- one month


@dataclass(frozen=True, slots=True)
class _Areas:
    """The areas of a level in a month, with the street above each and its households by area version."""

    level: str
    areas: tuple[NamedArea, ...]
    facts: Mapping[int, tuple[str | None, int | None]]

    def above(self, area: NamedArea) -> str | None:
        return self.facts[area.area_id or 0][0]

    def records(self) -> Iterable[dict[str, Any]]:
        for area in self.areas:
            parent, households = self.facts[area.area_id or 0]
            place = {"level": self.level, "code": area.code, "name": area.name}
            yield {**place, "parent_code": parent if self.level != "street" else None, "households": households}


def _publish(connection: Transaction, clock: Clock, found: Standing, month: Window, *, by: Viewer) -> None:
    levels = [_areas(connection, level, month) for level in LEVELS]
    figures = [
        _record(figure)
        for level in LEVELS
        for figure in figures_in(connection, clock, question=Question(level), windows=(month,), indicators=indicators())
    ]
    published.write(
        connection,
        month=month,
        found=found,
        definitions=_definitions(),
        areas=[record for each in levels for record in each.records()],
        figures=figures,
        told=list(_told(published.counts(connection, month=month), *levels)),
    )
    detail = {"month": f"{month.start:%Y-%m}", "data_version": found.data_version}
    audit(connection, viewer=by, action="publish", target=f"month:{month.start:%Y-%m}", detail=detail)


def _areas(connection: Transaction, level: str, month: Window) -> _Areas:
    areas = counted.areas(connection, question=Question(level), window=month)
    ids = [area.area_id for area in areas if area.area_id is not None]
    return _Areas(level, areas, published.area_facts(connection, level=level, area_ids=ids))


def _record(figure: Figure) -> dict[str, Any]:
    return {
        "level": figure.level,
        "code": figure.area,
        "name": figure.name,
        "kpi": figure.indicator.slug,
        "value": figure.value,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "n": figure.n,
        "quantile_s": figure.value if figure.indicator.unit == "s" else None,
        "excluded": dict(figure.excluded),
        "note": figure.note,
        "as_of": figure.moment.isoformat(),
        "definition": figure.indicator.definition,
    }


# ---------------------------------------------------------------- counts by category


def _told(counts: Sequence[Count], streets: _Areas, communities: _Areas) -> Iterable[dict[str, Any]]:
    """What may be told of every area and category: counts, and None for those that are merged."""
    categories = sorted({count.category for count in counts})
    private = {categories.index(count.category) for count in counts if count.is_private}
    by_place = _by_place(counts, categories, streets, communities)
    hidden = small_cells.merged(_tables(by_place, communities), private=private)
    for each in (streets, communities):
        for area in each.areas:
            place = (each.level, area.code or "")
            shown = small_cells.told(by_place[place], hidden.get(place, frozenset()))
            for category, n in zip(categories, shown, strict=True):
                if n != 0:
                    yield {"level": place[0], "code": place[1], "category": category, "n": n}


def _by_place(
    counts: Sequence[Count], categories: Sequence[str], streets: _Areas, communities: _Areas
) -> dict[Place, list[int]]:
    codes = {
        (each.level, area_id): area.code or ""
        for each in (streets, communities)
        for area in each.areas
        for area_id in area.area_ids
    }
    by_place = {(level, code): [0] * len(categories) for (level, _), code in codes.items()}
    by_place[WHOLE, ""] = [0] * len(categories)
    for count in counts:
        column = categories.index(count.category)
        by_place[WHOLE, ""][column] += count.n
        for level, area_id in (("street", count.street_id), ("community", count.community_id)):
            code = codes.get((level, area_id or 0))
            if code is not None:
                by_place[level, code][column] += count.n
    return by_place


def _tables(by_place: Mapping[Place, Sequence[int]], communities: _Areas) -> list[Table]:
    """The whole, its streets, the communities of each street; with what lies outside them as a row of its own."""
    streets = [place for place in by_place if place[0] == "street"]
    below: dict[Place, list[Place]] = {(WHOLE, ""): streets} if streets else {}
    for area in communities.areas:
        parent = ("street", communities.above(area) or "")
        parent = parent if parent in by_place else (WHOLE, "")
        if parent != (WHOLE, "") or not streets:
            below.setdefault(parent, []).append(("community", area.code or ""))
    tables = [Table(None, {(WHOLE, ""): by_place[WHOLE, ""]})]
    return tables + [_table(parent, places, by_place) for parent, places in below.items()]


def _table(parent: Place, places: Sequence[Place], by_place: Mapping[Place, Sequence[int]]) -> Table:
    rows: dict[Hashable, Sequence[int]] = {place: by_place[place] for place in places}
    rest = [n - sum(column) for n, *column in zip(by_place[parent], *rows.values(), strict=True)]
    if min(rest, default=0) >= 0 and sum(rest) > 0:
        rows[OUTSIDE, parent[1]] = rest
    return Table(parent, rows)
