"""The heatmap of all incidents: server time and bytes of what the page asks for, beside every point as GeoJSON."""

import gzip
import json
from datetime import datetime

from sqlalchemy import create_engine

from benchmarks.bench import CLOCK, Bench, Line, median_s
from cockpit.maps import heat
from geo import map_queries
from geo.store import Store, StoreUrls
from geo.viewer import LEADER

POINTS = "select st_x(geom), st_y(geom), category_id from core.incident where geom is not null"


def lines(bench: Bench, urls: StoreUrls) -> list[Line]:
    """Seconds on the server and bytes on the wire (gzip) over the sample's whole time."""
    store = Store(urls)
    start = datetime(2024, 1, 1, tzinfo=CLOCK.at.tzinfo)

    def bins() -> str:
        found = map_queries.heat(store, LEADER, CLOCK, start=start, end=CLOCK.at, within=None, category=None)
        return heat.csv(found)

    engine = create_engine(urls.admin or "")

    def geojson() -> str:
        with engine.connect() as connection:
            found = connection.exec_driver_sql(POINTS).fetchall()
        features = [
            {"type": "Feature", "geometry": {"type": "Point", "coordinates": [x, y]}, "properties": {"category": c}}
            for x, y, c in found
        ]
        return json.dumps({"type": "FeatureCollection", "features": features})

    what = f"heatmap of {bench.incidents:,} points"
    result = [
        Line(f"{what}, server", "s", median_s(bins), median_s(geojson), "GeoJSON of points", 5),
        Line(f"{what}, gzip", "kB", _kilobytes(bins()), _kilobytes(geojson()), "GeoJSON of points", 1),
    ]
    engine.dispose()
    store.close()
    return result


def _kilobytes(text: str) -> float:
    return len(gzip.compress(text.encode(), 6)) / 1000
