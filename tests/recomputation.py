"""The dc cases read a second time from the raw files with pandas alone, so that no misunderstanding is shared.

Nothing of the program is imported here. Each function quotes the rule it follows ("How a figure is counted"); what is
counted from the cases stands in `recounting`.
"""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
import recounting
from recounting import WHOLE, Cases, Window, days_between

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
    "ORGANIZATIONACRONYM": "agency",
    "LATITUDE": "latitude",
    "LONGITUDE": "longitude",
}
STAGES = ("reported", "arrived", "closed")
STAMPS = ("reported", "arrived", "closed", "due")
LEVELS = (WHOLE, "street", "community", "grid")
VOID = ("VOIDED",)
DUPLICATE = ("DUPLICATE (OPENED)", "DUPLICATE (CLOSED)")


def window(start: date, end: date, *, clock: datetime) -> Window:
    """The window of whole days: "dates are days in the site's time zone", `end` exclusive."""
    first, last = (datetime(day.year, day.month, day.day, tzinfo=ZONE) for day in (start, end))
    return Window(start=first, end=last, clock=clock)


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
    kept["agency"] = kept["agency"].where(~kept["agency"].isin(["", "NULL"]), None)
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


def counted(frame: pd.DataFrame) -> Cases:
    """The cases as they are counted; no duplicate of this set names its original, no category of it is urgent."""
    return recounting.cases(frame, stages=STAGES, levels=LEVELS, covers=[days_between(frame["reported"])])
