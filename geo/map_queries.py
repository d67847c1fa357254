"""What maps and filters ask of the store: areas, outlines, basemap, heat, service points.

Invariant: every query runs as the viewer at the clock, so that the row scope of the store holds for pictures too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import shapely
from shapely import Geometry

from geo.shapes import shapes
from geo.store import Store, rows
from geo.viewer import Clock, Viewer

LEVELS = ("street", "community", "grid", "microgrid")
Box = tuple[float, float, float, float]
"""West, south, east, north in degrees (EPSG:4326)."""


@dataclass(frozen=True, slots=True)
class Area:
    """One area in force on the asked day; `parent_id` is its link upwards (None at the top).

    `community_type` (old_town, township, business, resettlement) is its own, None where its boundary tells none.
    """

    area_id: int
    level: str
    code: str
    name: str
    parent_id: int | None
    community_type: str | None = None


@dataclass(frozen=True, slots=True)
class Category:
    """One category of incidents; `response_class` is urgent (under the 10-minute promise), general or dispute."""

    code: str
    name_zh: str
    name_en: str
    response_class: str
    is_private: bool

    def name(self, lang: str) -> str:
        """The category's name in `zh` or `en`."""
        return self.name_en if lang == "en" else self.name_zh


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset that was loaded: when last, and whether any of its sources is simulated."""

    dataset: str
    loaded_at: datetime
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class ReportedSpan:
    """First and last day with a report (None: none at all), and whether the asked window has one."""

    first_on: date | None
    last_on: date | None
    has_any: bool


@dataclass(frozen=True, slots=True)
class Outline:
    """The shape of one area in EPSG:4326, with the point at which its name stands best (lon, lat)."""

    area_id: int
    level: str
    code: str
    name: str
    shape: Geometry
    label: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Feature:
    """One shape of the basemap in EPSG:4326; `width_m` is a road's width where it is known."""

    kind: str
    name: str | None
    width_m: float | None
    shape: Geometry


@dataclass(frozen=True, slots=True)
class MapLayer:
    """A division that does not nest in the levels, of `n` shapes; it can be laid over the map."""

    code: str
    name_zh: str
    name_en: str
    n: int

    def name(self, lang: str) -> str:
        """The layer's name in `zh` or `en`."""
        return self.name_en if lang == "en" else self.name_zh


@dataclass(frozen=True, slots=True)
class ServicePoint:
    """One service point at its representative point (lon, lat); the name is empty where its source gives none."""

    name: str
    kind: str
    kind_zh: str
    kind_en: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class HeatBin:
    """One cell of the heat: its centre (lon, lat) and the number of incidents in it."""

    lon: float
    lat: float
    n: int


def _asked(store: Store, viewer: Viewer, clock: Clock, name: str, **params: Any) -> list[dict[str, Any]]:
    with store.reading(viewer, clock) as connection:
        return rows(connection, name, **params)


def areas(store: Store, viewer: Viewer, clock: Clock, *, day: date) -> tuple[Area, ...]:
    """All areas in force on `day`, by level and code; raises StoreUnavailable."""
    return tuple(Area(**row) for row in _asked(store, viewer, clock, "view/areas", day=day))


def categories(store: Store, viewer: Viewer, clock: Clock) -> tuple[Category, ...]:
    """All categories by code; raises StoreUnavailable."""
    return tuple(Category(**row) for row in _asked(store, viewer, clock, "view/categories"))


def datasets(store: Store, viewer: Viewer, clock: Clock) -> tuple[Dataset, ...]:
    """The datasets that were loaded, by name; raises StoreUnavailable."""
    return tuple(Dataset(**row) for row in _asked(store, viewer, clock, "view/datasets"))


def reported_span(store: Store, viewer: Viewer, clock: Clock, *, start: date, end: date) -> ReportedSpan:
    """Days with reports before the clock, and whether [start, end) has one; raises StoreUnavailable."""
    return ReportedSpan(**_asked(store, viewer, clock, "view/reported_span", start=start, end=end)[0])


def shape_version(store: Store, viewer: Viewer, clock: Clock) -> int:
    """The version of every outline and basemap shape; raises StoreUnavailable."""
    return int(_asked(store, viewer, clock, "view/shape_version")[0]["version"])


def outlines(
    store: Store, viewer: Viewer, clock: Clock, *, level: str, within: int | None, day: date
) -> tuple[Outline, ...]:
    """The areas of `level` in force on `day`, all or those below `within`, by code; raises StoreUnavailable."""
    with store.reading(viewer, clock) as connection:
        found = shapes(connection, "view/outlines", level=level, within=within, day=day)
    return tuple(
        Outline(
            area_id=row.area_id,
            level=row.level,
            code=row.code,
            name=row.name,
            shape=row.shape,
            label=(row.label_lon, row.label_lat),
        )
        for row in found.itertuples(index=False)
    )


def features(
    store: Store, viewer: Viewer, clock: Clock, *, box: Box, overlay: str | None = None
) -> tuple[Feature, ...]:
    """The basemap shapes that touch `box`, and the partitions of the layer `overlay`; raises StoreUnavailable."""
    west, south, east, north = box
    edges = {"west": west, "south": south, "east": east, "north": north}
    found = _asked(store, viewer, clock, "view/features", **edges, overlay=overlay)
    return tuple(
        Feature(row["kind"], row["name"], row["width_m"], shapely.from_wkb(bytes(row["shape"]))) for row in found
    )


def feature_kinds(store: Store, viewer: Viewer, clock: Clock, *, box: Box) -> frozenset[str]:
    """The kinds of basemap shapes, partitions aside, that touch `box`; raises StoreUnavailable."""
    west, south, east, north = box
    edges = {"west": west, "south": south, "east": east, "north": north}
    return frozenset(row["kind"] for row in _asked(store, viewer, clock, "view/feature_kinds", **edges))


def map_layers(store: Store, viewer: Viewer, clock: Clock) -> tuple[MapLayer, ...]:
    """The sets of shapes that can be laid over the map, by code; raises StoreUnavailable."""
    return tuple(MapLayer(**row) for row in _asked(store, viewer, clock, "view/map_layers"))


def extent(store: Store, viewer: Viewer, clock: Clock) -> Box | None:
    """The box around the whole basemap, None where there is none; raises StoreUnavailable."""
    found = _asked(store, viewer, clock, "view/extent")[0]
    return None if found["west"] is None else (found["west"], found["south"], found["east"], found["north"])


def households(store: Store, viewer: Viewer, clock: Clock, *, level: str) -> Mapping[int, int]:
    """Households by area of `level`; an area of which no household is known has no entry; raises StoreUnavailable."""
    return {row["area_id"]: row["households"] for row in _asked(store, viewer, clock, "view/households", level=level)}


def service_points(store: Store, viewer: Viewer, clock: Clock, *, within: int | None) -> tuple[ServicePoint, ...]:
    """The service points open at the clock, all or those in the area `within`; raises StoreUnavailable."""
    found = _asked(store, viewer, clock, "view/service_points", within=within)
    return tuple(ServicePoint(**row) for row in found)


def heat(
    store: Store,
    viewer: Viewer,
    clock: Clock,
    *,
    start: datetime,
    end: datetime,
    within: int | None,
    category: str | None,
) -> tuple[HeatBin, ...]:
    """Incidents reported in [start, end) by cells of about 33 m; raises StoreUnavailable.

    Only incidents with a point of their own; private categories only in cells of at least 5.
    """
    found = _asked(store, viewer, clock, "view/heat", start=start, end=end, within=within, category=category)
    return tuple(HeatBin(**row) for row in found)
