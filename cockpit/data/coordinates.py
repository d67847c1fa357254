"""Coordinate systems and their way to the store's own (WGS 84), in words.

Invariant: what the ledger keeps is never lost: a system or a way without words of its own shows as the ledger has it,
and the exact text of every way stands in its tooltip.
"""

from cockpit.context import View
from geo.steward import LoadLine

SYSTEMS = {"EPSG:4326": "wgs84", "EPSG:4490": "cgcs2000", "gcj02": "gcj02", "bd09": "bd09"}
SAME_AS_WGS84 = "CGCS2000 = WGS 84 within 1 m"
"""How the way of a Chinese grid ends in the ledger."""


def called(view: View, name: str) -> str:
    """A system by its name: GCJ-02（火星坐标）; one without words of its own as it is written."""
    return view.tr(f"data.crs_{SYSTEMS[name]}") if name in SYSTEMS else name


def system(view: View, load: LoadLine) -> str:
    """The system of the file: GCJ-02（火星坐标）; empty where the load has no places."""
    name = load.crs or ""
    if name in SYSTEMS:
        return called(view, name)
    return view.tr("data.crs_grid", name=name) if _is_grid(load) else name


def short(name: str | None) -> str:
    """The system in a column or a list: GCJ-02; empty for none."""
    plain = {"EPSG:4326": "WGS 84", "EPSG:4490": "CGCS2000", "gcj02": "GCJ-02", "bd09": "BD-09"}
    return plain.get(name or "", name or "")


def way(view: View, load: LoadLine) -> str:
    """How the coordinates came to WGS 84; empty where the load has no places."""
    if not load.crs:
        return ""
    known = SYSTEMS.get(load.crs)
    if known:
        return view.tr(f"data.way_{known}")
    if _is_grid(load):
        return view.tr("data.way_grid")
    return view.tr("data.way_other") if load.conversion else ""


def _is_grid(load: LoadLine) -> bool:
    return (load.conversion or "").endswith(SAME_AS_WGS84)
