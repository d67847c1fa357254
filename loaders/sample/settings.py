"""The tunables of the sample street (`config/sample.toml`, `categories.toml`, `services.toml`) as typed values.

Guards one invariant: a setting that is missing, unknown or contradicts another is refused before anything is drawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from config import reader

_FILE, _CATEGORIES, _SERVICES = "sample.toml", "categories.toml", "services.toml"
URGENT, GENERAL, DISPUTE = "urgent", "general", "dispute"
COMMUNITY_TYPES = ("old_town", "township", "business", "resettlement")
_SHARE_TOLERANCE = 1e-6

T = TypeVar("T")


@dataclass(frozen=True)
class PlanSettings:
    """Where the street lies (EPSG:4326), how large it is, and into how many areas it is cut."""

    street_code: str
    street_name: str
    lon: float
    lat: float
    area_km2: float
    grids: int
    microgrids: int
    drawing_seed: int
    centre_density: float
    lake_community: str
    lake_name: str
    river_name: str
    west_canal_name: str
    middle_canal_name: str
    parks: Mapping[str, int]


@dataclass(frozen=True)
class PeopleSettings:
    """Households of the whole street and, by type of community, their size and the age of the people."""

    households: int
    building_spacing_m: tuple[float, float]
    density: Mapping[str, float]
    persons: Mapping[str, float]
    share_60: Mapping[str, float]
    share_80_of_60: float
    share_alone_of_60: float
    lattice_turn_deg: float


@dataclass(frozen=True)
class Category:
    """One category of incidents as in `categories.toml`; `weight` is its share of reports, `due_hours` its limit."""

    code: str
    zh: str
    en: str
    kind: str
    private: bool
    due_hours: float
    agency: str
    weight: float
    limit: str = ""
    emergency: bool = False


@dataclass(frozen=True)
class Pattern:
    """When, where and by whom some categories are reported.

    `hours` 24 weights, `months` 12 weights, `types` weights by type of community (default 1), `worker` how willingly
    grid workers report them (relative), `bad_week` by how much they rise in the bad week, `office` whether only
    offices with office hours handle them.
    """

    name: str
    categories: tuple[str, ...]
    hours: tuple[float, ...]
    months: tuple[float, ...]
    types: Mapping[str, float]
    worker: float
    bad_week: float = 1.0
    office: bool = False


@dataclass(frozen=True)
class HotSpot:
    """A place that draws a share of some patterns' incidents; `spread_m` is how far they scatter around it."""

    name: str
    community: str
    patterns: tuple[str, ...]
    share: float
    spread_m: float


@dataclass(frozen=True)
class RhythmSettings:
    """Incidents a year and how days differ; the bad week begins on the given day of July in even years."""

    a_year: int
    months_back: int
    weekdays: tuple[float, ...]
    day_noise: float
    new_years: tuple[str, ...]
    new_year_days: int
    new_year_factor: float
    bad_week_day: int
    grid_worker_share: float
    channels: Mapping[str, float]


@dataclass(frozen=True)
class Delay:
    """A log-normal delay: half are shorter than `median_s`, `spread` is the standard deviation of its logarithm."""

    median_s: float
    spread: float


@dataclass(frozen=True)
class CourseSettings:
    """How cases run: delays of the stages, shares of what goes differently, how many are late at the clock."""

    urgent_accept: Delay
    urgent_register: Delay
    urgent_dispatch: Delay
    urgent_arrive: Delay
    urgent_close: Delay
    accept: Delay
    register: Delay
    dispatch: Delay
    check: Delay
    follow_up: Delay
    limit_used: Mapping[str, Delay]
    arrive_share: tuple[float, float]
    travel_by_type: Mapping[str, float]
    slow_hours: tuple[int, ...]
    slow_factor: float
    bad_week_factor: float
    opens_at: float
    closes_at: float
    very_late_share: float
    very_late_days: tuple[float, float]
    no_arrival_share: Mapping[str, float]
    duplicate_share: float
    void_share: float
    reopen_share: float
    suspend_share: float
    extend_share: float
    no_point_share: float
    follow_up_share: Mapping[str, float]
    overdue_now: tuple[int, int]
    due_soon_now: tuple[int, int]
    due_soon_s: float


@dataclass(frozen=True)
class LiveSettings:
    """The street as time goes by: minutes until its first emergency, and from each to the next; see `cockpit demo`."""

    first_minutes: float
    every_minutes: float


@dataclass(frozen=True)
class StaffSettings:
    """The posts of a grid: how many 其他 (from-to), the share of the others that falls vacant in a month, for how long.

    `vacant_days` is the median; vacancies of `months_back` months are drawn.
    """

    others: tuple[int, int]
    vacancies_a_month: float
    vacant_days: float
    months_back: int


@dataclass(frozen=True)
class ServiceKind:
    """One kind of service point as in `services.toml`."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class ServicePlan:
    """Points of a kind (`count`, or one in every community) and their capacity from-to (0: none)."""

    code: str
    count: int
    capacity: tuple[int, int]
    each_community: bool = False
    brands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flow:
    """Money that comes into or goes out of a fund again and again.

    `kind` income, expense, committed or transfer; `subject` the code of source or use; `months` the months of the
    year in which it happens; `amount` yuan from-to; `party` payer, payee or, for a transfer, the receiving fund.
    """

    kind: str
    subject: str
    party: str
    months: tuple[int, ...]
    amount: tuple[float, float]
    project: str = ""
    areas: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fund:
    """One fund: `area` is a community's short name or empty for the street, `asleep_months`: months
    between its last spending and the half-year of the clock."""

    code: str
    name: str
    kind: str
    opened_on: str
    purpose: str
    opening: float
    flows: tuple[Flow, ...]
    area: str = ""
    asleep_months: int = 0


@dataclass(frozen=True)
class SampleSettings:
    """Everything that shapes the sample street."""

    plan: PlanSettings
    people: PeopleSettings
    categories: tuple[Category, ...]
    patterns: tuple[Pattern, ...]
    hot_spots: tuple[HotSpot, ...]
    rhythm: RhythmSettings
    course: CourseSettings
    service_kinds: tuple[ServiceKind, ...]
    services: tuple[ServicePlan, ...]
    staff: StaffSettings
    live: LiveSettings
    funds: tuple[Fund, ...]


def _frozen(value: Any) -> Any:
    """Lists as tuples, so that settings can be neither changed nor confused with data."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _fill(kind: type[T], table: Mapping[str, Any], path: Path) -> T:
    return reader.fill(kind, {key: _frozen(value) for key, value in table.items()}, path)


def _course(table: Mapping[str, Any], path: Path) -> CourseSettings:
    """The course of cases; a table of median_s and spread is a delay."""

    def delay(value: Any) -> Any:
        if isinstance(value, dict) and value and all(isinstance(inner, dict) for inner in value.values()):
            return {key: _fill(Delay, inner, path) for key, inner in value.items()}
        return _fill(Delay, value, path) if isinstance(value, dict) and "median_s" in value else value

    return _fill(CourseSettings, {key: delay(value) for key, value in table.items()}, path)


def _fund(table: Mapping[str, Any], path: Path) -> Fund:
    flows = tuple(_fill(Flow, flow, path) for flow in table.get("flows", ()))
    return _fill(Fund, {**table, "flows": flows}, path)


def categories() -> tuple[Category, ...]:
    """The code list of incident categories in force; raises ConfigError for a bad file."""
    path = reader.find(_CATEGORIES)
    rows = reader.read(path).get("category", [])
    return tuple(_fill(Category, {"kind" if key == "class" else key: row[key] for key in row}, path) for row in rows)


def service_kinds() -> tuple[ServiceKind, ...]:
    """The code list of kinds of service points in force; raises ConfigError for a bad file."""
    path = reader.find(_SERVICES)
    return tuple(_fill(ServiceKind, row, path) for row in reader.read(path).get("service", []))


def sample_settings() -> SampleSettings:
    """The settings in force; raises config.reader.ConfigError with every fault of the file found at once."""
    path = reader.find(_FILE)
    table = reader.read(path)
    needed = ("plan", "people", "rhythm", "course", "pattern", "service", "staff", "fund", "live")
    missing = [key for key in needed if key not in table]
    if missing:
        raise reader.ConfigError(path, [f"missing table {key!r}" for key in missing])
    fill = partial(_fill, path=path)
    settings = SampleSettings(
        plan=fill(PlanSettings, table["plan"]),
        people=fill(PeopleSettings, table["people"]),
        categories=categories(),
        patterns=tuple(fill(Pattern, row) for row in table["pattern"]),
        hot_spots=tuple(fill(HotSpot, row) for row in table.get("hot_spot", [])),
        rhythm=fill(RhythmSettings, table["rhythm"]),
        course=_course(table["course"], path),
        service_kinds=service_kinds(),
        services=tuple(fill(ServicePlan, row) for row in table["service"]),
        staff=fill(StaffSettings, table["staff"]),
        live=fill(LiveSettings, table["live"]),
        funds=tuple(_fund(row, path) for row in table["fund"]),
    )
    faults = _contradictions(settings)
    if faults:
        raise reader.ConfigError(path, faults)
    return settings


def _contradictions(settings: SampleSettings) -> list[str]:
    """What the settings say about things that the code lists do not know, or say twice, or not at all."""
    known = {category.code for category in settings.categories}
    said = [code for pattern in settings.patterns for code in pattern.categories]
    faults = [f"pattern names unknown category {code!r}" for code in said if code not in known]
    faults += [f"category {code!r} must be in exactly one pattern" for code in sorted(known) if said.count(code) != 1]
    total = sum(category.weight for category in settings.categories)
    if abs(total - 1) > _SHARE_TOLERANCE:
        faults.append(f"the weights in {_CATEGORIES} add up to {total:.4f}, not to 1")
    kinds = {kind.code for kind in settings.service_kinds}
    planned = [plan.code for plan in settings.services]
    faults += [f"service {code!r} is no kind in {_SERVICES}" for code in planned if code not in kinds]
    names = {pattern.name for pattern in settings.patterns}
    faults += [
        f"hot spot {spot.name!r} names unknown pattern {name!r}"
        for spot in settings.hot_spots
        for name in spot.patterns
        if name not in names
    ]
    return faults
