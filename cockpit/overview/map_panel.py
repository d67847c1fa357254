"""The overview's map: switches, areas by class, the heat over them, service points and names on top.

Invariant: what is shown by colour stands in words in the tooltip and in the table beside the map; the areas never
wait for the heat.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import streamlit as st

from cockpit import formats, layers
from cockpit.context import View, token
from cockpit.filterbar import link, option
from cockpit.maps import areamap, classes, heat
from cockpit.maps.frame import Frame
from cockpit.markup import attributes, esc
from cockpit.overview import computed
from cockpit.overview.computed import AreaFigures, AreaTable
from cockpit.panels import Empty
from cockpit.picture import picture
from geo.map_queries import Area, Outline, ServicePoint

MODES = ("areas", "heat")
MEASURES = ("count", "rate")
MOST_MARKS = 12
"""Where more areas have overdue cases a mark on each would say nothing; the table names them all."""
HEAT_RADIUS_M, HEAT_RADIUS_PX = 220, (26, 60)


@dataclass(frozen=True, slots=True)
class MapChoice:
    """The switches of the map: areas or heat, counts or rates, which service points."""

    mode: str
    measure: str
    services: str
    overlay: str

    @property
    def is_heat(self) -> bool:
        """Whether the heat lies over the areas."""
        return self.mode == "heat"


def choice(view: View, table: AreaTable) -> MapChoice:
    """What the URL asks for, as far as there is data for it."""
    measure = view.option("by", MEASURES) if table.has_households else "count"
    overlays = ("", *(layer.code for layer in layers.map_layers(layers.shapes_of(view))))
    return MapChoice(view.option("mode", MODES), measure, chosen_services(view), view.option("overlay", overlays))


def chosen_services(view: View) -> str:
    """The kind of service points that the map shows, `all` of them, or none (empty); all where there are no areas."""
    named = view.params.get("services") or ("" if view.areas else "all")
    return "" if named == "none" else named


def title(view: View) -> str:
    """What the map is of."""
    return view.tr("overview.map_title" if "incidents" in view.datasets else "overview.map_title_base")


def map_unit(view: View) -> str:
    """The unit and period in the head of the map; before the first incident it is the basemap alone."""
    if "incidents" not in view.datasets:
        return view.tr("overview.map_unit_base")
    is_heat = view.option("mode", MODES) == "heat"
    key = "heat" if is_heat else view.option("by", MEASURES)
    level = view.tr(f"common.level_{view.filters.level}").lower()
    return view.tr(f"overview.map_unit_{key}", level=level, period=_period(view))


def _period(view: View) -> str:
    return formats.period(view.filters.start, view.filters.end, view.lang)


def area_map(view: View) -> Empty | None:
    """The switches, the drawing, the heat over it, and the names on top."""
    shapes = layers.shapes_of(view)
    ground = layers.ground_of(view)
    frame = layers.frame_of(shapes, ground=ground)
    if frame is None:
        return Empty(view.tr("overview.no_areas"))
    table = computed.area_table(view)
    chosen = choice(view, table)
    if "incidents" not in view.datasets:
        chosen = replace(chosen, mode="areas")
    limits = classes.limits(
        (value for row in table.rows if (value := _measure(row, chosen)) is not None), whole=chosen.measure == "count"
    )
    picture(_controls(view, table, chosen, limits), key="map_controls")
    with st.container(key="mapstack"):
        _lower(view, table, chosen, frame, limits)
        if chosen.is_heat:
            _heat(view, frame)
        with st.container(key="maptop"):
            picture(_upper(view, table, chosen, frame), key="map_top")
    return None


def _measure(row: AreaFigures, chosen: MapChoice) -> float | None:
    return row.per_thousand if chosen.measure == "rate" else float(row.incidents)


def _lower(view: View, table: AreaTable, chosen: MapChoice, frame: Frame, limits: Sequence[float]) -> None:
    painted = [_painted(view, table, row, chosen, limits) for row in table.rows]
    total = sum(row.incidents for row in table.rows)
    label = view.tr("overview.map_label", area=view.area_name, unit=map_unit(view), n=formats.number(total))
    before = view.link({"area": None, "level": None})
    drawn = areamap.drawing(
        frame,
        addresses=_addresses(view, chosen),
        painted=painted,
        go_before=f"{before}{'&' if len(before) > 1 else ''}area=",
        label=label,
        is_heat=chosen.is_heat,
    )
    picture(drawn.removesuffix("</div>") + zoomer(view) + "</div>", key="map")


def _painted(
    view: View, table: AreaTable, row: AreaFigures, chosen: MapChoice, limits: Sequence[float]
) -> areamap.Painted:
    value = _measure(row, chosen) if table.is_covered else None
    step = None if value is None else classes.class_of(value, limits)
    return areamap.Painted(row.area.area_id, step, _told(view, table, row), row.overdue)


def _told(view: View, table: AreaTable, row: AreaFigures) -> str:
    """What the tooltip says about an area, below its name."""
    if not table.is_covered:
        return view.tr("common.no_data")
    lines = [view.tr("overview.tip_reported", n=formats.number(row.incidents))]
    if row.per_thousand is not None and row.households is not None:
        rate = formats.number(row.per_thousand, digits=1)
        lines.append(view.tr("overview.tip_rate", rate=rate, households=formats.number(row.households)))
    elif row.households is not None:
        lines.append(view.tr("overview.tip_few_households"))
    elif table.has_households:
        lines.append(view.tr("overview.tip_no_households"))
    if row.open_cases:
        key = "tip_open_overdue" if row.overdue else "tip_open"
        lines.append(view.tr(f"overview.{key}", n=formats.number(row.open_cases), overdue=formats.number(row.overdue)))
    return "\n".join(lines)


def _addresses(view: View, chosen: MapChoice) -> areamap.Addresses:
    shapes = layers.shapes_of(view)
    asked = {"level": view.filters.level, "day": shapes.day.isoformat(), "v": str(shapes.version)}
    if view.filters.area:
        asked["area"] = token(view.filters.area)

    def address(name: str, **more: str) -> str:
        return f"/layers/{name}.svg?{urlencode({**asked, **more})}"

    return areamap.Addresses(
        areas=address("areas"),
        lines=address("lines"),
        base_below=address("base", part="below"),
        base_above=address("base", part="above", **({"overlay": chosen.overlay} if chosen.overlay else {})),
    )


def zoomer(view: View) -> str:
    """The buttons that zoom a map."""
    buttons = (("1.6", "+", "zoom_in"), ("0.625", "−", "zoom_out"), ("0", "⤢", "zoom_all"))
    return f'<div class="zoomer">{"".join(_zoom(view.tr(f"overview.{key}"), *rest) for *rest, key in buttons)}</div>'


def _zoom(name: str, factor: str, sign: str) -> str:
    return f"<button{attributes(type='button', data_zoom=factor, aria_label=name, data_tip=name)}>{sign}</button>"


def _heat(view: View, frame: Frame) -> None:
    start, end = view.bounds()
    _, n = layers.heat_csv(
        view.asked, start=start, end=end, within=view.filters.area_id, category=view.filters.category
    )  # asked here so that a store that is down shows in the panel, not as a failed address
    if not n:
        return  # deck.gl takes a table without rows for a fault
    asked = {
        "from": view.filters.start.isoformat(),
        "to": view.filters.end.isoformat(),
        "v": str(view.data_version),
        "at": view.clock.at.isoformat(timespec="minutes"),
    }
    if view.filters.area:
        asked["area"] = token(view.filters.area)
    if view.filters.category:
        asked["category"] = view.filters.category
    least, most = HEAT_RADIUS_PX
    radius = min(most, max(least, HEAT_RADIUS_M / frame.metres_per_pixel))
    deck = heat.deck(f"/layers/heat.csv?{urlencode(asked)}", frame, radius_px=radius)
    with st.container(key="mapheat"):
        st.pydeck_chart(deck, width=frame.width, height=frame.height, key="heat")


def _upper(view: View, table: AreaTable, chosen: MapChoice, frame: Frame) -> str:
    shapes, ground = layers.shapes_of(view), layers.ground_of(view)
    outlines = layers.outlines_of(shapes, level=ground.level, within=ground.within)
    overdue = {row.area.area_id: row.overdue for row in table.rows if row.overdue}
    if len(overdue) > MOST_MARKS:
        overdue = {}
    above: tuple[Outline, ...] = ()
    if len(outlines) > areamap.MOST_LABELS:
        outlines = tuple(outline for outline in outlines if outline.area_id in overdue)
        above = layers.above_of(shapes, ground=ground, most=areamap.MOST_LABELS)
    placed = areamap.place_labels(outlines, frame, names=map_names(view), overdue=overdue, above=above)
    return areamap.top(frame, placed=placed, points=_service_points(view, chosen))


def map_names(view: View) -> dict[int, str]:
    """Names as a map writes them: short, and without a first word that all areas of a level have (ANC 4D: 4D).

    A word stays where one name would be left with a single character, which reads as a count.
    """
    names = short_names(view)
    for level in {area.level for area in view.areas}:
        ids = [area.area_id for area in view.areas if area.level == level]
        parted = {area_id: names[area_id].partition(" ") for area_id in ids}
        is_shared = len(ids) > 2 and len({first for first, _, _ in parted.values()}) == 1
        if is_shared and all(len(rest) > 1 for _, _, rest in parted.values()):
            names |= {area_id: rest for area_id, (_, _, rest) in parted.items()}
    return names


def short_names(view: View) -> dict[int, str]:
    """Names as a list shows them: without the name of a place that holds all of the map, without the word for their
    level behind.
    """
    alone = Counter(area.level for area in view.areas)
    around = [*view.lineage(), *(area for area in view.areas if alone[area.level] == 1)]
    return {area.area_id: _short(area, around) for area in view.areas}


def _short(area: Area, around: Sequence[Area]) -> str:
    name = area.name
    for above in around:
        for before in (above.name, above.name.removesuffix("社区")):
            if above.area_id != area.area_id and before and name.startswith(before) and name != before:
                name = name.removeprefix(before)
    for behind in ("社区", "微网格"):
        name = name.removesuffix(behind) or name
    return name


def _service_points(view: View, chosen: MapChoice) -> list[tuple[ServicePoint, str]]:
    if not chosen.services:
        return []
    found = layers.service_points(view.asked, within=view.filters.area_id)
    return [
        (point, f"{point.name}\n{point.kind_en if view.lang == 'en' else point.kind_zh}".lstrip())
        for point in found
        if chosen.services in ("all", point.kind)
    ]


def _controls(view: View, table: AreaTable, chosen: MapChoice, limits: Sequence[float]) -> str:
    if "incidents" not in view.datasets:
        choices = _service_choice(view, chosen) + _overlay_choice(view, chosen)
        return f'<div class="bar">{choices}{_county_key(view)}</div>'
    areas = link(view, view.tr("overview.mode_areas"), {"mode": None}, is_on=not chosen.is_heat)
    modes = areas + link(view, view.tr("overview.mode_heat"), {"mode": "heat"}, is_on=chosen.is_heat)
    parts = [f'<span class="group">{modes}</span>']
    if chosen.is_heat:
        parts.append(f'<span class="i2 nowebgl">{esc(view.tr("overview.no_webgl"))}</span>')
    else:
        parts.append(_measures(view, table, chosen))
    parts.append(_service_choice(view, chosen))
    parts.append(_overlay_choice(view, chosen))
    parts.append(_county_key(view))
    parts.append(_legend(view, table, chosen, limits))
    return f'<div class="bar">{"".join(parts)}</div>'


def _measures(view: View, table: AreaTable, chosen: MapChoice) -> str:
    if not table.has_households:
        return f'<span class="i3">{esc(view.tr("overview.by_households_none"))}</span>'
    count = link(view, view.tr("overview.by_count"), {"by": None}, is_on=chosen.measure == "count")
    rate = link(view, view.tr("overview.by_households"), {"by": "rate"}, is_on=chosen.measure == "rate")
    return f'<span class="group">{count}{rate}</span>'


def _service_choice(view: View, chosen: MapChoice) -> str:
    found = layers.service_points(view.asked, within=view.filters.area_id)
    if not found:
        return ""
    kinds: dict[str, list[ServicePoint]] = {}
    for point in found:
        kinds.setdefault(point.kind, []).append(point)
    without = view.link({"services": None if view.areas else "none"})
    options = option(view.tr("overview.services_none"), without, is_on=not chosen.services)
    options += option(
        view.tr("overview.services_all", n=formats.number(len(found))),
        view.link({"services": "all"}),
        is_on=chosen.services == "all",
    )
    for kind, points in kinds.items():
        name = points[0].kind_en if view.lang == "en" else points[0].kind_zh
        text = view.tr("overview.services_kind", name=name, n=formats.number(len(points)))
        options += option(text, view.link({"services": kind}), is_on=chosen.services == kind)
    return f"<select data-choose{attributes(aria_label=view.tr('overview.services'))}>{options}</select>"


def _overlay_choice(view: View, chosen: MapChoice) -> str:
    found = layers.map_layers(layers.shapes_of(view))
    if not found:
        return ""
    options = option(view.tr("overview.overlay_none"), view.link({"overlay": None}), is_on=not chosen.overlay)
    for layer in found:
        text = view.tr("overview.overlay_layer", name=layer.name(view.lang), n=formats.number(layer.n))
        options += option(text, view.link({"overlay": layer.code}), is_on=chosen.overlay == layer.code)
    return f"<select data-choose{attributes(aria_label=view.tr('overview.overlay'))}>{options}</select>"


def _county_key(view: View) -> str:
    """What the broad pale line is, where the map shows one."""
    if "county" not in layers.base_kinds(layers.shapes_of(view), ground=layers.ground_of(view)):
        return ""
    line = '<svg width="22" height="8" aria-hidden="true"><path class="county" d="M0 4H22"/></svg>'
    return f'<span class="legend">{line}<span class="i2">{esc(view.tr("data.layer_county"))}</span></span>'


def _legend(view: View, table: AreaTable, chosen: MapChoice, limits: Sequence[float]) -> str:
    if chosen.is_heat:
        start, end = view.bounds()
        _, n = layers.heat_csv(
            view.asked, start=start, end=end, within=view.filters.area_id, category=view.filters.category
        )
        title = view.tr("overview.legend_heat", n=formats.number(n))
        return areamap.heat_legend(title=title, low=view.tr("overview.heat_low"), high=view.tr("overview.heat_high"))
    shown = [formats.number(limit, digits=0 if limit == int(limit) else 1) + "+" for limit in limits]
    has_missing = any(_measure(row, chosen) is None for row in table.rows) or not table.is_covered
    return areamap.legend(
        shown,
        title=view.tr(f"overview.legend_{chosen.measure}"),
        lowest=_lowest(table, chosen, shown) if table.is_covered else None,
        missing=view.tr("common.no_data") if has_missing else None,
    )


def _lowest(table: AreaTable, chosen: MapChoice, shown: Sequence[str]) -> str:
    """The lowest class in the legend: 0, below the first limit, or without limits what all areas lie between."""
    known = sorted(value for row in table.rows if (value := _measure(row, chosen)) is not None)
    if not known or known[0] == 0:
        return "0"
    if shown:
        return f"<{shown[0].removesuffix('+')}"
    ends = [formats.number(value, digits=0 if value == int(value) else 1) for value in (known[0], known[-1])]
    return "–".join(dict.fromkeys(ends))
