"""The sf figures counted a second time, from the raw files with pandas alone: every stage, to the second.

Nothing of the program is imported here. Rules quoted are of the contract ("How a figure is counted") and of the set:
a row is a unit, an incident is a call. What both sets share (rates, quantiles, counts) stands in `recomputation`.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
from recomputation import PROMISE_SECONDS, WHOLE, Expected, Window, _count, _quantile, _rate, _seconds

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
EVENTS = ("accepted", "dispatched", "arrived", "closed")


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
    return found.join(_places(calls["Location"].first(), folder)).reset_index(names="case_id")


def _places(location: pd.Series, folder: Path) -> pd.DataFrame:
    """Where each call lies: the neighborhood by its polygon as delivered, the district by the neighborhood's own link.

    A park without a district is "a community without a parent", and its calls are outside at street level.
    """
    degrees = location.str.strip("()").str.split(",", expand=True).astype(float)
    points = gpd.GeoSeries.from_xy(degrees[1], degrees[0], index=location.index, crs=4326)
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


def figures(
    found: pd.DataFrame, seen: Window, *, level: str, areas: Iterable[str], category: str | None = None
) -> dict[tuple[str, str], Expected]:
    """Every figure of a level by (slug, area), areas without a case included."""
    known = found[found["reported"] <= seen.clock].copy()
    for stage in EVENTS:
        known[stage] = known[stage].where(known[stage] <= seen.clock)
    if category is not None:
        known = known[known["category"] == category]
    parts = {WHOLE: known} if level == WHOLE else dict(iter(known.groupby(level)))
    empty = known.iloc[:0]
    return {
        (slug, area): figure
        for area in areas
        for slug, figure in _figures_of_area(parts.get(area, empty), seen).items()
    }


def _figures_of_area(area: pd.DataFrame, seen: Window) -> dict[str, Expected]:
    """The figures of the calls of one area. No call has a deadline, is void or a duplicate, or is called back."""
    reported = area[(area["reported"] >= seen.start) & (area["reported"] < seen.cut)]
    before = (area["reported"] < seen.cut) & ~(area["closed"] < seen.cut)
    closed = int((reported["closed"] < seen.cut).sum())
    still_open = {"open": int(reported["closed"].isna().sum())}  # no close: no end of one span, no start of another
    nothing = pd.Series(dtype="float64")
    return {
        "incidents": _count(len(reported), {}),
        "closure_rate": _rate(closed, len(reported), {}),
        "on_time_rate": _rate(0, 0, {"no_deadline": len(reported)}),
        "backlog": _count(int(before.sum()), {}),
        "backlog_overdue": _count(0, {}),
        **_span(reported, "accept", "reported", "accepted", {}),
        **_span(reported, "dispatch", "accepted", "dispatched", {}),
        **_on_the_way(reported, "arrival", "dispatched"),
        **_on_the_way(reported, "onscene", "reported"),
        **_span(reported, "close", "reported", "closed", still_open),
        "followup_coverage": _rate(0, 0, {}),
        "followup_p50": _quantile(nothing, 50, still_open),
        "followup_p90": _quantile(nothing, 90, still_open),
    }


def _span(reported: pd.DataFrame, slug: str, start: str, end: str, excluded: Mapping[str, int]) -> dict[str, Expected]:
    """The quantiles of the elapsed time between two stages of the calls that have both.

    dispatch: "registered, else accepted, else reported → dispatched": no call is registered, every one is accepted.
    """
    assert start != "accepted" or reported["accepted"].notna().all(), "every call of this set has an entry"
    seconds, negative = _seconds(reported[end] - reported[start])
    told = {**excluded, "negative": negative}
    return {f"{slug}_p50": _quantile(seconds, 50, told), f"{slug}_p90": _quantile(seconds, 90, told)}


def _on_the_way(reported: pd.DataFrame, slug: str, start: str) -> dict[str, Expected]:
    """`arrival_*` and `onscene_*` with their share of at most 600 s, and what they leave out."""
    seconds, negative = _seconds(reported["arrived"] - reported[start])
    excluded = {"no_arrival": int((reported[start].notna() & reported["arrived"].isna()).sum()), "negative": negative}
    if slug == "arrival":
        excluded["no_dispatch"] = int(reported["dispatched"].isna().sum())
    return {
        **_span(reported, slug, start, "arrived", excluded),
        f"{slug}_within_10min": _rate(int((seconds <= PROMISE_SECONDS).sum()), len(seconds), excluded),
    }
