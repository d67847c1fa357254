"""Turns the placemarks of a KML into GeoJSON features, so that one reader judges the shapes of both.

Invariant: every placemark is a feature; a shape that cannot be understood stays in its feature as text and is broken
there. Links to other files are never followed.
"""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

NAMED = ("name", "description")
RINGS = ("outerBoundaryIs", "innerBoundaryIs")
SHAPES = frozenset(("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Track", "MultiTrack", "Model"))


def collection(root: Element) -> dict[str, Any]:
    """The FeatureCollection of all placemarks, in the order of the file."""
    features = [_feature(element) for element in root.iter() if local(element) == "Placemark"]
    _leave_out_twins(features)
    return {"type": "FeatureCollection", "features": features}


def links(root: Element) -> int:
    """How many links to other files there are."""
    return sum(local(element) == "NetworkLink" for element in root.iter())


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _feature(placemark: Element) -> dict[str, Any]:
    shape = next((child for child in placemark if local(child) in SHAPES), None)
    return {
        "type": "Feature",
        "properties": dict(_properties(placemark)),
        "geometry": None if shape is None else _geometry(shape),
    }


def _properties(placemark: Element) -> Iterator[tuple[str, str | None]]:
    for child in placemark:
        if local(child) in NAMED:
            yield local(child), child.text
        elif local(child) == "ExtendedData":
            for item in child.iter():
                if local(item) == "SimpleData":
                    yield item.get("name", ""), item.text
                elif local(item) == "Data":
                    yield item.get("name", ""), next((part.text for part in item if local(part) == "value"), None)


def _leave_out_twins(features: list[dict[str, Any]]) -> None:
    """Takes out name and description where a column of the placemarks' own says the same in all of them."""
    told = [feature["properties"] for feature in features]
    for name in NAMED:
        others = dict.fromkeys(key for one in told for key in one if key not in NAMED)
        is_said = any(one.get(name) for one in told)
        if not is_said or any(all(one.get(name) == one.get(other) for one in told) for other in others):
            for one in told:
                one.pop(name, None)


def _geometry(shape: Element) -> dict[str, Any]:
    """The shape as GeoJSON; `coordinates` is the text itself where it holds no numbers."""
    kind = local(shape)
    if kind == "MultiGeometry":
        return _together([_geometry(child) for child in shape if local(child) in SHAPES])
    if kind == "Polygon":
        rings = [ring for place in RINGS for child in shape if local(child) == place for ring in child]
        return {"type": kind, "coordinates": [_places(ring) for ring in rings]}
    if kind == "Point":
        places = _places(shape)
        return {"type": kind, "coordinates": places[0] if len(places) == 1 else places}
    return {"type": "LineString" if kind == "LinearRing" else kind, "coordinates": _places(shape)}


def _together(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Parts of one kind as one shape of many, other parts as a collection."""
    kinds = {part["type"] for part in parts}
    if len(kinds) == 1 and kinds <= {"Point", "LineString", "Polygon"}:
        return {"type": f"Multi{kinds.pop()}", "coordinates": [part["coordinates"] for part in parts]}
    return {"type": "GeometryCollection", "geometries": parts}


def _places(ring: Element) -> Any:
    """The places (lon, lat) of a list of coordinates; the text as it stands where it is none."""
    text = next((child.text or "" for child in ring.iter() if local(child) == "coordinates"), "")
    try:
        places = [[float(number) for number in place.split(",")] for place in text.split()]
    except ValueError:
        return text
    return [place[:2] for place in places] if all(1 < len(place) < 4 for place in places) else text
