"""The sf cases read a second time from the raw files with pandas alone: every stage, to the second.

Nothing of the program is imported here. Rules quoted are of the contract ("How a figure is counted") and of the set:
a row is a unit, an incident is a call. What is counted from the cases stands in `recounting`.
"""

import tomllib
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
import recounting
from recounting import WHOLE, Cases, Window, days_between

ZONE = ZoneInfo("America/Los_Angeles")
INCIDENTS = ("incidents/sffd_calls_2016-12-31_2017-01-07.csv", "incidents/sffd_calls_2020-04-07_2020-04-20.csv")
NEIGHBORHOODS = "boundaries/sf_realtor_neighborhoods_92.geojson"
CLOCK_FORMAT = "%m/%d/%Y %I:%M:%S %p"
STAGES = {
    "reported": ("Received DtTm", "min"),
    "accepted": ("Entry DtTm", "min"),
    "dispatched": ("Dispatch DtTm", "min"),
    "arrived": ("On Scene DtTm", "min"),
    "closed": ("Available DtTm", "max"),
}
"""Stage → column and which unit's moment is the call's: "of several teams the earliest dispatch and the earliest
arrival; closed when the last is free"."""
LEVELS = (WHOLE, "street", "community")
MAPPING = Path(__file__).parent.parent / "config" / "sources" / "sf_fire.toml"


def window(start: date, end: date, *, clock: datetime) -> Window:
    """The window of whole days of the city's zone, seen at `clock`."""
    first, last = (datetime(day.year, day.month, day.day, tzinfo=ZONE) for day in (start, end))
    return Window(start=first, end=last, clock=clock)


def cases(folder: Path) -> pd.DataFrame:
    """One row per call: stages as aware moments (NaT: never), category, `community` and `street` or null."""
    rows = pd.concat([pd.read_csv(folder / path, dtype=str, keep_default_na=False) for path in INCIDENTS])
    rows = rows.drop_duplicates(["Call Number", "Unit ID"])
    for stage, (column, _) in STAGES.items():
        local = pd.to_datetime(rows[column].where(rows[column] != ""), format=CLOCK_FORMAT)
        rows[stage] = local.dt.tz_localize(ZONE)
    calls = rows.groupby("Call Number", sort=True)
    found = calls.agg(**{stage: (stage, rule) for stage, (_, rule) in STAGES.items()})
    found["category"] = calls["Call Type"].first()
    found["battalion"] = calls["Battalion"].first()
    degrees = calls["Location"].first().str.strip("()").str.split(",", expand=True).astype(float)
    found["latitude"], found["longitude"] = degrees[0], degrees[1]
    return found.join(_places(degrees, folder)).reset_index(names="case_id")


def _places(degrees: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Where each call lies: the neighborhood by its polygon as delivered, the district by the neighborhood's own link.

    A park without a district is "a community without a parent", and its calls are outside at street level.
    """
    points = gpd.GeoSeries.from_xy(degrees[1], degrees[0], index=degrees.index, crs=4326)
    shapes = gpd.read_file(folder / NEIGHBORHOODS)
    hits = gpd.sjoin(gpd.GeoDataFrame(geometry=points), shapes[["nbrhood", "geometry"]], predicate="intersects")
    by_bytes = hits.assign(order=hits["nbrhood"].map(str.encode)).sort_values("order")
    community = by_bytes.groupby(level=0)["nbrhood"].first().reindex(points.index)
    return pd.DataFrame({"community": community, "street": community.map(_districts(shapes))}, index=points.index)


def _districts(shapes: pd.DataFrame) -> dict[str, str]:
    named = shapes[shapes["sfar_distr"].notna() & (shapes["sfar_distr"] != "None")]
    return dict(zip(named["nbrhood"], named["sfar_distr"], strict=True))


def names(folder: Path) -> dict[str, list[str]]:
    """The areas of each level: neighborhoods, and the districts by the text that their neighborhoods carry."""
    shapes = gpd.read_file(folder / NEIGHBORHOODS)
    return {"community": sorted(shapes["nbrhood"]), "street": sorted(set(_districts(shapes).values())), WHOLE: [WHOLE]}


def counted(frame: pd.DataFrame) -> Cases:
    """The calls as they are counted. No call has a deadline, is void or a duplicate, or is called back; no battalion is
    free of more than 20 calls in one minute, so that who is responsible makes no difference."""
    classes = tomllib.loads(MAPPING.read_text(encoding="utf-8"))["extra"]["categories"]
    urgent = [name for name, told in classes.items() if told["class"] == "urgent"]
    free = frame.groupby(["battalion", frame["closed"].dt.floor("min")]).size()
    assert free.max() <= recounting.MANY_CLOSES
    by_file = frame.groupby(frame["reported"].dt.year >= 2020)["reported"]
    covers = [days_between(reported) for _, reported in by_file]
    return recounting.cases(frame, stages=STAGES, levels=LEVELS, covers=covers, urgent=urgent)
