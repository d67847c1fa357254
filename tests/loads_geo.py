"""What the tests of placed datasets share: square areas, files written from rows, and a load of them."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from geo.store import Store, StoreUrls
from geo.viewer import OPERATOR, Clock
from loaders.dataset import LoadRequest
from loaders.result import LoadResult
from loaders.work import load_file

Ring = list[tuple[float, float]]


def square(west: float, south: float, size: float = 1.0, *, east: float | None = None) -> dict[str, Any]:
    """A GeoJSON square (or, with `east`, a box) in thousandths of a degree from 120 E, 30 N."""
    right = west + size if east is None else east
    corners = [(west, south), (right, south), (right, south + size), (west, south + size), (west, south)]
    return {"type": "Polygon", "coordinates": [[(120 + x / 1000, 30 + y / 1000) for x, y in corners]]}


def point(x: float, y: float) -> dict[str, Any]:
    """A GeoJSON point in the same thousandths."""
    return {"type": "Point", "coordinates": [120 + x / 1000, 30 + y / 1000]}


@dataclass
class Desk:
    """A fresh store, a folder for files, and the load of a file into it."""

    store: Store
    clock: Clock
    folder: Path
    number: int = 0

    def geojson(self, features: Sequence[tuple[Mapping[str, Any], Mapping[str, Any] | None]]) -> Path:
        """A file of (properties, geometry)."""
        self.number += 1
        path = self.folder / f"file{self.number}.geojson"
        listed = [{"type": "Feature", "properties": p, "geometry": g} for p, g in features]
        path.write_text(json.dumps({"type": "FeatureCollection", "features": listed}), encoding="utf-8")
        return path

    def csv(self, *lines: str) -> Path:
        """A CSV file of these lines."""
        self.number += 1
        path = self.folder / f"file{self.number}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def mapping(self, toml: str) -> str:
        """A mapping of this text, as `source`."""
        self.number += 1
        path = self.folder / f"mapping{self.number}.toml"
        path.write_text(toml, encoding="utf-8")
        return str(path)

    def load(self, dataset: str, path: Path, **options: Any) -> LoadResult:
        """Loads the file."""
        return load_file(self.store, LoadRequest(dataset=dataset, file=path, clock=self.clock, **options))

    def boundaries(self, level: str, *areas: tuple[str, str | None, Mapping[str, Any]], **options: Any) -> LoadResult:
        """Loads areas (code, parent's code, geometry) of a level."""
        features = [({"代码": code, "名称": f"区 {code}", "上级代码": parent}, geom) for code, parent, geom in areas]
        return self.load("boundaries", self.geojson(features), level=level, **options)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the store holds."""
        with self.store.loading(OPERATOR, self.clock) as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def rejects(self, result: LoadResult) -> list[tuple[int, str]]:
        """(row, fault) of a load's quarantine."""
        query = f"select row_number, fault from ops.quarantine where load_id = {result.load_id} order by 1, 2"
        return [(row, fault) for row, fault in self.rows(query)]


@pytest.fixture
def desk(new_database: Callable[[], StoreUrls], clock: Clock, tmp_path: Path) -> Iterator[Desk]:
    """A desk of this test's own."""
    store = Store(new_database())
    yield Desk(store, clock, tmp_path)
    store.close()


def counts(result: LoadResult) -> dict[str, int]:
    """The counts that are not 0, status aside."""
    names = ("read", "inserted", "updated", "unchanged", "quarantined", "things", "repaired", "outside")
    found = {name: getattr(result.counts, name) for name in names}
    return {name: count for name, count in found.items() if count}
