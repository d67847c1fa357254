"""Map shapes and heat by address, so that a browser fetches them once a version: `/layers/…`.

Invariant: what an address says is checked against what exists before it reaches a query, the rows are those that
the asking viewer may see, and no answer is kept by anyone but that viewer's browser, for that session. What exists and
is not the asker's gets the same answer as what does not exist, and a line in the audit trail.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from cockpit import context, layers, queries
from cockpit.access import current, refusals
from cockpit.queries import AskedShapes
from cockpit.routes import faults
from cockpit.wall import computed
from cockpit.wall.now import basemap
from config.site import site
from geo.map_queries import LEVELS, Area
from geo.viewer import NOBODY, PROGRAM, Clock, Viewer
from geo.windows import FIRST_DAY, LAST_DAY

SHAPES_KEPT = "private, max-age=31536000, immutable"
COUNTS_KEPT = "private, max-age=600"
SEEN_BY = "rows.cases"
"""The right of the written table that the addresses need: of who sees cases somewhere, and so a map of them."""
WALL = "page.wall"
"""That of the wall's map, which is asked with the wall's login."""
NOTHING = "there is nothing at this address"


@dataclass(frozen=True, slots=True)
class _Place:
    """The shapes an address asks for."""

    asked: AskedShapes
    ground: layers.Ground
    areas: tuple[Area, ...]


class BadAddressError(Exception):
    """The address names nothing that the asker sees, whether it exists or not."""


class NobodyError(Exception):
    """Who asks is not signed in."""


def _place(request: Request) -> _Place:
    params = request.query_params
    day = context.parse_day(params.get("day", ""))
    level = params.get("level", "")
    if day is None or level not in LEVELS:
        raise BadAddressError("day and level are needed")
    viewer = _asker(request)
    now = _asked(viewer)
    asked = queries.asked_shapes(now, day=day)
    areas = queries.areas(now, day=day)
    within = _named(viewer, areas, params.get("area"))
    is_roomy = params.get("room") == "wide"
    ground = layers.Ground(level, within.area_id if within else None, within.level if within else None, is_roomy)
    return _Place(asked, ground, areas)


def _asker(request: Request, right: str = SEEN_BY) -> Viewer:
    """Who asks; raises NobodyError without a session, BadAddressError for a role without the right."""
    viewer = current.viewer_of(current.of_request(request))
    if viewer == NOBODY:
        raise NobodyError
    if not current.may(viewer, right):
        refusals.note(viewer, what="address", asked=request.url.path, where="route")
        raise BadAddressError(NOTHING)
    return viewer


def _asked(viewer: Viewer, at: str | None = None) -> queries.Asked:
    """The asking at the moment `at` of the page that names it, never later than the site's clock."""
    pulse = queries.pulse(None, PROGRAM)
    clock = pulse.clock
    if at is not None:
        try:
            told = Clock(datetime.fromisoformat(at))
            if not FIRST_DAY <= told.at.astimezone(UTC).date() <= LAST_DAY:
                raise ValueError(at)
            clock = min(told, clock, key=lambda one: one.at)
        except (ValueError, OverflowError) as error:
            raise BadAddressError("at must be a moment with an offset") from error
    return queries.Asked(viewer, clock, pulse.version)


def _named(viewer: Viewer, areas: tuple[Area, ...], named: str | None) -> Area | None:
    if not named:
        return None
    found, _ = context.parse_area({"area": named}, areas)
    if found is None:
        refusals.note(viewer, what="area", asked=named, where="route")
        raise BadAddressError(NOTHING)
    return found


def _answer(make: Callable[[], Response]) -> Response:
    try:
        found = make()
        found.headers["vary"] = "cookie"  # another session in the same browser asks anew
        return found
    except NobodyError:
        return _refused("sign in first", 401)
    except BadAddressError as error:
        return _refused(str(error), 404)
    except faults.FAULTS as fault:
        return _refused(faults.told(fault), 503)


def _refused(text: str, status: int) -> Response:
    return PlainTextResponse(text, status_code=status, headers={"cache-control": "no-store"})


def _svg(text: str) -> Response:
    return Response(text, media_type="image/svg+xml", headers={"cache-control": SHAPES_KEPT})


def areas(request: Request) -> Response:
    """The areas of a level as SVG paths."""

    def make() -> Response:
        place = _place(request)
        return _svg(layers.areas_fragment(place.asked, ground=place.ground))

    return _answer(make)


def lines(request: Request) -> Response:
    """The borders above a level as SVG paths."""

    def make() -> Response:
        place = _place(request)
        return _svg(layers.lines_fragment(place.asked, ground=place.ground))

    return _answer(make)


def base(request: Request) -> Response:
    """The basemap as SVG paths: `part=below` or `part=above` the areas, there with the layer `overlay`."""

    def make() -> Response:
        place = _place(request)
        is_above = request.query_params.get("part") == "above"
        overlay = request.query_params.get("overlay")
        if overlay and overlay not in {layer.code for layer in layers.map_layers(place.asked)}:
            raise BadAddressError(f"no layer {overlay!r}")
        return _svg(layers.base_fragment(place.asked, ground=place.ground, is_above=is_above, overlay=overlay))

    return _answer(make)


def wall(request: Request) -> Response:
    """The ground of the wall's map as SVG: `part=below` or `part=above` what is coloured, as of the `day`."""

    def make() -> Response:
        params = request.query_params
        day = context.parse_day(params.get("day", ""))
        if day is None or params.get("part") not in ("below", "above"):
            raise BadAddressError("day and part are needed")
        viewer = _asker(request, WALL)
        now = _asked(viewer)
        today = now.clock.at.astimezone(site().zone).date()
        if not today - timedelta(days=1) <= day <= today:  # a wall is of today; each other day would be kept as well
            raise BadAddressError(NOTHING)
        asked = computed.asked_ground(now, day=day)
        return _svg(basemap.fragment(asked, is_above=params["part"] == "above"))

    return _answer(make)


def heat(request: Request) -> Response:
    """The heat cells of a window as CSV: `from`, `to` (days), `at` (the page's moment), `area`, `category`."""

    def make() -> Response:
        params = request.query_params
        start, end = context.parse_day(params.get("from", "")), context.parse_day(params.get("to", ""))
        if start is None or end is None or start >= end:
            raise BadAddressError("from and to are needed")
        found = _heat(_asker(request), params, start, end)
        return Response(found, media_type="text/csv", headers={"cache-control": COUNTS_KEPT})

    return _answer(make)


def _heat(viewer: Viewer, params: Mapping[str, str], start: date, end: date) -> str:
    asked = _asked(viewer, params.get("at"))
    area, category = params.get("area"), params.get("category")
    _named(viewer, queries.areas(asked, day=end - timedelta(days=1)), area)
    view = context.make_view(
        {"from": start.isoformat(), "to": end.isoformat(), "area": area or "", "category": category or ""},
        viewer=asked.viewer,
        clock=asked.clock,
    )
    if view.notes:
        raise BadAddressError("; ".join(note.text("en") for note in view.notes))
    first, last = view.bounds()
    text, _ = layers.heat_csv(
        view.asked, start=first, end=last, within=view.filters.area_id, category=view.filters.category
    )
    return text
