"""The dc figures counted a second time, from the raw files with pandas alone, so that no misunderstanding is shared.

Nothing of the program is imported here. Each function quotes the rule it follows ("How a figure is counted").
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from math import ceil, sqrt
from pathlib import Path
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd

ZONE = ZoneInfo("America/New_York")
INCIDENTS = "incidents/dc_311_2016-07-08_2016-08-16.csv"
STREETS = "boundaries/ward-2012.geojson"
COMMUNITIES = "boundaries/advisory-neighborhood-commission-2013.geojson"
GRIDS = "boundaries/single-member-district-2013.geojson"
COLUMNS = {
    "SERVICEREQUESTID": "case_id",
    "SERVICECODEDESCRIPTION": "category",
    "SERVICEORDERSTATUS": "status",
    "ADDDATE": "reported",
    "INSPECTIONDATE": "arrived",
    "RESOLUTIONDATE": "closed",
    "SERVICEDUEDATE": "due",
    "LATITUDE": "latitude",
    "LONGITUDE": "longitude",
}
NEVER_CARRIED = ("accepted", "dispatched", "followed_up")  # no column of the raw file holds such a stamp
STAMPS = ("reported", "arrived", "closed", "due")
VOID = ("VOIDED",)
DUPLICATE = ("DUPLICATE (OPENED)", "DUPLICATE (CLOSED)")
WHOLE = "site"  # stands for the code of the one area of the level site
FEWEST = 10
PROMISE_SECONDS = 600
WILSON_Z = 1.959963984540054


@dataclass(frozen=True)
class Window:
    """A window [start, end) in moments of the site's time zone, seen at `clock`; both ends carry a zone."""

    start: datetime
    end: datetime
    clock: datetime

    @property
    def cut(self) -> datetime:
        """E: "E = min(to, as_of), as_of = the clock"."""
        return min(self.end, self.clock)

    @classmethod
    def of_days(cls, start: date, end: date, *, clock: datetime) -> "Window":
        """The window of whole days: "dates are days in the site's time zone", `end` exclusive."""
        return cls(
            start=datetime(start.year, start.month, start.day, tzinfo=ZONE),
            end=datetime(end.year, end.month, end.day, tzinfo=ZONE),
            clock=clock,
        )


@dataclass(frozen=True)
class Expected:
    """One figure as this module counts it; `excluded` holds each exclusion the rules name for it, zeros included."""

    unit: str
    value: float | None
    n: int
    numerator: int | None = None
    denominator: int | None = None
    low: float | None = None
    high: float | None = None
    note: str | None = None
    excluded: Mapping[str, int] = field(default_factory=dict)


def cases(folder: Path) -> pd.DataFrame:
    """One row per request kept: COLUMNS with aware stamps, `void`, `duplicate`, and its `street`, `community`, `grid`.

    Void and duplicate are what the status says; the raw times end in Z but are local wall-clock times.
    """
    raw = pd.read_csv(folder / INCIDENTS, dtype=str, keep_default_na=False, usecols=list(COLUMNS))
    kept = _kept(raw.rename(columns=COLUMNS))
    for stamp in STAMPS:
        local = pd.to_datetime(kept[stamp].str.removesuffix("Z").replace("", None), format="%Y-%m-%dT%H:%M:%S.%f")
        kept[stamp] = local.dt.tz_localize(ZONE)
    kept["void"] = kept["status"].isin(VOID)
    kept["duplicate"] = kept["status"].isin(DUPLICATE)
    return kept.join(_places(kept, folder))


def _kept(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that become cases.

    "a repeat equal in every mapped column is unchanged"; "Two rows with one id and contradicting content are both
    quarantined"; a row without an id is quarantined too.
    """
    named = rows[rows["case_id"] != ""].drop_duplicates()
    return named[~named["case_id"].duplicated(keep=False)].reset_index(drop=True)


def _places(kept: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """The codes of the areas of each case, null where it is outside.

    "the finest level by polygon as delivered (...) ancestors by the parent link where the mapping says the set nests";
    the grids nest in the communities, the communities do not nest in the streets, so that a street is placed by its own
    polygon.
    """
    points = gpd.GeoSeries.from_xy(kept["longitude"].astype(float), kept["latitude"].astype(float), crs=4326)
    grids = _polygons(folder / GRIDS, "SMD_ID")
    grid = _located(points, grids)
    return pd.DataFrame(
        {
            "street": _located(points, _polygons(folder / STREETS, "WARD_ID")),
            "community": grid.map(grids.set_index("code")["ANC_ID"]),
            "grid": grid,
        },
        index=kept.index,
    )


def _polygons(path: Path, code: str) -> gpd.GeoDataFrame:
    """The areas of one boundary file as delivered, their code in `code`."""
    return gpd.read_file(path).rename(columns={code: "code"})


def _located(points: gpd.GeoSeries, polygons: gpd.GeoDataFrame) -> pd.Series:
    """The code of the polygon of each point: "on a shared border the lowest code, compared as text byte by byte"."""
    hits = gpd.sjoin(gpd.GeoDataFrame(geometry=points), polygons[["code", "geometry"]], predicate="intersects")
    by_bytes = hits.assign(order=hits["code"].map(lambda code: code.encode())).sort_values("order")
    return by_bytes.groupby(level=0)["code"].first().reindex(points.index)


def codes(folder: Path) -> dict[str, list[str]]:
    """The codes of all areas of each level, WHOLE for the site."""
    files = {"street": (STREETS, "WARD_ID"), "community": (COMMUNITIES, "ANC_ID"), "grid": (GRIDS, "SMD_ID")}
    found = {level: sorted(gpd.read_file(folder / path)[code]) for level, (path, code) in files.items()}
    return {WHOLE: [WHOLE], **found}


def figures(
    found: pd.DataFrame, window: Window, *, level: str, areas: Iterable[str], category: str | None = None
) -> dict[tuple[str, str], Expected]:
    """Every figure of a level by (slug, area code), areas without a case included.

    "In a covered window an area without cases has 0"; "level `site` is the whole, cases outside every area included,
    which enter no other area's figure".
    """
    seen = _as_known(found, window)
    if category is not None:
        seen = seen[seen["category"] == category]
    parts = {WHOLE: seen} if level == WHOLE else dict(iter(seen.groupby(level)))
    return {
        (slug, area): figure
        for area in areas
        for slug, figure in _figures_of_area(parts.get(area, seen.iloc[:0]), window).items()
    }


def _as_known(found: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The cases at the clock: "Events later than the clock do not exist in any figure". A deadline is no event."""
    known = found[found["reported"] <= window.clock].copy()
    for stamp in ("arrived", "closed"):
        known[stamp] = known[stamp].where(known[stamp] <= window.clock)
    return known


def _figures_of_area(area: pd.DataFrame, window: Window) -> dict[str, Expected]:
    """The figures of the cases of one area, by slug."""
    in_window = area[(area["reported"] >= window.start) & (area["reported"] < window.cut) & ~area["void"]]
    reported = in_window[~in_window["duplicate"]]
    duplicates = {"duplicate": int(in_window["duplicate"].sum())}
    return {
        "incidents": incidents(reported, duplicates),
        "closure_rate": closure_rate(reported, window, duplicates),
        "on_time_rate": on_time_rate(reported, window, duplicates),
        "backlog": backlog(area, window),
        "backlog_overdue": backlog_overdue(area, window),
        **accept_and_dispatch(reported, duplicates),
        **arrival(reported, duplicates),
        **onscene(reported, duplicates),
        **close(reported, duplicates),
        **follow_up(reported, duplicates),
    }


def incidents(reported: pd.DataFrame, duplicates: Mapping[str, int]) -> Expected:
    """`incidents` = |R|.

    R: "reported in the window, not void, duplicates folded into their original; a duplicate without a known original is
    out of every rate and counted under `excluded.duplicate`". No duplicate of this set names its original.
    """
    return _count(len(reported), duplicates)


def closure_rate(reported: pd.DataFrame, window: Window, duplicates: Mapping[str, int]) -> Expected:
    """K15: "closed before E / {due before E, or closed before E, or without a deadline}"."""
    closed = reported["closed"] < window.cut
    counted = (reported["due"] < window.cut) | closed | reported["due"].isna()
    return _rate(int(closed.sum()), int(counted.sum()), duplicates)


def on_time_rate(reported: pd.DataFrame, window: Window, duplicates: Mapping[str, int]) -> Expected:
    """K16: "closed_at ≤ due_at / {with a deadline: due before E or closed before E}; `excluded.no_deadline` says what
    it leaves out"."""
    closed = reported["closed"] < window.cut
    counted = reported["due"].notna() & ((reported["due"] < window.cut) | closed)
    on_time = counted & closed & (reported["closed"] <= reported["due"])
    without = int(reported["due"].isna().sum())
    return _rate(int(on_time.sum()), int(counted.sum()), {**duplicates, "no_deadline": without})


def backlog(area: pd.DataFrame, window: Window) -> Expected:
    """K18: "neither void nor duplicate, reported before E at any time, not closed before E"."""
    return _count(len(_open_at_cut(area, window)), {})


def backlog_overdue(area: pd.DataFrame, window: Window) -> Expected:
    """Of the backlog, "due before E"."""
    return _count(int((_open_at_cut(area, window)["due"] < window.cut).sum()), {})


def _open_at_cut(area: pd.DataFrame, window: Window) -> pd.DataFrame:
    valid = ~area["void"] & ~area["duplicate"]
    return area[valid & (area["reported"] < window.cut) & ~(area["closed"] < window.cut)]


def arrival(reported: pd.DataFrame, duplicates: Mapping[str, int]) -> dict[str, Expected]:
    """`arrival_*`: "dispatched→arrived". The set carries no dispatch: "a stage the source never carries (...): null,
    `no-data`", and every case of R is `no_dispatch`, none has "the start stamp but no arrival"."""
    excluded = {**duplicates, "no_arrival": 0, "no_dispatch": len(reported)}
    nothing = pd.Series(dtype="float64")
    return {
        "arrival_p50": _quantile(nothing, 50, excluded),
        "arrival_p90": _quantile(nothing, 90, excluded),
        "arrival_within_10min": _rate(0, 0, excluded),
    }


def accept_and_dispatch(reported: pd.DataFrame, duplicates: Mapping[str, int]) -> dict[str, Expected]:
    """ "accept: reported→accepted. dispatch: registered, else accepted, else reported → dispatched". The set carries
    neither end: "a stage the source never carries (...): null, `no-data`"."""
    assert not set(NEVER_CARRIED) & set(reported.columns)
    nothing = pd.Series(dtype="float64")
    return {
        f"{stage}_p{percent}": _quantile(nothing, percent, {**duplicates, f"no_{missing}": len(reported)})
        for stage, missing in (("accept", "acceptance"), ("dispatch", "dispatch"))
        for percent in (50, 90)
    }


def onscene(reported: pd.DataFrame, duplicates: Mapping[str, int]) -> dict[str, Expected]:
    """`onscene_*`: "reported→arrived", "≤ 600 s is inside", `no_arrival` "(the start stamp but no arrival)"."""
    seconds, negative = _seconds(reported["arrived"] - reported["reported"])
    missing = int(reported["arrived"].isna().sum())
    excluded = {**duplicates, "no_arrival": missing, "negative": negative}
    return {
        "onscene_p50": _quantile(seconds, 50, excluded),
        "onscene_p90": _quantile(seconds, 90, excluded),
        "onscene_within_10min": _rate(int((seconds <= PROMISE_SECONDS).sum()), len(seconds), excluded),
    }


def close(reported: pd.DataFrame, duplicates: Mapping[str, int]) -> dict[str, Expected]:
    """`close_*`: "reported→closed, closed cases only, `excluded.open` beside it", stamps "not cut at E"."""
    seconds, negative = _seconds(reported["closed"] - reported["reported"])
    excluded = {**duplicates, "open": int(reported["closed"].isna().sum()), "negative": negative}
    return {
        "close_p50": _quantile(seconds, 50, excluded),
        "close_p90": _quantile(seconds, 90, excluded),
    }


def follow_up(reported: pd.DataFrame, duplicates: Mapping[str, int]) -> dict[str, Expected]:
    """K07 and "`followup_coverage` (K31) = called back / closed". The set tells of no call-back: "a stage the source
    never carries (...): null, `no-data`"; a case without a close has not even the start stamp."""
    assert not set(NEVER_CARRIED) & set(reported.columns)
    nothing = pd.Series(dtype="float64")
    excluded = {**duplicates, "open": int(reported["closed"].isna().sum())}
    return {
        "followup_p50": _quantile(nothing, 50, excluded),
        "followup_p90": _quantile(nothing, 90, excluded),
        "followup_coverage": _rate(0, 0, duplicates),
    }


def _seconds(elapsed: pd.Series) -> tuple[pd.Series, int]:
    """The durations in whole seconds and how many were negative: "only a duration that is itself negative is left
    out"."""
    seconds = elapsed.dropna().dt.total_seconds()
    assert (seconds % 1 == 0).all(), "the raw stamps are whole seconds"
    return seconds[seconds >= 0], int((seconds < 0).sum())


def _count(number: int, excluded: Mapping[str, int]) -> Expected:
    """ "Count: n = value; numerator, denominator, low, high null"; never too few."""
    return Expected("count", number, number, excluded=excluded)


def _rate(numerator: int, denominator: int, excluded: Mapping[str, int]) -> Expected:
    """ "n < 10 gives value, low, high null, `note: too-few`, the rest still given. Rate: n = denominator"; "Denominator
    0 (...): null, `no-data`", which goes first."""
    if denominator < FEWEST:
        note = "too-few" if denominator else "no-data"
        return Expected("ratio", None, denominator, numerator, denominator, note=note, excluded=excluded)
    share = numerator / denominator
    low, high = wilson(numerator, denominator)
    return Expected("ratio", share, denominator, numerator, denominator, low, high, excluded=excluded)


def wilson(numerator: int, denominator: int) -> tuple[float, float]:
    """The bounds of the score interval: "Rates: Wilson, z = 1.959963984540054" (Wilson 1927, no continuity
    correction)."""
    share, z_squared = numerator / denominator, WILSON_Z**2
    middle = share + z_squared / (2 * denominator)
    reach = WILSON_Z * sqrt(share * (1 - share) / denominator + z_squared / (4 * denominator**2))
    scale = 1 + z_squared / denominator
    return (middle - reach) / scale, (middle + reach) / scale


def _quantile(seconds: pd.Series, percent: int, excluded: Mapping[str, int]) -> Expected:
    """ "the smallest value whose rank is ≥ q·n"; "n = durations used; numerator, denominator null"; without a duration
    there is no data, with fewer than ten too few."""
    n = len(seconds)
    if n < FEWEST:
        return Expected("s", None, n, note="too-few" if n else "no-data", excluded=excluded)
    rank = ceil(n * percent / 100)
    return Expected("s", float(seconds.sort_values().iloc[rank - 1]), n, excluded=excluded)
