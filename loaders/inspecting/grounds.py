"""The loaded areas, against which an inspection holds the places and the codes of a file."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
import shapely

from config.site import site
from geo import map_queries
from geo.errors import GeoError
from geo.store import Store
from geo.viewer import Clock, Viewer
from loaders.inspecting.guessing import Fit

NAMES_AREA = ("declared_area_code", "area_code")
"""Columns whose values are codes of areas; a row that holds another text there is noted unknown_area."""
MOST = 0.5


@dataclass(frozen=True)
class Ground:
    """The areas in force: `shape` of the coarsest level as one (EPSG:4326), None without any; `codes` of every level.

    `unlooked`: why there are none (codes of messages).
    """

    shape: Any = None
    codes: frozenset[str] = frozenset()
    unlooked: tuple[str, ...] = ()


def loaded(store: Store | None, clock: Clock, viewer: Viewer) -> Ground:
    """The areas that the viewer sees at the clock."""
    if store is None:
        return Ground(unlooked=("no_store",))
    day = clock.at.astimezone(site().zone).date()
    try:
        codes = frozenset(area.code for area in map_queries.areas(store, viewer, clock, day=day))
        for level in map_queries.LEVELS:
            found = map_queries.outlines(store, viewer, clock, level=level, within=None, day=day)
            if found:
                shapes = np.array([one.shape for one in found], dtype=object)
                return Ground(shapely.union_all(shapely.make_valid(shapes)), codes)
    except GeoError:
        return Ground(unlooked=("no_store",))
    return Ground(unlooked=("no_areas",))


def coded(fit: Fit | None, frame: pl.DataFrame, ground: Ground) -> tuple[Fit | None, Mapping[int, str]]:
    """The fit without columns of areas' codes whose values mostly are none of the loaded codes, and these: cell → ours.

    What a file must have, and what the built-in mapping takes anyway, stays; so does all without loaded areas.
    """
    if fit is None or fit.is_standard or not ground.codes:
        return fit, {}
    required = {column.name for column in fit.dataset.columns if column.is_required}
    tried = [fit.guesses[name] for name in NAMES_AREA if name in fit.guesses and name not in required]
    left_out = {guess.cell: guess.column for guess in tried if not _are_codes(frame[f"c{guess.cell}"], ground.codes)}
    kept = {name: guess for name, guess in fit.guesses.items() if guess.cell not in left_out}
    return replace(fit, guesses=kept), left_out


def _are_codes(cells: pl.Series, codes: frozenset[str]) -> bool:
    told = cells.drop_nulls()
    return not len(told) or float(told.is_in(list(codes)).mean() or 0) > MOST  # type: ignore[arg-type]
