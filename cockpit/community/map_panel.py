"""The community's map: its grids on the basemap, open cases numbered as in the list, service points, pale neighbours.

Invariant: only cases with a point of their own that are no private category's are drawn; how many are not is said.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

import shapely
import streamlit as st

from cockpit import layers
from cockpit.community import computed, open_panel
from cockpit.community.choice import Chosen
from cockpit.community.computed import Due
from cockpit.context import token
from cockpit.layers import Ground
from cockpit.maps import areamap, placemap
from cockpit.maps.areamap import Label, Painted
from cockpit.maps.frame import Frame
from cockpit.maps.placemap import Mark, PlaceMap, Spot
from cockpit.markup import attributes, esc
from cockpit.overview.map_panel import map_names, zoomer
from cockpit.panels import Empty
from cockpit.picture import picture
from cockpit.theme import level_icon
from geo.map_queries import Outline

SHAPES = {"overdue": "overdue", "soon": "soon"}
MOST_MARKS = 30
"""Numbered marks; with more of them they would push each other from their places."""


def draw(chosen: Chosen) -> Empty | None:
    """The drawing, its key, and what is not on it."""
    view, area = chosen.view, chosen.area
    view.check()
    if area is None:
        return Empty(view.tr("community.no_areas"))
    shapes = layers.shapes_of(view)
    ground = Ground(view.filters.level, area.area_id, area.level, is_roomy=True)
    frame = layers.frame_of(shapes, ground=ground)
    outlines = layers.outlines_of(shapes, level=area.level, within=None)
    own = next((outline for outline in outlines if outline.area_id == area.area_id), None)
    if frame is None or own is None:
        return Empty(view.tr("community.no_areas"))
    rows = _rows(chosen)
    all_marks, spots = _marks(chosen, rows), _spots(chosen, frame)
    numbered = len(open_panel.listed(view, rows)[:MOST_MARKS])
    last = rows[numbered - 1].number if numbered else 0
    marks = tuple(mark for mark in all_marks if mark.number <= last)
    dots = all_marks[len(marks) :]
    inside = layers.outlines_of(shapes, level=ground.level, within=ground.within)
    around = _around(frame, own, outlines)
    names, near = _names(chosen, inside, around, frame, marks)
    drawn = PlaceMap(own=own, around=around, labels=names, near_labels=near, marks=marks, dots=dots, spots=spots)
    with st.container(key="mapstack"):
        picture(_lower(chosen, frame, ground, inside, n=len(all_marks), services=len(spots)), key="community_map")
        with st.container(key="maptop"):
            picture(placemap.top(frame, drawn), key="community_map_top")
    picture(
        _key(chosen, rows, all_marks, spots, has_dots=any(dot.shape == "open" for dot in dots)), key="community_map_key"
    )
    return None


def _rows(chosen: Chosen) -> Sequence[Due]:
    """The cases of the list; none where there is no list."""
    if chosen.area is None or open_panel.refused(chosen):
        return ()
    found = computed.open_list(chosen.view, chosen.area)
    return open_panel.shown(chosen, found)


def _marks(chosen: Chosen, rows: Sequence[Due]) -> tuple[Mark, ...]:
    return tuple(
        Mark(row.number, SHAPES.get(row.group, "open"), row.case.lon, row.case.lat, open_panel.tip(chosen.view, row))
        for row in rows
        if row.case.lon is not None and row.case.lat is not None
    )


def _spots(chosen: Chosen, frame: Frame) -> tuple[Spot, ...]:
    view = chosen.view
    west, south, east, north = frame.box(margin=0)
    return tuple(
        Spot(point.lon, point.lat, f"{point.name}\n{point.kind_en if view.lang == 'en' else point.kind_zh}".lstrip())
        for point in layers.service_points(view.asked, within=None)
        if west <= point.lon <= east and south <= point.lat <= north
    )


def _around(frame: Frame, own: Outline, outlines: Sequence[Outline]) -> tuple[Outline, ...]:
    """The neighbours that the drawing shows."""
    seen = shapely.box(*frame.box())
    return tuple(one for one in outlines if one.area_id != own.area_id and seen.intersects(one.shape))


def _names(
    chosen: Chosen, inside: Sequence[Outline], around: Sequence[Outline], frame: Frame, marks: Sequence[Mark]
) -> tuple[tuple[Label, ...], tuple[Label, ...]]:
    """Names of the grids and of the neighbours that find room; none of the grids where there are too many."""
    names = map_names(chosen.view)
    grids = [one for one in inside if chosen.area is None or one.area_id != chosen.area.area_id]
    parts, near = (
        [(one, names.get(one.area_id, one.name)) for one in shown if len(shown) <= areamap.MOST_LABELS]
        for shown in (grids, around)
    )
    return placemap.place_names(frame, marks, parts, near)


def _lower(chosen: Chosen, frame: Frame, ground: Ground, inside: Sequence[Outline], *, n: int, services: int) -> str:
    view = chosen.view
    shapes = layers.shapes_of(view)
    area = token(chosen.area) if chosen.area else ""
    asked = {
        "level": ground.level,
        "day": shapes.day.isoformat(),
        "v": str(shapes.version),
        "area": area,
        "room": "wide",
    }

    def address(name: str, **more: str) -> str:
        return f"/layers/{name}.svg?{urlencode({**asked, **more})}"

    before = view.link({"area": None, "rows": None})
    drawn = areamap.drawing(
        frame,
        addresses=areamap.Addresses(
            areas=address("areas"),
            lines=address("lines"),
            base_below=address("base", part="below"),
            base_above=address("base", part="above"),
        ),
        painted=[
            Painted(one.area_id, 1 if chosen.part and one.area_id == chosen.part.area_id else 0, "") for one in inside
        ],
        go_before=f"{before}{'&' if len(before) > 1 else ''}area=",
        label=view.tr("community.map_label", area=chosen.area.name if chosen.area else "", n=n, services=services),
        is_heat=False,
    )
    return drawn.removesuffix("</div>") + zoomer(view) + "</div>"


def _key(chosen: Chosen, rows: Sequence[Due], marks: Sequence[Mark], spots: Sequence[Spot], *, has_dots: bool) -> str:
    """What the shapes mean, of those that are there, and the cases that are not on the map."""
    view, present = chosen.view, {mark.shape for mark in marks}
    ring = _icon('<circle class="case" r="5.5"/>')
    icons = {"overdue": level_icon("orange", 14), "soon": level_icon("yellow", 14), "open": ring}
    told = [f"<span>{icons[name]} {esc(view.tr(f'community.key_{name}'))}</span>" for name in icons if name in present]
    if has_dots:
        dot = _icon('<circle class="case" r="3"/>')
        told.append(f"<span>{dot} {esc(view.tr('community.key_rest'))}</span>")
    if spots:
        small = _icon(f'<path class="spot" d="{placemap.SMALL_DIAMOND}"/>')
        told.append(f"<span>{small} {esc(view.tr('community.key_service'))}</span>")
    private = sum(row.case.is_private for row in rows)
    pointless = len(rows) - len(marks) - private
    if private or pointless:
        left = view.tr("community.map_left_out", n=private + pointless, private=private, pointless=pointless)
        told.append(f"<span{attributes(class_='i2')}>{esc(left)}</span>")
    return f'<p class="k-key">{"".join(told)}</p>' if told else ""


def _icon(shape: str) -> str:
    return f'<svg class="ic" width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">{shape}</svg>'
