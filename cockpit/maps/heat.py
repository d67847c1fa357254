"""The heat over a map: binned counts as CSV for the WebGL layer, the layer's definition, and its colours.

Invariant: only counts per cell leave the server, never a case's point or text.
"""

from collections.abc import Iterable

import pydeck as pdk

from cockpit.maps.frame import Frame
from geo.map_queries import HeatBin

COLOURS = [[218, 203, 235, 150], [183, 149, 218, 190], [138, 91, 191, 215], [107, 70, 160, 230], [85, 48, 138, 240]]
"""The tokens --ex-1 … --ex-4 of the desk theme, with their opacity."""


def csv(bins: Iterable[HeatBin]) -> str:
    """One line a cell: lon, lat (degrees, EPSG:4326), n."""
    return "lon,lat,n\n" + "".join(f"{cell.lon:.5f},{cell.lat:.5f},{cell.n}\n" for cell in bins)


def deck(address: str, frame: Frame, *, radius_px: float) -> pdk.Deck:
    """The heat layer over the data at `address`, in exactly the frame's viewport; it answers to no pointer."""
    layer = pdk.Layer(
        "HeatmapLayer",
        data=address,
        id="heat",
        get_position="[lon,lat]",
        get_weight="n",
        radius_pixels=round(radius_px),
        intensity=1,
        threshold=0.06,
        color_range=COLOURS,
        pickable=False,
    )
    view = pdk.View(type="MapView", controller=False, id="map")
    state = pdk.ViewState(longitude=frame.lon, latitude=frame.lat, zoom=frame.zoom, pitch=0, bearing=0)
    return pdk.Deck(layers=[layer], views=[view], initial_view_state=state, map_provider=None, tooltip=False)
