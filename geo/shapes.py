"""Queries whose rows are shapes, as GeoDataFrames: the geometry carries its CRS wherever it goes."""

from typing import Any

import geopandas as gpd
from sqlalchemy import Connection
from sqlalchemy import text as sql_text

from geo import sql

STORAGE_EPSG = 4326


def shapes(connection: Connection, name: str, /, **params: Any) -> gpd.GeoDataFrame:
    """The rows of the named query; its column `shape` is the geometry, EPSG:4326 (lon, lat); `params` are bound."""
    return gpd.read_postgis(sql_text(sql.text(name)), connection, geom_col="shape", crs=STORAGE_EPSG, params=params)
