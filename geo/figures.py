"""Figures counted in the store: marks (one row a case) rolled up by area and window.

Invariant: a figure, its trend and the rows behind it come from the same marks, so they cannot disagree; rates
leave as numerators and denominators, and nobody averages them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection
from sqlalchemy import text as sql_text

from geo import kept, quantiles
from geo.families import composed, counts_until, definitions
from geo.quantiles import Quantile
from geo.store import rows
from geo.viewer import SITE
from geo.windows import Bucket, Window, buckets

LEVELS = (SITE, "street", "community", "grid", "microgrid")
STAGES = ("accept", "dispatch", "arrival", "handle", "follow_up")
SHARES = (0.5, 0.9)
FEW_AREAS = 8
"""Of so many versions of communities only their own cases are read."""
_NOTHING: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class NamedArea:
    """An area of a level by its code; `area_ids` are all its versions. `area_id` and `code` are None for the site."""

    level: str
    code: str | None
    name: str
    area_id: int | None
    area_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AreaDays:
    """From when (None: ever) to when (the day after the last; None: on) there is an area, whatever its versions."""

    level: str
    code: str
    name: str
    first_on: date | None
    end_on: date | None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: every area of `level`; only the area `within_id` (any version of it) and all below it; only
    the category of that code; only the categories of a `response_class` (urgent, general, dispute).

    `by_type`: all areas of one type of community together, instead of each; those without a type are left out.
    """

    level: str
    within_id: int | None = None
    category: str | None = None
    response_class: str | None = None
    by_type: bool = False

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(f"unknown level {self.level!r} (known: {', '.join(LEVELS)})")
        if self.level == SITE and self.within_id is not None:
            raise ValueError("level site is the whole: it cannot be limited to an area")

    @property
    def is_filtered(self) -> bool:
        """Whether cases are left out, or areas put together: of that nothing is frozen."""
        return bool(self.category or self.response_class or self.by_type)

    @property
    def kept_as(self) -> str | None:
        """The level under which the store keeps what is asked (geo.kept.LEVELS); None: it is counted when asked."""
        if self.category or self.response_class:
            return None
        if self.by_type:
            return kept.TYPES.get(self.level) if self.within_id is None else None
        return self.level if self.level in kept.LEVELS else None


@dataclass(frozen=True, slots=True)
class Tally:
    """What one family of marks counts in one area and window; no cases give zeros, not an absence.

    `n` are the cases in the denominator; numerator and denominator are cases too, or seconds where times are added up.
    `quantiles` are those of the durations (whole seconds) at the shares asked for.
    """

    family: str
    area: NamedArea
    window: Window
    numerator: int
    denominator: int
    n: int
    quantiles: tuple[Quantile, ...]
    excluded: Mapping[str, int]
    open_s: int | None = field(default=None, compare=False)
    """The shortest time that a case which has not come to its end is counted up to; None where none is, or if kept."""


@dataclass(frozen=True, slots=True)
class SourceMoment:
    """E of one source of incidents in one window, and whether a load of it covers a day of [start, E)."""

    window: Window
    source_id: int
    source_code: str
    stages: frozenset[str]
    is_date_only: bool
    is_simulated: bool
    moment: datetime
    is_covered: bool


@dataclass(frozen=True, slots=True)
class StageDuration:
    """How long one stage took in one area: n durations, median and 90th percentile in seconds (None without any)."""

    area: NamedArea
    stage: str
    n: int
    p50_s: int | None
    p90_s: int | None
    excluded: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Curve:
    """The durations of one area as a cumulative count: `cases[i]` of `n` took at most `seconds[i]` seconds.

    Durations above the cap are in `n` only.
    """

    area: NamedArea
    n: int
    seconds: tuple[int, ...]
    cases: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Category:
    """One category of incidents."""

    category_id: int
    code: str
    name_zh: str
    name_en: str


def areas(connection: Connection, *, question: Question, window: Window) -> tuple[NamedArea, ...]:
    """The areas of the question's level valid on a day of the window, by code; the whole as one area at level site.

    An area viewer gets the own areas and what nests in them, and no site: its whole would silently be a part.
    """
    return _listed(connection, question, (window,))[0]


def _listed(connection: Connection, question: Question, windows: Sequence[Window]) -> tuple[tuple[NamedArea, ...], ...]:
    """The areas of each window."""
    if question.level == SITE:
        whole = (NamedArea(SITE, None, "", None, ()),) if _sees_all(connection) else ()
        return (whole,) * len(windows)
    found = rows(
        connection,
        "kpi/areas",
        level=question.level,
        from_on=[window.start for window in windows],
        to_on=[window.end for window in windows],
        within_id=question.within_id,
    )
    listed: list[list[NamedArea]] = [[] for _ in windows]
    for row in found:
        area = NamedArea(question.level, row["code"], row["name"], row["area_id"], tuple(row["area_ids"]))
        listed[row["window_no"] - 1].append(area)
    if question.by_type:
        return tuple(_types(connection, question.level, areas_of_window) for areas_of_window in listed)
    return tuple(tuple(areas_of_window) for areas_of_window in listed)


def _types(connection: Connection, level: str, listed: Iterable[NamedArea]) -> tuple[NamedArea, ...]:
    """The same areas, those of one type as one under the type's code, without a name."""
    ids = [area.area_id for area in listed]
    return tuple(
        NamedArea(level, row["community_type"], "", None, tuple(row["area_ids"]))
        for row in rows(connection, "kpi/area_types", level=level, area_ids=ids)
    )


def _sees_all(connection: Connection) -> bool:
    return bool(rows(connection, "view/viewer_level")[0]["level"] == SITE)


def areas_named(connection: Connection, code: str, *, level: str | None = None) -> tuple[NamedArea, ...]:
    """The areas that bear `code`, one a level, highest level first; empty when there is none."""
    return tuple(
        NamedArea(row["level"], row["code"], row["name"], row["area_ids"][-1], tuple(row["area_ids"]))
        for row in rows(connection, "kpi/area_named", code=code, level=level)
    )


def area_days(connection: Connection, *, level: str, code: str) -> AreaDays | None:
    """When there is an area of that level and code; None where there never is one."""
    return next((AreaDays(**row) for row in rows(connection, "kpi/area_days", level=level, code=code)), None)


def covered_days(connection: Connection) -> tuple[date, date] | None:
    """The first and the last day that a source of incidents covers; None where none does."""
    row = rows(connection, "kpi/covered_days")[0]
    return (row["first_on"], row["last_on"]) if row["first_on"] else None


def data_version(connection: Connection) -> int:
    """The data version that this transaction sees; read it before the figures, so that they are never older than it."""
    return int(rows(connection, "view/data_version")[0]["version"])


def categories(connection: Connection) -> tuple[Category, ...]:
    """All categories of incidents, by code."""
    return tuple(Category(**row) for row in rows(connection, "kpi/categories"))


def source_moments(connection: Connection, *, windows: Sequence[Window]) -> tuple[SourceMoment, ...]:
    """E and coverage of every source of incidents in every window."""
    found = rows(connection, "kpi/coverage", **_window_params(windows), zone=_zone(windows))
    return tuple(
        SourceMoment(
            window=windows[row["window_no"] - 1],
            source_id=row["source_id"],
            source_code=row["source_code"],
            stages=frozenset(row["stages"]),
            is_date_only=row["time_precision"] == "day",
            is_simulated=row["is_simulated"],
            moment=row["moment"],
            is_covered=row["is_covered"],
        )
        for row in found
    )


def households(connection: Connection, counted: Iterable[Tally]) -> dict[int | None, int]:
    """The households of the areas (of one level) of these tallies by version, None for the whole; if known."""
    levels = {tally.area.area_id: tally.area.level for tally in counted}
    if not levels:
        return {}
    ids = sorted(area_id for area_id in levels if area_id is not None)
    found = rows(connection, "kpi/households", level=next(iter(levels.values())), area_ids=ids) if ids else []
    told: dict[int | None, int] = {row["area_id"]: row["households"] for row in found}
    if None in levels and (whole := rows(connection, "kpi/households_site")[0]["households"]):
        told[None] = whole
    return told


def tallies(
    connection: Connection,
    *,
    question: Question,
    families: Iterable[str],
    windows: Sequence[Window],
    shares: Sequence[float] = SHARES,
) -> tuple[Tally, ...]:
    """One tally a window, area and family (in this order): all areas of the level, also those without cases.

    `families` are names below geo/sql/kpi/counts or spans. What the store keeps of closed months (geo.kept) is not
    counted again; all other windows and families share one scan of the cases.
    """
    wanted = tuple(dict.fromkeys(families))
    listed = _listed(connection, question, windows)
    found = _kept(connection, _Marks(question, wanted, windows, listed), shares)
    for numbers, names in _left_out(found, wanted, listed):
        counted = count(
            connection,
            question=question,
            families=names,
            windows=[windows[number] for number in numbers],
            listed=[listed[number] for number in numbers],
            shares=shares,
        )
        keys = [(number, area.code, name) for number in numbers for area in listed[number] for name in names]
        found.update(zip(keys, counted, strict=True))
    return tuple(
        found[number, area.code, family] for number, places in enumerate(listed) for area in places for family in wanted
    )


Found = dict[tuple[int, str | None, str], Tally]
"""By number of the window, code of the area and family."""


def _kept(connection: Connection, marks: "_Marks", shares: Sequence[float]) -> Found:
    """What the store keeps of it: closed months without a filter of cases."""
    question, listed = marks.question, marks.listed
    months = {number: window for number, window in enumerate(marks.windows) if window.is_month}
    level = question.kept_as
    if not months or level is None or not set(shares) <= set(kept.SHARES):
        return {}
    told = kept.families(
        connection,
        windows=tuple(months.values()),
        level=level,
        codes={area.code or "" for number in months for area in listed[number]},
        definitions=definitions(connection, marks.families),
    )
    places = [kept.SHARES.index(share) for share in shares]
    return {
        (number, area.code, family): _told(record, family, area, window, places)
        for place, (number, window) in enumerate(months.items(), start=1)
        for area in listed[number]
        for family, record in told.get((place, area.code or ""), {}).items()
    }


def _told(record: kept.Record, family: str, area: NamedArea, window: Window, places: Sequence[int]) -> Tally:
    numerator, denominator, n, points, excluded = record
    told = tuple([Quantile(*points[place]) for place in places]) if points else (quantiles.NONE,) * len(places)
    return Tally(family, area, window, numerator, denominator, n, told, excluded)


def _left_out(
    found: Found, families: Sequence[str], listed: Sequence[Sequence[NamedArea]]
) -> list[tuple[list[int], tuple[str, ...]]]:
    """What has to be counted: windows (by number) that lack the same families, and these."""
    lacking: dict[tuple[str, ...], list[int]] = {}
    for number, places in enumerate(listed):
        names = tuple(name for name in families if any((number, area.code, name) not in found for area in places))
        if names:
            lacking.setdefault(names, []).append(number)
    return [(numbers, names) for names, numbers in lacking.items()]


def count(
    connection: Connection,
    *,
    question: Question,
    families: Sequence[str],
    windows: Sequence[Window],
    listed: Sequence[Sequence[NamedArea]] | None = None,
    shares: Sequence[float] = SHARES,
) -> tuple[Tally, ...]:
    """The same as `tallies`, counted from the cases whatever is kept; `listed`: the areas of each window."""
    listed = _listed(connection, question, windows) if listed is None else listed
    marks = _Marks(question, families, windows, listed)
    return _rolled_up(marks, _run(connection, "kpi/rollup", marks, until=_until(families)), shares)


def count_levels(
    connection: Connection, *, levels: Sequence[str], families: Sequence[str], window: Window
) -> dict[str, tuple[Tally, ...]]:
    """What `count` gives for every area of several levels (down to the grid), from one scan of the cases.

    By level; for a level of kept.TYPES under the name of its types too, what it gives `by_type`.
    """
    listed = {level: areas(connection, question=Question(level), window=window) for level in levels}
    whole = _Marks(Question(SITE), families, (window,), [[area for places in listed.values() for area in places]])
    found = _run(connection, "kpi/rollup_levels", whole, until=_until(families))
    level_of = {
        area_id: level for level, places in listed.items() for area in places for area_id in area.area_ids or (0,)
    }
    by_level: dict[str, list[dict[str, Any]]] = {level: [] for level in levels}
    for row in found:
        by_level[level_of[row["area_id"]]].append(row)

    def told(level: str, places: Sequence[NamedArea]) -> tuple[Tally, ...]:
        marks = _Marks(Question(level), families, (window,), [places])
        return _rolled_up(marks, (row for row in by_level[level] if row["area_id"] in marks.codes), SHARES)

    return {level: told(level, places) for level, places in listed.items()} | {
        name: told(level, _types(connection, level, listed[level]))
        for level, name in kept.TYPES.items()
        if level in listed
    }


def _until(families: Iterable[str]) -> list[str]:
    return [name for name in families if counts_until(name)]


def _rolled_up(marks: "_Marks", rolled: Iterable[dict[str, Any]], shares: Sequence[float]) -> tuple[Tally, ...]:
    """The rows of a roll-up as tallies: all versions of an area together, areas without rows too."""
    found: dict[tuple[int, str, str], list[dict[str, Any]]] = {}
    for row in rolled:
        found.setdefault((row["window_no"], marks.codes[row["area_id"]], row["family"]), []).append(row)
    return tuple(
        _tally(found.get((number, area.code or "", family), ()), family, area, window, shares)
        for number, (window, places) in enumerate(zip(marks.windows, marks.listed, strict=True), start=1)
        for area in places
        for family in marks.families
    )


def _tally(
    found: Sequence[Mapping[str, Any]], family: str, area: NamedArea, window: Window, shares: Sequence[float]
) -> Tally:
    """The rows of all versions of an area together."""
    excluded: Counter[str] = Counter()
    for row in found:
        if row["excluded"] is not None:
            excluded[row["excluded"]] += row["cases"]
    counting = [row for row in found if row["excluded"] is None]
    durations = quantiles.whole_seconds([row["durations"] for row in counting])
    open_s: int | None = None
    if counts_until(family):
        ended = quantiles.whole_seconds([row["ended"] for row in counting])
        points = quantiles.kaplan_meier(ended, durations, shares)
        open_s = quantiles.shortest_open(ended, durations)
    else:
        points = quantiles.nearest_rank(durations, shares)
    numerator, denominator, n = (sum(row[name] or 0 for row in counting) for name in ("numerator", "denominator", "n"))
    return Tally(family, area, window, numerator, denominator, n, points, dict(excluded), open_s)


def series(
    connection: Connection, *, question: Question, families: Iterable[str], window: Window, by: Bucket
) -> tuple[Tally, ...]:
    """The tallies of every bucket of the window, each as it stood at the end of its bucket (or at the clock)."""
    return tallies(connection, question=question, families=families, windows=buckets(window, by=by))


def stage_durations(connection: Connection, *, question: Question, window: Window) -> tuple[StageDuration, ...]:
    """One row an area and stage, stages in the order of the work: accept (from the report), dispatch, arrival,
    handle (from arrival to close), follow_up (from close). Medians of stages do not add up to that of the whole.
    """
    found = tallies(connection, question=question, families=STAGES, windows=(window,))
    return tuple(
        StageDuration(
            area=tally.area,
            stage=tally.family,
            n=tally.n,
            p50_s=tally.quantiles[0].value_s,
            p90_s=tally.quantiles[1].value_s,
            excluded=tally.excluded,
        )
        for tally in found
    )


def within_curve(
    connection: Connection, *, question: Question, window: Window, span: str, cap_s: int
) -> tuple[Curve, ...]:
    """How many durations of `span` ended within each second up to `cap_s`: one curve an area, areas without any too."""
    listed = [areas(connection, question=question, window=window)]
    steps: dict[str, list[tuple[int, int]]] = {area.code or "": [] for area in listed[0]}
    marks = _Marks(question, (span,), (window,), listed)
    for row in sorted(_run(connection, "kpi/curve", marks, cap_s=cap_s + 1), key=itemgetter("duration_s")):
        steps[marks.codes[row["area_id"]]].append((row["duration_s"], row["cases"]))
    return tuple(_curve(area, steps[area.code or ""], cap_s) for area in listed[0])


def _curve(area: NamedArea, steps: Iterable[tuple[int, int]], cap_s: int) -> Curve:
    seconds: list[int] = []
    cumulative: list[int] = []
    n = 0
    for second, cases in steps:
        n += cases
        if second <= cap_s:
            seconds.append(second)
            cumulative.append(n)
    return Curve(area, n, tuple(seconds), tuple(cumulative))


@dataclass(frozen=True)
class _Marks:
    """The marks that a query rolls up: of which families, windows and areas (`listed`: the areas of each window)."""

    question: Question
    families: Sequence[str]
    windows: Sequence[Window]
    listed: Sequence[Sequence[NamedArea]]

    @cached_property
    def codes(self) -> dict[int, str]:
        """The code under which each area version is counted; the whole is version 0 under ''."""
        places = (area for areas_of_window in self.listed for area in areas_of_window)
        return {area_id: area.code or "" for area in places for area_id in area.area_ids or (0,)}


def _run(connection: Connection, tail: str, marks: _Marks, **params: object) -> list[dict[str, Any]]:
    """The rows of the query `tail` over the marks; no area listed, no rows."""
    codes = marks.codes
    if not codes:
        return []
    bound = {
        **params,
        **cases_params(marks.question, marks.windows),
        "area_ids": list(codes),
    }
    is_narrow = marks.question.level == "community" and len(codes) <= FEW_AREAS
    if is_narrow:
        bound |= {"community_ids": list(codes), "reported_from": None, "reported_to": None}
    text = composed(tail, marks.families, marks.question.level, is_narrow=is_narrow)
    return [dict(row) for row in connection.execute(sql_text(text), bound).mappings()]


def cases_params(question: Question, windows: Sequence[Window]) -> dict[str, Any]:
    """What `cases` binds, but for the areas."""
    return {
        **_window_params(windows),
        "zone": _zone(windows),
        "category": question.category,
        "response_class": question.response_class,
    }


def _window_params(windows: Sequence[Window]) -> dict[str, list[datetime]]:
    return {"starts": [window.starts for window in windows], "ends": [window.ends for window in windows]}


def _zone(windows: Sequence[Window]) -> str:
    return windows[0].zone.key
