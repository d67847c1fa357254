"""The usual ways to load incidents, for comparison: server COPY of the bare text, and geopandas with our checks."""

import csv
import functools
import hashlib
import operator
import time
from collections.abc import Iterable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
from sqlalchemy import create_engine, text

from geo.store import StoreUrls

STAMPS = [
    "上报时间", "受理时间", "立案时间", "派遣时间", "到场时间", "处置时间", "首次办结时间",
    "重开时间", "办结时间", "回访时间", "办理时限", "延期至", "挂起时间", "恢复时间",
]  # fmt: skip
HAPPENED = [stamp for stamp in STAMPS if stamp not in ("办理时限", "延期至")]
STEPS = ["上报时间", "受理时间", "派遣时间", "到场时间", "处置时间", "办结时间", "回访时间"]
STATUSES = {"open", "closed", "voided", "duplicate"}
SOLVED = {"是": True, "否": False}
KEY = bytes(32)
PERSONAL = r"(?<![\d.])(?:1[3-9]\d{9}|[1-9]\d{16}[\dXx])(?!\d)"


def libpq(url: str) -> str:
    """The URL as libpq takes it."""
    return url.replace("postgresql+psycopg://", "postgresql://")


def raw_copy(urls: StoreUrls, path: Path) -> float:
    """Server COPY of the file into an unlogged table of text columns: the floor; seconds."""
    with path.open(encoding="utf-8") as file:
        width = len(next(csv.reader(file)))
    columns = ", ".join(f"c{number} text" for number in range(width))
    with psycopg.connect(libpq(urls.admin or ""), autocommit=True) as connection:
        connection.execute("drop table if exists public.raw")
        connection.execute(f"create unlogged table public.raw ({columns})")
        started = time.perf_counter()
        connection.execute(f"copy public.raw from '{path}' with (format csv, header)")
        return time.perf_counter() - started


def with_geopandas(urls: StoreUrls, path: Path, areas: dict[str, Path]) -> float:
    """Read, check, place (micro-grid and its parents) and `to_postgis`, with a key; no events, no ledger; seconds.

    The checks are ours, in the usual words of pandas: ids, repeats, stamps (future, absurd), order of stages, words of
    the status, coordinates, characters, personal numbers, answers; who reported becomes a keyed digest.
    """
    engine = create_engine(urls.admin or "")
    started = time.perf_counter()
    frame = _checked(pd.read_csv(path, dtype=str))
    points = gpd.points_from_xy(frame["经度"], frame["纬度"], crs=4326)
    _placed(gpd.GeoDataFrame(frame, geometry=points), areas).to_postgis("incidents_by_geopandas", engine)
    with engine.begin() as connection:
        connection.execute(text('create unique index on incidents_by_geopandas ("编号")'))
    seconds = time.perf_counter() - started
    engine.dispose()
    return seconds


def _checked(frame: pd.DataFrame) -> pd.DataFrame:
    texts = [name for name in frame.columns if name not in (*STAMPS, "经度", "纬度")]
    frame["note"] = ""
    is_unstorable = pd.Series(data=False, index=frame.index)
    for name in texts:
        frame[name] = frame[name].str.strip()
        frame.loc[frame[name].str.contains(PERSONAL, na=False), "note"] += "personal_data,"
        is_unstorable |= frame[name].str.contains("\0", regex=False, na=False) | (frame[name].str.len() > 1000)
    for stamp in STAMPS:
        local = pd.to_datetime(frame[stamp], errors="coerce")
        frame[stamp] = local.dt.tz_localize("Asia/Shanghai", ambiguous="NaT", nonexistent="NaT")
    for axis in ("经度", "纬度"):
        frame[axis] = pd.to_numeric(frame[axis], errors="coerce")
    frame["上报人"] = frame["上报人"].str.casefold().map(_digest, na_action="ignore")
    said, told = frame["是否解决"], frame["满意度"]
    frame["是否解决"], frame["满意度"] = said.map(SOLVED), pd.to_numeric(told, errors="coerce")
    contradicts = frame["编号"].duplicated(keep=False) & ~frame.duplicated(keep=False)
    reported = frame["上报时间"]
    latest, is_disordered = frame[STEPS[0]], pd.Series(data=False, index=frame.index)
    for step in STEPS[1:]:
        is_disordered |= frame[step] < latest
        latest = latest.where(~(frame[step] > latest), frame[step])
    frame.loc[is_disordered, "note"] += "stage_disorder,"
    is_odd = (
        is_unstorable | frame["编号"].str.contains(r"^\d(?:\.\d+)?[Ee]\+", na=False)
        | _any(frame[name] > pd.Timestamp.now(tz="Asia/Shanghai") for name in HAPPENED)
        | _any(frame[name] < pd.Timestamp("1990-01-01", tz="Asia/Shanghai") for name in HAPPENED)
        | frame["编号"].isna() | reported.isna() | contradicts | ~frame["状态"].fillna("open").isin(STATUSES)
        | (frame["受理时间"] < reported) | (frame["办结时间"] < reported) | (frame["首次办结时间"] < reported)
        | (said.notna() & frame["是否解决"].isna()) | (told.notna() & ~frame["满意度"].isin([1, 2, 3, 4, 5]))
        | (frame["经度"].abs() > 180) | (frame["纬度"].abs() > 90)
    )  # fmt: skip
    return frame[~is_odd].copy()


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), key=KEY, digest_size=8).hexdigest()


def _any(masks: Iterable[pd.Series]) -> pd.Series:
    return functools.reduce(operator.or_, masks)


def _placed(cases: gpd.GeoDataFrame, areas: dict[str, Path]) -> gpd.GeoDataFrame:
    finest = gpd.read_file(areas["microgrid"])[["代码", "geometry"]].rename(columns={"代码": "microgrid"})
    placed = cases.sjoin(finest, how="left", predicate="intersects").drop(columns="index_right")
    placed = placed.sort_values("microgrid").drop_duplicates("编号")
    by_child: pd.Series = placed["microgrid"]
    for level, below in (("grid", "microgrid"), ("community", "grid"), ("street", "community")):
        parents = gpd.read_file(areas[below]).set_index("代码")["上级代码"]
        by_child = by_child.map(parents).replace({np.nan: None})
        placed[level] = by_child
    return placed
