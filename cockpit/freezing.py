"""Freezing a month: its figures as they are now, kept for good, and compared with what counting gives later.

Invariant: a month is frozen once, when it is over, as the whole site's reader gets it; later data never changes it, but
shows as the difference between the frozen figure and that of now.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cockpit.figures import figures_in
from cockpit.frozen_figures import as_frozen
from config.indicators import Indicator, indicators
from config.site import site
from geo import families, frozen, published
from geo import figures as counted
from geo.audit import audit
from geo.figures import Question
from geo.frozen import Circumstances, FrozenFigure, FrozenMonth
from geo.store import Store, Transaction
from geo.viewer import OPERATOR, SITE, Clock, Viewer
from geo.windows import Window, buckets

LEVELS = (SITE, "street", "community", "grid")


class NotAllowedError(PermissionError):
    """The database knows no right of the viewer to freeze a month."""


class NotClosedError(ValueError):
    """A month that is not over (`is_over`), or has no incidents, cannot be frozen; `months` are those that can."""

    def __init__(self, month: date, months: Sequence[date], *, is_over: bool) -> None:
        super().__init__(f"{month:%Y-%m}")
        self.month, self.months, self.is_over = month, tuple(months), is_over


class AlreadyFrozenError(ValueError):
    """A month is frozen once; `frozen` is how it stands."""

    def __init__(self, month: FrozenMonth) -> None:
        super().__init__(f"{month.month:%Y-%m}")
        self.frozen = month


class BrokenChainError(RuntimeError):
    """Nothing is frozen after months that were altered; `month` is the first of them."""

    def __init__(self, month: date) -> None:
        super().__init__(f"{month:%Y-%m}")
        self.month = month


class NotFrozenError(LookupError):
    """Nobody froze the month; `months` are those that are frozen."""

    def __init__(self, month: date, months: Sequence[date]) -> None:
        super().__init__(f"{month:%Y-%m}")
        self.month, self.months = month, tuple(months)


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that is not what was frozen; `now` None: the area or the indicator is gone."""

    frozen: FrozenFigure
    now: FrozenFigure | None

    @property
    def difference(self) -> float | None:
        """Value now minus the frozen one, in the unit of the figure; None where either has none."""
        values = self.frozen.value, self.now.value if self.now else None
        return None if values[0] is None or values[1] is None else values[1] - values[0]

    def record(self) -> dict[str, Any]:
        """As JSON."""
        kept, now = self.frozen, self.now
        place = {"level": kept.level, "area": kept.code or None, "name": kept.name, "kpi": kept.kpi}
        return place | {"frozen": _said(kept), "now": _said(now) if now else None, "difference": self.difference}


@dataclass(frozen=True, slots=True)
class Verified:
    """A frozen month counted again at `at`; `broken_from` is the first month whose rows were altered, if any was.

    `unaccounted` is the first month of whose freezing the audit trail tells otherwise than its row does.
    """

    month: FrozenMonth
    at: datetime
    data_version: int
    broken_from: date | None
    unaccounted: date | None
    differences: tuple[Difference, ...]


def _said(figure: FrozenFigure) -> dict[str, Any]:
    names = ("value", "numerator", "denominator", "n", "low", "high", "note", "excluded", "definition")
    return {name: getattr(figure, name) for name in names}


def freeze(store: Store, clock: Clock, month: date, *, by: Viewer = OPERATOR) -> FrozenMonth:
    """Freezes the month's figures as they are now, `by` whom is written down with them.

    Raises NotAllowedError, NotClosedError, AlreadyFrozenError, BrokenChainError before anything is written,
    StoreUnavailable.
    """
    with store.reading(by, clock) as connection:
        if not frozen.may_freeze(connection):
            raise NotAllowedError(by.name)
    clock = Clock(clock.at.replace(second=0, microsecond=0))  # pages stand at their minute, and see it in this one
    with store.loading(OPERATOR, clock) as connection:
        published.take_turn(connection)
        window = _closed(connection, clock, month)
        earlier = {each.month: each for each in frozen.months(connection)}
        if month in earlier:
            raise AlreadyFrozenError(earlier[month])
        if altered := frozen.broken(connection):
            raise BrokenChainError(altered)
        held = _figures(connection, clock, window)
        told = Circumstances(
            month=month,
            frozen_at=clock.at,
            frozen_by=by.name,
            role=by.role,
            data_version=counted.data_version(connection),
            boundary_version=published.boundary_version(connection),
            calendar_version=families.calendar_version(connection),
            definitions={each.slug: _definition(each) for each in indicators()},
        )
        made = frozen.write(connection, told, held)
        detail = {"month": f"{month:%Y-%m}", "seq": made.seq, "figures": made.figures, "hash": made.chain_hash.hex()}
        audit(connection, viewer=by, action="freeze", target=f"month:{month:%Y-%m}", detail=detail)
    return made


def find(store: Store, viewer: Viewer, clock: Clock, month: date) -> FrozenMonth:
    """How the month was frozen; raises NotFrozenError, StoreUnavailable."""
    with store.reading(viewer, clock) as connection:
        return _frozen(connection, month)


def verify(store: Store, clock: Clock, month: date) -> Verified:
    """Counts the frozen month again and compares every figure; raises NotFrozenError, StoreUnavailable."""
    with store.loading(OPERATOR, clock) as connection:  # the chain holds months that an earlier clock does not see
        broken_from = frozen.broken(connection)
    with store.reading(OPERATOR, clock) as connection:
        return Verified(
            month=_frozen(connection, month),
            at=clock.at,
            data_version=counted.data_version(connection),
            broken_from=broken_from,
            unaccounted=frozen.unaccounted(connection),
            differences=differences(connection, clock, month),
        )


def differences(connection: Transaction, clock: Clock, month: date) -> tuple[Difference, ...]:
    """The figures of a frozen month that are not what was frozen, of the areas that the viewer sees.

    One row a figure, by level, code and slug; indicators that came later were not frozen and are not compared.
    """
    now = {figure.key: figure for figure in _figures(connection, clock, _window(month))}
    told = ((figure, now.get(figure.key)) for figure in frozen.figures(connection, month))
    return tuple(Difference(kept, new) for kept, new in told if new is None or new.told != kept.told)


def _frozen(connection: Transaction, month: date) -> FrozenMonth:
    known = {each.month: each for each in frozen.months(connection)}
    if month not in known:
        raise NotFrozenError(month, sorted(known))
    return known[month]


def _closed(connection: Transaction, clock: Clock, month: date) -> Window:
    closed = published.closed_months(published.standing(connection), at=clock.at, zone=site().zone)
    known = {window.start: window for window in closed}
    if month not in known:
        raise NotClosedError(month, tuple(known), is_over=_window(month).ends <= clock.at)
    return known[month]


def _window(month: date) -> Window:
    return buckets(Window(month, month.replace(year=month.year + 1), site().zone), by="month")[0]


def _figures(connection: Transaction, clock: Clock, month: Window) -> Iterable[FrozenFigure]:
    for level in LEVELS:
        for figure in figures_in(
            connection, clock, question=Question(level), windows=(month,), indicators=indicators()
        ):  # fmt: skip
            yield as_frozen(figure)


def _definition(indicator: Indicator) -> str:
    return f"{indicator.definition} {families.definition(indicator.marks)}"
