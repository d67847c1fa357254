"""Counting closed months for the store: every level, every family, with what says how long the result holds.

Invariant: a month is written as it was counted from one state of the data, or not at all; what would count otherwise at
another clock (open cases that count up to now) is left out until it holds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from geo import kept, sql
from geo.families import definitions
from geo.figures import Tally, count_levels
from geo.kept import Held, Place, Record, Stamps
from geo.store import Transaction
from geo.viewer import Clock
from geo.windows import Window


def families() -> tuple[str, ...]:
    """Every family of marks."""
    return tuple(sorted(sql.names("kpi/counts") | sql.names("kpi/spans")))


def due(connection: Transaction, months: Iterable[Window]) -> tuple[Window, ...]:
    """Those of the closed months that are not kept as they would be counted at the clock of the transaction."""
    return kept.due(connection, months, definitions=definitions(connection, families()))


def keep(connection: Transaction, clock: Clock, month: Window) -> bool:
    """Counts a closed month that is not changed by a load (geo.published.take_turn) and keeps it.

    False when a case changed meanwhile: then nothing is written. The transaction stands at `clock` and sees the site.
    """
    known = kept.touched(connection, month)
    by_level = count_levels(connection, levels=kept.LEVELS, families=families(), window=month)
    ages = _Ages(month, clock.at, kept.stamps(connection, month))
    places = _places(by_level, ages, loose=kept.loose(connection))
    kept.await_changes(connection)
    after = kept.touched(connection, month)
    if after.of_month != known.of_month:
        return False
    told = definitions(connection, families())
    held = ages.held(chain(*by_level.values()))
    kept.write(connection, month=month, held=held, known=after, definitions=told, places=places)
    return True


def _places(by_level: Mapping[str, Iterable[Tally]], ages: "_Ages", *, loose: frozenset[int]) -> list[Place]:
    found: dict[tuple[str, str], Place] = {}
    for level, tallies in by_level.items():
        for tally in tallies:
            code, ids = tally.area.code or "", tally.area.area_ids
            place = found.setdefault((level, code), Place(level, code, ids, not loose.isdisjoint(ids), {}))
            if ages.since(tally) is not None:
                place.families[tally.family] = _record(tally)
    return list(found.values())


def _record(tally: Tally) -> Record:
    points = (
        [tuple(each) for each in tally.quantiles] if any(each.value_s is not None for each in tally.quantiles) else []
    )
    return (tally.numerator, tally.denominator, tally.n, points, dict(tally.excluded))


@dataclass(frozen=True, slots=True)
class _Ages:
    """How long the tallies of a month stay what they are, as counted at `at`.

    Cases still open count up to now where a family says so, and grow older. A quantile stays once the youngest of them
    has passed it; where there is none because too few have ended, older ones do not make one.
    """

    month: Window
    at: datetime
    stamps: Stamps

    def held(self, tallies: Iterable[Tally]) -> Held:
        """Between which clocks all of them hold, but those that do not hold yet."""
        since, waiting = [self.month.ends, *filter(None, [self.stamps.last_at])], []
        for tally in tallies:
            moment = self.since(tally)
            if moment is None:
                waiting.append(self._passed_at(tally))
            else:
                since.append(moment)
        return Held(max(since), self.stamps.next_at, min((at for at in waiting if at > self.at), default=None))

    def since(self, tally: Tally) -> datetime | None:
        """From when on it is what it is now; None: it may still change as cases grow older."""
        known_until = self.stamps.known_until
        if tally.open_s is None:
            return self.month.ends
        if known_until is not None and known_until <= self.at:
            return max(self.month.ends, known_until)
        if tally.open_s < _longest_s(tally):
            return None
        return self.at if _is_open_ended(tally) else min(self.at, self._passed_at(tally))

    def _passed_at(self, tally: Tally) -> datetime:
        return self.month.ends + timedelta(seconds=_longest_s(tally))


def _longest_s(tally: Tally) -> int:
    return max((each.value_s or 0 for each in tally.quantiles), default=0)


def _is_open_ended(tally: Tally) -> bool:
    return any(each.value_s is None for each in tally.quantiles)
