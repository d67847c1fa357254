"""The wall drawn as markup: sentence, clock, three figures, one tile an area in the order of the streets.

Invariant: every value went through `esc`; colour stands on what is overdue or nearly so and nowhere else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from cockpit import formats, queries
from cockpit.access.demo import demo_badge
from cockpit.context import View
from cockpit.markup import attributes, esc
from cockpit.theme import SHAPES, sign_out
from cockpit.wall import alive, computed, words
from cockpit.wall.guarded import guarded
from config import freshness
from geo.viewer import Clock
from geo.wall import Wall, WallArea


@dataclass(frozen=True, slots=True)
class Face:
    """In which state the picture stands: the moment it was taken at, since when the store is down, and now."""

    clock: Clock
    down_since: datetime | None = None
    now: datetime | None = None


def wall(view: View, found: Wall, face: Face, *, way_back: bool) -> str:
    """The whole screen; `way_back`: with a link to the other pages."""
    at = face.clock.at.astimezone(view.site.zone)
    told = words.sentence(view, found, at=at)
    now = (face.now or at).astimezone(view.site.zone)
    is_today = at.date() == now.date()
    then = f"{at:%H:%M}" if is_today else formats.moment(at, now=now, zone=view.site.zone, lang=view.lang)
    kept = view.tr("wall.kept", time=then) if face.down_since else ""
    state = "down" if face.down_since else "data"
    head = (
        f'<header>{_mark(told.level)}<div class="say"><h1>{esc(kept + told.head)}</h1>'
        f'<p class="lead">{esc(told.lead)}</p></div>'
        f'<div class="time"><b data-clock>{now:%H:%M}</b><span data-day>{esc(alive.day(view, now))}</span></div>'
        "</header>"
    )
    ways = _demo(view) + (_back(view) if way_back else "")
    foot = f'<footer><span>{esc(_place(view, found))}</span><span class="ways">{ways}</span></footer>'
    label = attributes(role="region", aria_label=view.tr("wall.page"))
    parts = (lambda: _figures(view, found), lambda: _tiles(view, found, _age(view, found, face, at)))
    body = "".join(guarded(view, part) for part in parts) if found.loaded_at else ""
    return f'<main class="wall {state}"{label}>{head}{body}{foot}</main>'


def waiting(view: View, *, down_since: datetime) -> str:
    """The screen of a wall that was started while the store was down: there is no picture to keep."""
    lead = view.tr("wall.down_lead", time=_clock(view, down_since), seconds=queries.RETRY_S)
    return (
        f'<main class="wall down"><header><div class="say"><h1>{esc(view.tr("wall.down"))}</h1>'
        f'<p class="lead">{esc(lead)}</p></div></header></main>'
    )


def _mark(level: str | None) -> str:
    if level is None:
        return ""
    return (
        f'<svg class="mark" viewBox="0 0 16 16" aria-hidden="true"><path class="lv {level}" d="{SHAPES[level]}"/></svg>'
    )


def _clock(view: View, moment: datetime) -> str:
    return f"{moment.astimezone(view.site.zone):%H:%M}"


def _place(view: View, found: Wall) -> str:
    name = view.site.name(view.lang)
    return view.tr("wall.simulated", site=name) if found.is_simulated else name


def _demo(view: View) -> str:
    """In the demo mode: its mark and the way to another role, for a wall has no menu."""
    badge = demo_badge(view)
    return badge + sign_out(view, "signin.menu.switch_to", all_="") if badge else ""


def _back(view: View) -> str:
    address = "./overview" if view.lang == "zh" else f"./overview?lang={view.lang}"
    return f'<a href="{esc(address)}">{esc(view.tr("wall.back"))}</a>'


def _age(view: View, found: Wall, face: Face, at: datetime) -> str:
    """The age of the data at the right end of the tiles' head; in a box when the store is down or the data is old."""
    if face.down_since:
        told = view.tr("common.down_since", time=_clock(view, face.down_since), seconds=queries.RETRY_S)
        return f'<span class="age badge" role="status">▢ {esc(told)}</span>'
    if found.loaded_at is None or view.replay:
        return ""
    age = at - found.loaded_at
    if age > timedelta(hours=2 * freshness.agreed_hours("incidents")):
        told = view.tr("common.stale", age=formats.duration(age.total_seconds(), view.lang))
        return f'<span class="age badge">{esc(told)}</span>'
    told = formats.age(found.loaded_at, now=at, zone=view.site.zone, lang=view.lang)
    gap = " " if view.lang == "zh" and told[0].isdigit() else ""
    return f'<span class="age">{esc(view.tr("common.updated", age=gap + told))}</span>'


# ---------------------------------------------------------------- figures


def _figures(view: View, found: Wall) -> str:
    unit, share = view.tr("wall.unit"), _promise(view, found)
    number = formats.number(found.n_overdue) if found.has_deadlines else ""
    under = view.tr("wall.overdue_under" if found.has_deadlines else "wall.no_deadlines")
    level = "orange" if found.n_overdue else None
    parts = [
        _figure(view.tr("wall.open"), formats.number(computed.total_open(found)), unit, _private(view, found)),
        _figure(view.tr("wall.overdue"), number, unit, under, level=level),
        _figure(view.tr("wall.promise"), share[0], "%", share[1]),
    ]
    return f'<section class="figs">{"".join(parts)}</section>'


def _figure(name: str, value: str, unit: str, under: str, *, level: str | None = None) -> str:
    number = f'<b class="figure">{esc(value)}</b><span class="u">{esc(unit)}</span>' if value else ""
    if not value:
        number, under = f'<b class="none">{esc(under)}</b>', ""
    mark = _mark(level) if level else ""
    return (
        f'<div class="fig{f" {level}" if level else ""}"><span class="name">{esc(name)}</span>'
        f'<span class="val">{mark}{number}</span><span class="under">{esc(under)}</span></div>'
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
        late = f'<span class="late">{_mark("orange")}{formats.number(area.n_overdue)}</span>'
    name = area.name.removesuffix("社区") if area.level == "community" else area.name
    told = view.tr("wall.tile", area=area.name, n=formats.number(area.n_open), overdue=formats.number(area.n_overdue))
    style = attributes(style=f"--share:{area.n_open / most:.3f};--late:{area.n_overdue / most:.3f}")
    kind = "tile" + (" zero" if not area.n_open else "") + (" over" if area.n_overdue else "")
    return (
        f'<div class="{kind}"{attributes(role="img", aria_label=told)}{style}>'
        f'<span class="t">{esc(name or area.name)}</span>{late}'
        f'<span class="bar"><i></i><i class="o"></i></span><b class="figure">{formats.number(area.n_open)}</b></div>'
    )
