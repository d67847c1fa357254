"""What speaks for which coordinate system: what is declared, in which range the numbers lie, what falls into the areas.

Invariant: this is evidence for whoever decides; nothing is converted by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo import crs, zones
from geo.crs import Crs

Floats = NDArray[np.float64]
MOSTLY = 0.9
MOST_POINTS = 5_000
CLEAR_SHARE, CLEAR_POINTS = 0.03, 3
"""How many points more must lie inside, as a share of all and by count, for another reading to be the better one."""
CHINA, WHOLE, SWAPPED, ZONED, METRES, UNCLEAR = "china", "degrees", "swapped", "zoned", "metres", "unclear"


@dataclass(frozen=True)
class Reading:
    """The coordinates read in the system `name`; `inside`: the share that lies in the loaded areas (0 to 1)."""

    name: str
    inside: float


@dataclass(frozen=True)
class Places:
    """Evidence. `x` and `y`: lowest and highest as written; `range`: china, degrees, swapped, zoned, metres, unclear.

    `fits`: the grid whose zone number the eastings carry; `readings` is empty without loaded areas or a system to try;
    a declared system, else EPSG:4326 for degrees, is the first.
    """

    count: int
    x: tuple[float, float]
    y: tuple[float, float]
    range: str
    fits: str | None = None
    readings: tuple[Reading, ...] = ()

    @property
    def better(self) -> tuple[Reading, ...]:
        """Readings with clearly more points inside than the one that holds without a word (the first), best first."""
        if self.range == METRES or len(self.readings) < 2:
            return ()
        first, *others = self.readings
        gains = {one: one.inside - first.inside for one in others}
        clear = [one for one, gain in gains.items() if gain >= CLEAR_SHARE and round(gain * self.count) >= CLEAR_POINTS]
        return tuple(sorted(clear, key=lambda one: -one.inside))


def evidence(x: Floats, y: Floats, *, declared: str | None, ground: Any) -> Places | None:
    """The evidence of points (as written); None without any. `ground`: the loaded areas as one shape, None: none."""
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    if not len(x):
        return None
    kind = _range(x, y)
    zone = int(np.median(x // zones.ZONE_M)) if kind == ZONED else None
    fits = zones.epsg_of(zone) if zone is not None else None
    step = max(1, len(x) // MOST_POINTS)
    tried = _readings(x[::step], y[::step], kind, fits, declared=declared, ground=ground)
    span = (float(x.min()), float(x.max())), (float(y.min()), float(y.max()))
    return Places(len(x), *span, kind, fits, tried)


def centres(shapes: Sequence[bytes | None]) -> tuple[Floats, Floats]:
    """A point of each shape (WKB), in the numbers of the file; NaN where there is none."""
    found = np.array(shapely.from_wkb(list(shapes), on_invalid="ignore"), dtype=object)
    west, south, east, north = shapely.bounds(found).reshape(-1, 4).T
    return (west + east) / 2, (south + north) / 2


def kind_of(shapes: Sequence[bytes | None]) -> str | None:
    """What most shapes are: polygon, line, point; None without any."""
    found = np.array(shapely.from_wkb(list(shapes), on_invalid="ignore"), dtype=object)
    sizes = shapely.get_dimensions(found)
    sizes = sizes[sizes >= 0]
    return ("point", "line", "polygon")[int(np.bincount(sizes).argmax())] if len(sizes) else None


def _share(mask: NDArray[np.bool_]) -> float:
    return float(mask.mean())


def _range(x: Floats, y: Floats) -> str:
    if _share((x > 72) & (x < 138) & (y > 0) & (y < 55)) >= MOSTLY:
        return CHINA
    if _share((y > 72) & (y < 138) & (x > 0) & (x < 55)) >= MOSTLY:
        return SWAPPED
    if _share((np.abs(x) <= 180) & (np.abs(y) <= 90)) >= MOSTLY:
        return WHOLE
    if _share((x >= 13e6) & (x < 46e6)) >= MOSTLY:
        return ZONED
    return METRES if _share((np.abs(x) > 1_000) & (np.abs(y) > 1_000)) >= MOSTLY else UNCLEAR


def _readings(
    x: Floats, y: Floats, kind: str, fits: str | None, *, declared: str | None, ground: Any
) -> tuple[Reading, ...]:
    if ground is None:
        return ()
    names = [declared] if declared else []
    if kind in (CHINA, SWAPPED):
        names += [crs.STORE.name, crs.GCJ02.name, crs.BD09.name]
    elif kind == WHOLE:
        names.append(crs.STORE.name)
    elif kind == ZONED and fits:
        names.append(fits)
    elif kind == METRES:
        names += filter(None, (zones.without_number(zone) for zone in zones.THREE_DEGREE))
    if kind == SWAPPED:
        x, y = y, x
    shapely.prepare(ground)
    found = [Reading(name, _inside(x, y, name, ground)) for name in dict.fromkeys(names)]
    return tuple(one for one in found if kind != METRES or one.inside)


def _inside(x: Floats, y: Floats, name: str, ground: Any) -> float:
    try:
        system: Crs = crs.parse(name)
        lon, lat = crs.points_to_store(x, y, crs=system)
    except (crs.UnknownCrsError, crs.NoWayError):
        return 0.0
    return round(_share(shapely.contains_xy(ground, lon, lat)), 3)
