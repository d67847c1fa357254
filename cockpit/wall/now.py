"""The scene 此刻: sentence, three figures, one tile an area in the order of the streets.

Invariant: colour stands on what is overdue or nearly so and nowhere else; every value went through `esc`.
"""

from math import ceil

from cockpit import formats
from cockpit.context import View
from cockpit.markup import attributes, esc
from cockpit.queries import Asked
from cockpit.wall import computed, words
from cockpit.wall.frame import Face, age, mark
from cockpit.wall.scene import Level, Scene
from geo.wall import Wall, WallArea


def scene(view: View, asked: Asked, found: Wall, face: Face) -> Scene:  # noqa: ARG001 - as every scene is made
    """The scene of this moment."""
    told = words.sentence(view, found, at=face.at(view))
    body = _figures(view, found) + _tiles(view, found, age(view, face)) if found.loaded_at else ""
    late = frozenset(
        f"{case.reported_at.isoformat()} {case.finest} {case.level}" for case in found.cases if case.level is not None
    )
    return Scene("now", told, late, body)


# ---------------------------------------------------------------- figures


def _figures(view: View, found: Wall) -> str:
    unit, share = view.tr("wall.unit"), _promise(view, found)
    number = formats.number(found.n_overdue) if found.has_deadlines else ""
    under = view.tr("wall.overdue_under" if found.has_deadlines else "wall.no_deadlines")
    level: Level | None = "orange" if found.n_overdue else None
    parts = [
        _figure(view.tr("wall.open"), formats.number(computed.total_open(found)), unit, _private(view, found)),
        _figure(view.tr("wall.overdue"), number, unit, under, level=level),
        _figure(view.tr("wall.promise"), share[0], "%", share[1]),
    ]
    return f'<section class="figs">{"".join(parts)}</section>'


def _figure(name: str, value: str, unit: str, under: str, *, level: Level | None = None) -> str:
    number = f'<b class="figure">{esc(value)}</b><span class="u">{esc(unit)}</span>' if value else ""
    if not value:
        number, under = f'<b class="none">{esc(under)}</b>', ""
    return (
        f'<div class="fig{f" {level}" if level else ""}"><span class="name">{esc(name)}</span>'
        f'<span class="val">{mark(level)}{number}</span><span class="under">{esc(under)}</span></div>'
    )


def _private(view: View, found: Wall) -> str:
    if found.n_private is not None:
        return view.tr("wall.private_some", n=formats.number(found.n_private))
    return view.tr("wall.private_none")


def _promise(view: View, found: Wall) -> tuple[str, str]:
    """The share in per cent and its cases, or nothing and the words that stand in its place."""
    if not found.tells_arrivals or not found.arrivals:
        return "", view.tr("wall.no_data")
    if found.in_time is None or found.arrivals < computed.MINIMUM_N:
        return "", view.tr("wall.too_few", n=formats.number(found.arrivals))
    cases = view.tr("wall.of", n=formats.number(found.in_time), all=formats.number(found.arrivals))
    return formats.number(found.in_time / found.arrivals * 100), cases


# ---------------------------------------------------------------- areas


def _tiles(view: View, found: Wall, age: str) -> str:
    areas = computed.tiles(found)
    if not areas:
        return f'<section class="areas"><h2><b>{esc(view.tr("wall.no_areas"))}</b>{age}</h2></section>'
    level = view.tr(f"common.level_{areas[0].level}")
    title = view.tr("wall.areas", n=formats.number(len(areas)), level=level)
    unit = view.tr("wall.areas_unit" if found.has_deadlines else "wall.areas_unit_open")
    most = max(5, *(area.n_open for area in areas))
    columns = next((n for n in (4, 5, 8, 10, 12) if len(areas) <= n * ceil(n * 0.625)), 12)
    tiles = "".join(_tile(view, area, most) for area in areas)
    style = attributes(
        style=f"--columns:{columns};--rows:{ceil(len(areas) / columns)}", data_rows=ceil(len(areas) / columns)
    )
    return (
        f'<section class="areas"><h2><b>{esc(title)}</b><span>{esc(unit)}</span>{age}</h2>'
        f'<div class="tiles"{style}>{tiles}</div></section>'
    )


def _tile(view: View, area: WallArea, most: int) -> str:
    """One area: its name, its open cases as a number and a length, what of them is overdue."""
    late = ""
    if area.n_overdue:
        late = f'<span class="late">{mark("orange")}{formats.number(area.n_overdue)}</span>'
    name = area.name.removesuffix("社区") if area.level == "community" else area.name
    told = view.tr("wall.tile", area=area.name, n=formats.number(area.n_open), overdue=formats.number(area.n_overdue))
    style = attributes(style=f"--share:{area.n_open / most:.3f};--late:{area.n_overdue / most:.3f}")
    kind = "tile" + (" zero" if not area.n_open else "") + (" over" if area.n_overdue else "")
    return (
        f'<div class="{kind}"{attributes(role="img", aria_label=told)}{style}>'
        f'<span class="t">{esc(name or area.name)}</span>{late}'
        f'<span class="bar"><i></i><i class="o"></i></span><b class="figure">{formats.number(area.n_open)}</b></div>'
    )
