"""How a sender's file is laid out, as its mapping may say: format, sheet or layer, header rows.

Invariant: a key that the declared format does not know is a fault, since nobody would read it.
"""

from typing import Any

FORMATS = ("csv", "geojson", "json", "xlsx", "shapefile", "gpkg", "osm", "kml", "xml", "parquet")
SHEETS = ("xlsx", "csv")
"""Formats with a header that a title may stand above."""
LAYERED = ("shapefile", "gpkg", "osm")
_BELONGS = {"sheet": ("xlsx",), "header_row": SHEETS, "header_rows": SHEETS, "layer": LAYERED}
_MOST_HEADER_ROWS = 5


def layout_faults(found: dict[str, Any]) -> list[str]:
    """What is wrong with the keys of a mapping that say how its file is laid out."""
    faults = [
        f"{name} needs format = {' or '.join(repr(one) for one in formats)}"
        for name, formats in _BELONGS.items()
        if name in found and found.get("format") not in formats
    ]
    for name, most in (("header_row", 1_048_576), ("header_rows", _MOST_HEADER_ROWS)):
        value = found.get(name, 1)
        if type(value) is not int or not 1 <= value <= most:
            faults.append(f"{name} = {value!r} must be a whole number from 1 to {most}")
    faults += [
        f"{name} = {found[name]!r} must be text, in quotes"
        for name in ("sheet", "layer")
        if not isinstance(found.get(name, ""), str)
    ]
    return faults + [
        f"{name}: {column!r} is in no [columns]"
        for name in ("fill_down", "excel_dates")
        for column in found.get(name, ())
        if column not in found.get("columns", {})
    ]
