"""What a page knows before it draws: who looks, when, in which language, at what part of the data.

Invariant: the URL is text from outside; nothing of it reaches a query before it was found in a list of what exists.
A day, area, level, category or language that was not found is said (`View.notes`), never taken for something else.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from cockpit import queries
from cockpit.access import current, refusals, scope
from cockpit.queries import Asked, Pulse
from config.messages import LANGUAGES, tr
from config.site import Site, site
from geo.errors import StoreUnavailable
from geo.map_queries import LEVELS, Area, Category, Dataset
from geo.replay import Replay
from geo.store import Store
from geo.viewer import PROGRAM, Clock, Viewer
from geo.windows import FIRST_DAY, LAST_DAY

COMMON = ("from", "to", "level", "area", "category", "lang")
OF_STREAMLIT = ("embed", "embed_options")
"""Parameters that Streamlit keeps to itself: who sets them gets an exception."""
LONGEST_DAYS = 3_660
_PULSE = "cockpit_pulse"
"""Where a session keeps the moment of its present run."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Filters:
    """The part of the data that is looked at: days [start, end), areas of `level`, within `area`, of `category`.

    `category` is a code. Days are days of the site's time zone.
    """

    start: date
    end: date
    level: str
    area: Area | None = None
    category: str | None = None

    @property
    def area_id(self) -> int | None:
        """The id of the area looked into, None for the whole site."""
        return self.area.area_id if self.area else None

    @property
    def days(self) -> int:
        """The number of days in the period."""
        return (self.end - self.start).days


@dataclass(frozen=True, slots=True)
class Note:
    """Something in the URL that could not be followed: a message key with its parameters."""

    key: str
    params: tuple[tuple[str, str], ...] = ()

    def text(self, lang: str) -> str:
        """The note in `lang`."""
        return tr(self.key, lang, **dict(self.params))


@dataclass(frozen=True)
class View:
    """Everything a panel needs to ask and to draw. Made once a run, frozen."""

    viewer: Viewer
    clock: Clock
    lang: str
    site: Site
    filters: Filters
    data_version: int
    areas: tuple[Area, ...]
    categories: tuple[Category, ...]
    datasets: Mapping[str, Dataset]
    params: Mapping[str, str]
    notes: tuple[Note, ...] = ()
    pulse: Pulse | None = field(default=None, compare=False)
    fault: StoreUnavailable | None = field(default=None, compare=False)

    @property
    def store(self) -> Store:
        """The store of this process; raises StoreUnavailable."""
        return queries.store()

    def check(self) -> None:
        """Raises StoreUnavailable when not even the lists of areas, categories and datasets could be read."""
        if self.fault:
            raise self.fault

    @property
    def replay(self) -> Replay | None:
        """What moves the clock of this page, None at the machine's clock or a fixed one."""
        return self.pulse.replay if self.pulse else None

    @property
    def asked(self) -> Asked:
        """The first argument of every cached query."""
        return Asked(self.viewer, self.clock, self.data_version)

    @property
    def now(self) -> datetime:
        """The clock in the site's time zone."""
        return self.clock.at.astimezone(self.site.zone)

    @property
    def is_simulated(self) -> bool:
        """Whether any loaded source is simulated."""
        return any(dataset.is_simulated for dataset in self.datasets.values())

    @property
    def area_name(self) -> str:
        """The name of the area looked into, or the site's."""
        return self.filters.area.name if self.filters.area else self.site.name(self.lang)

    def bounds(self) -> tuple[datetime, datetime]:
        """The period as moments [from, to) in the site's time zone."""
        return self.midnight(self.filters.start), self.midnight(self.filters.end)

    @property
    def shape_day(self) -> date:
        """The day whose boundaries are shown: the last of the period."""
        return self.filters.end - timedelta(days=1)

    def midnight(self, day: date) -> datetime:
        """The moment at which `day` begins in the site's time zone."""
        return datetime.combine(day, time.min, self.site.zone)

    def tr(self, key: str, /, **params: object) -> str:
        """The message `key` in the language of the page."""
        return tr(key, self.lang, **params)

    def option(self, name: str, allowed: Sequence[str]) -> str:
        """A switch of one page kept in the URL, such as `mode`: its value if allowed, else the first allowed."""
        value = self.params.get(name, allowed[0])
        return value if value in allowed else allowed[0]

    def link(self, changes: Mapping[str, str | None] | None = None) -> str:
        """The query string of this page with some parameters exchanged (None removes one); for `data-go` and `href`."""
        merged: dict[str, str | None] = {**self.params, **(changes or {})}
        kept = {name: value for name, value in merged.items() if value}
        return "?" + urlencode(kept)

    def common_link(self) -> str:
        """The query string with what every page understands, for the way to another page."""
        kept = {name: value for name, value in self.params.items() if name in COMMON}
        return "?" + urlencode(kept) if kept else ""

    def lineage(self) -> tuple[Area, ...]:
        """The areas from the top down to the one looked into."""
        by_id = {area.area_id: area for area in self.areas}
        found: list[Area] = []
        area = self.filters.area
        while area:
            found.append(area)
            area = by_id.get(area.parent_id) if area.parent_id else None
        return tuple(reversed(found))

    @property
    def own_areas(self) -> tuple[Area, ...]:
        """The areas of an account that is limited to some, those in force; empty for a viewer of the whole site."""
        return scope.own_areas(self.viewer, self.areas)

    @property
    def is_limited(self) -> bool:
        """Whether the viewer sees some areas only: then the site as one is never named, asked or shown."""
        return scope.is_limited(self.viewer)

    @property
    def is_area_named(self) -> bool:
        """Whether the URL names the area looked into; else it is the first of the viewer's own."""
        return self.filters.area is not None and self.params.get("area") == token(self.filters.area)

    @property
    def unit_level(self) -> str:
        """The level whose areas have a page of their own: the communities, for who sees them."""
        return scope.unit_level(self.viewer, self.areas)

    def may(self, right: str) -> bool:
        """Whether the viewer has a right of the written table."""
        return current.may(self.viewer, right)

    def is_sole(self, area: Area) -> bool:
        """Whether the area is the only one of its level: the site under another name. Never so of a part of it."""
        return not self.is_limited and sum(1 for known in self.areas if known.level == area.level) == 1

    def is_all(self, area: Area) -> bool:
        """Whether the area is all that the viewer sees."""
        return self.own_areas == (area,) if self.is_limited else self.is_sole(area)

    def levels(self) -> tuple[str, ...]:
        """The levels that exist within the area looked into, coarsest first."""
        return levels_below(self.areas, self.filters.area)


def token(area: Area) -> str:
    """An area as the URL names it: level and the sender's code, `community:330109001012`."""
    return f"{area.level}:{area.code}"


def levels_below(areas: Sequence[Area], within: Area | None) -> tuple[str, ...]:
    """The levels of `areas`, all or those of the descendants of `within`, coarsest first."""
    present = {area.level for area in (descendants(areas, within) if within else areas)}
    return tuple(level for level in LEVELS if level in present)


def descendants(areas: Sequence[Area], within: Area) -> tuple[Area, ...]:
    """All areas below `within`, by the parent link."""
    children: dict[int, list[Area]] = {}
    for area in areas:
        if area.parent_id is not None:
            children.setdefault(area.parent_id, []).append(area)
    found: list[Area] = []
    ahead = list(children.get(within.area_id, ()))
    while ahead:
        area = ahead.pop()
        found.append(area)
        ahead.extend(children.get(area.area_id, ()))
    return tuple(found)


def ancestor(areas: Sequence[Area], area: Area, level: str) -> Area | None:
    """The area of `level` that holds `area` by the parent link, itself included; None where there is none."""
    by_id = {known.area_id: known for known in areas}
    found: Area | None = area
    while found and found.level != level:
        found = by_id.get(found.parent_id) if found.parent_id else None
    return found


def parse_day(text: str) -> date | None:
    """The day from FIRST_DAY to LAST_DAY that `text` (YYYY-MM-DD) names, None if it names none."""
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
    return day if day and FIRST_DAY <= day <= LAST_DAY else None


def parse_period(
    params: Mapping[str, str], *, default: tuple[date, date]
) -> tuple[tuple[date, date], tuple[Note, ...]]:
    """The days [from, to) of the URL, or `default` with a note why."""
    if "from" not in params and "to" not in params:
        return default, ()
    named = {name: parse_day(params[name]) for name in ("from", "to") if name in params}
    for name, day in named.items():
        if day is None:
            return default, (Note("common.note_period", (("value", params[name]),)),)
    start, end = named.get("from"), named.get("to")
    if start and end is None:
        end = min(max(default[1], start + timedelta(days=1)), LAST_DAY)
    if end and start is None:
        start = max(end - timedelta(days=30), FIRST_DAY)
    if start is None or end is None or start >= end or (end - start).days > LONGEST_DAYS:
        return default, (Note("common.note_period_order"),)
    return (start, end), ()


def parse_area(params: Mapping[str, str], areas: Sequence[Area]) -> tuple[Area | None, tuple[Note, ...]]:
    """The area that the URL names by level and code, or None with a note."""
    named = params.get("area")
    if not named:
        return None, ()
    found = next((area for area in areas if token(area) == named), None)
    return found, () if found else (Note("common.note_area", (("value", named),)),)


def parse_level(
    params: Mapping[str, str], areas: Sequence[Area], within: Area | None, *, lang: str
) -> tuple[str, tuple[Note, ...]]:
    """The level of the URL if it exists within the area; else the community level or the first below, with a note."""
    present = levels_below(areas, within)
    fallback = "community"
    if present:
        fallback = "community" if within is None and "community" in present else present[0]
    elif within is not None:
        fallback = within.level
    named = params.get("level")
    if not named or named in present or (within and not present and named == within.level):
        return named or fallback, ()
    if named in LEVELS and within is not None:
        return fallback, ()
    note = Note("common.note_level", (("value", named), ("level", tr(f"common.level_{fallback}", lang))))
    return fallback, (note,) if present else ()


def parse_category(params: Mapping[str, str], categories: Sequence[Category]) -> tuple[str | None, tuple[Note, ...]]:
    """The category code of the URL if it exists, else None with a note."""
    named = params.get("category")
    if not named:
        return None, ()
    if any(category.code == named for category in categories):
        return named, ()
    return None, (Note("common.note_category", (("value", named),)),)


def viewer() -> Viewer:
    """Who looks at the page that runs now; NOBODY without a session that holds now."""
    return current.viewer_of(current.of_page())


def now() -> Clock:
    """The site's clock of this moment, to the minute."""
    return queries.pulse(None, PROGRAM).clock


def current_view(*, begins_run: bool = False) -> View:
    """The view of this run, from the URL, the clock and the store; never raises for a store that is down.

    The entry of the app begins the run; whatever asks later in the same run stands at the same moment.
    """
    params = {name: str(value) for name, value in st.query_params.to_dict().items()}
    if begins_run or _PULSE not in st.session_state:
        st.session_state[_PULSE] = queries.pulse(None, PROGRAM)
    view = make_view(params, viewer=viewer(), pulse=st.session_state[_PULSE])
    if begins_run:
        _note_refused(view)
    return view


def _note_refused(view: View) -> None:
    """An audit line for an area of the URL that is not among those the viewer sees, whether it exists or not."""
    named = view.params.get("area")
    if named and view.areas and not view.is_area_named:
        refusals.note(view.viewer, what="area", asked=named, where="page")


def make_view(
    params: Mapping[str, str], *, viewer: Viewer, clock: Clock | None = None, pulse: Pulse | None = None
) -> View:
    """The view that `params` (of a URL) ask for, at the moment of `pulse`, else at `clock`, else of now."""
    place = site()
    pulse = pulse or queries.pulse(clock, viewer)
    asked = Asked(viewer, pulse.clock, pulse.version)
    lang, notes = parse_lang(params)
    today = pulse.clock.at.astimezone(place.zone).date()
    default = (today - timedelta(days=29), today + timedelta(days=1))
    areas: tuple[Area, ...] = ()
    categories: tuple[Category, ...] = ()
    datasets: Mapping[str, Dataset] = {}
    unread: StoreUnavailable | None = None
    try:
        start, end, moved = queries.default_period(asked, today=today)
        default = (start, end)
        if moved and "from" not in params and "to" not in params:
            notes += (Note("common.note_moved_period"),)
        (start, end), found = parse_period(params, default=default)
        notes += found
        areas = queries.areas(asked, day=end - timedelta(days=1))
        categories, datasets = queries.categories(asked), queries.datasets(asked)
    except StoreUnavailable as fault:
        unread = fault
        (start, end), _ = parse_period(params, default=default)
    own = scope.own_areas(viewer, areas)
    filters, found = _parse_rest(params, areas, categories, own=own, period=(start, end), lang=lang)
    return View(
        viewer=viewer, clock=pulse.clock, lang=lang, site=place, filters=filters, data_version=pulse.version,
        areas=areas, categories=categories, datasets=datasets, params=dict(params),
        notes=notes + (found if areas else ()), pulse=pulse, fault=unread,
    )  # fmt: skip


def _parse_rest(
    params: Mapping[str, str],
    areas: Sequence[Area],
    categories: Sequence[Category],
    *,
    own: Sequence[Area],
    period: tuple[date, date],
    lang: str,
) -> tuple[Filters, tuple[Note, ...]]:
    """`own`: the viewer's own areas, of which the first is looked into where the URL names none that is seen."""
    area, area_notes = parse_area(params, areas)
    if area is None and own:
        area, area_notes = own[0], tuple(_in_own(note, own[0]) for note in area_notes)
    level, level_notes = parse_level(params, areas, area, lang=lang)
    category, category_notes = parse_category(params, categories)
    filters = Filters(start=period[0], end=period[1], level=level, area=area, category=category)
    return filters, area_notes + level_notes + category_notes


def _in_own(note: Note, own: Area) -> Note:
    """The note on an area that was not found, as who has only some areas reads it: the same for known and unknown."""
    return Note("common.note_area_own", (*note.params, ("area", own.name)))


def parse_lang(params: Mapping[str, str]) -> tuple[str, tuple[Note, ...]]:
    """The language of the URL, or Chinese, with a note for one that does not exist."""
    named = params.get("lang", LANGUAGES[0])
    if named in LANGUAGES:
        return named, ()
    return LANGUAGES[0], (Note("common.note_lang", (("value", named),)),)


def follow(target: str) -> None:
    """Makes the query string `target` ("?…", from the browser) the URL of this page; the next run reads it."""
    named = parse_qsl(target.encode(errors="replace").decode().removeprefix("?"))
    st.query_params.from_dict({name: value for name, value in named if name.lower() not in OF_STREAMLIT})
