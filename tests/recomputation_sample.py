"""The cases of the sample street read a second time from its files, with pandas alone.

Nothing of the program is imported here. Every stage is in the file; a case lies where its point lies in the polygons
of the finest level, a case without one where the file says, at that level only.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
import recounting
from recounting import WHOLE, Cases, Window, days_between

ZONE = ZoneInfo("Asia/Shanghai")
LEVELS = (WHOLE, "street", "community", "grid")
ANCESTORS = ("microgrid", "grid", "community", "street")
STAGES = ("reported", "registered", "accepted", "dispatched", "arrived", "handled", "closed", "followed_up")
HAPPENINGS = ("reopened", "suspended", "extended", "reporter", "solved", "scored")
CATEGORIES = Path(__file__).parent.parent / "config" / "categories.toml"
COLUMNS = {
    "编号": "case_id",
    "类别": "category",
    "状态": "status",
    "上报时间": "reported",
    "受理时间": "accepted",
    "立案时间": "registered",
    "派遣时间": "dispatched",
    "到场时间": "arrived",
    "处置时间": "handled",
    "首次办结时间": "first_closed",
    "重开时间": "reopened",
    "办结时间": "closed",
    "回访时间": "followed_up",
    "办理时限": "due",
    "延期至": "extended_to",
    "挂起时间": "suspended",
    "恢复时间": "resumed",
    "原事件编号": "original_id",
    "承办单位": "agency",
    "上报人": "reporter",
    "是否解决": "answer",
    "满意度": "score",
    "经度": "longitude",
    "纬度": "latitude",
    "社区代码": "declared",
}


def window(start: date, end: date, *, clock: datetime) -> Window:
    """The window of whole days of the street's zone, seen at `clock`."""
    first, last = (datetime(day.year, day.month, day.day, tzinfo=ZONE) for day in (start, end))
    return Window(start=first, end=last, clock=clock)


def cases(folder: Path, decisions: Mapping[str, tuple[datetime, datetime | None]] | None = None) -> Cases:
    """The cases of the sample as they are counted; `decisions`: when one was exempted, and when that was taken back."""
    frame = pd.read_csv(folder / "incidents.csv", dtype=str).rename(columns=COLUMNS)
    for stamp in recounting.STAMPS:
        frame[stamp] = pd.to_datetime(frame[stamp], format="%Y-%m-%d %H:%M:%S").dt.tz_localize(ZONE)
    told = frame["case_id"].map(decisions or {})
    for place, decision in enumerate(recounting.DECISIONS):
        frame[decision] = pd.to_datetime(
            told.map(lambda moments, place=place: moments[place], na_action="ignore"), utc=True
        )
    frame["answer"] = frame["answer"].map({"是": 1.0, "否": 0.0})
    frame["score"] = frame["score"].astype(float)
    frame["void"] = frame["status"] == "voided"
    frame["duplicate"] = frame["status"] == "duplicate"
    placed = places(folder, frame["longitude"].astype(float), frame["latitude"].astype(float))
    placed["community"] = placed["community"].where(frame["longitude"].notna(), frame["declared"])
    listed = tomllib.loads(CATEGORIES.read_text(encoding="utf-8"))["category"]
    return recounting.cases(
        frame.join(placed),
        stages=(*STAGES, *HAPPENINGS),
        levels=LEVELS,
        covers=[days_between(frame["reported"])],
        urgent=[each["code"] for each in listed if each["class"] == "urgent"],
        households=households(folder),
    )


def late(folder: Path, *, before: datetime) -> list[str]:
    """The ids of plain cases closed after their deadline and before a moment, in the order of the file: no repeat, no
    extension, never reopened or suspended."""
    frame = pd.read_csv(folder / "incidents.csv", dtype=str).rename(columns=COLUMNS)
    plain = frame[["extended_to", "first_closed", "reopened", "suspended", "original_id"]].isna().all(axis=1)
    plain &= ~frame["status"].isin(["voided", "duplicate"])
    closed, due = (
        pd.to_datetime(frame[name], format="%Y-%m-%d %H:%M:%S").dt.tz_localize(ZONE) for name in ("closed", "due")
    )
    return list(frame["case_id"][plain & (closed > due) & (closed < before)])


def places(folder: Path, longitude: pd.Series, latitude: pd.Series) -> pd.DataFrame:
    """The codes of each point: the finest level by its polygon, its ancestors by the parent link (the sets nest).

    "on a shared border the lowest code, compared as text byte by byte".
    """
    finest = _areas(folder, ANCESTORS[0])
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(longitude, latitude, crs=4326), index=longitude.index)
    hits = gpd.sjoin(points[longitude.notna()], finest[["code", "geometry"]], predicate="intersects")
    by_bytes = hits.assign(order=hits["code"].map(str.encode)).sort_values("order")
    code = by_bytes.groupby(level=0)["code"].first().reindex(longitude.index)
    found = {}
    for level in ANCESTORS:
        found[level] = code
        code = code.map(_areas(folder, level).set_index("code")["parent"])
    return pd.DataFrame(found)


def _areas(folder: Path, level: str) -> gpd.GeoDataFrame:
    read = gpd.read_file(folder / f"boundaries-{level}.geojson")
    return read.rename(columns={"代码": "code", "上级代码": "parent"}).assign(parent=lambda areas: areas.get("parent"))


def codes(folder: Path) -> dict[str, list[str]]:
    """The codes of all areas of each level, WHOLE for the site."""
    return {WHOLE: [WHOLE], **{level: sorted(_areas(folder, level)["code"]) for level in LEVELS[1:]}}


def households(folder: Path) -> Mapping[tuple[str, str], int]:
    """The households of each area by (level, code)."""
    sites = pd.read_csv(folder / "households.csv", dtype={"户数": int})
    placed = places(folder, sites["经度"], sites["纬度"])
    found = {(WHOLE, WHOLE): int(sites["户数"].sum())}
    for level in LEVELS[1:]:
        sums = sites["户数"].groupby(placed[level]).sum()
        found |= {(level, str(code)): int(number) for code, number in sums.items() if number > 0}
    return found
