"""Small hand-made cases in a store: one street with two communities, each of one grid and micro-grid, and its cases.

Invariant: a test sees exactly the cases it made; `clear` takes everything of the test before away.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from pyproj import Geod
from sqlalchemy import Connection, create_engine, text

from cockpit.figures import Figure, figures
from config.indicators import indicator
from config.site import site
from geo.figures import Question
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, Clock, Viewer
from geo.windows import Window

CHINA = timezone(timedelta(hours=8))
ALL_STAGES = ("reported", "registered", "accepted", "dispatched", "arrived", "handled", "closed", "followed_up", "due")
HAPPENINGS = ("reopened", "suspended", "extended", "reporter", "solved", "scored")
EARTH = Geod(ellps="WGS84")
CENTRE = (120.05, 30.02)
SQUARE = "SRID=4326;MULTIPOLYGON(((120 30, 120.1 30, 120.1 30.1, 120 30)))"
CLEAR = """
truncate core.incident, core.incident_event, core.incident_revision, core.source, core.source_coverage, core.area,
         core.household_site, core.category, ops.load, ops.audit restart identity cascade
"""


def at(moment: str) -> datetime:
    """A moment of the site from `10-05 08:00` (the year is 2026) or `2025-10-05 08:00[:30]`."""
    return datetime.fromisoformat(moment if moment.startswith("20") else f"2026-{moment}").replace(tzinfo=CHINA)


def away(metres: float, bearing: float = 90) -> str:
    """The point that lies so far from the centre on the ellipsoid, in that direction (degrees from north), as EWKT."""
    longitude, latitude, _ = EARTH.fwd(*CENTRE, bearing, metres)
    return f"SRID=4326;POINT({longitude!r} {latitude!r})"


@dataclass
class Town:
    """Writes cases as the superuser and asks for figures as the viewer's login."""

    urls: StoreUrls
    store: Store
    clock: Clock
    source_id: int = 0
    load_id: int = 0
    cases: int = 0
    area_ids: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert self.urls.admin is not None
        self._engine = create_engine(self.urls.admin)

    def close(self) -> None:
        """Gives the connections back."""
        self._engine.dispose()

    def run(self, statement: str, **params: Any) -> Any:
        """The first value of the statement's result, None without rows; append-only triggers rest meanwhile."""
        with self._engine.begin() as connection:
            connection.execute(text("set local session_replication_role = replica"))
            return self._first(connection, statement, params)

    @staticmethod
    def _first(connection: Connection, statement: str, params: dict[str, Any]) -> Any:
        result = connection.execute(text(statement), params)
        return result.scalar() if result.returns_rows else None

    def begin(self) -> None:
        """An empty town: areas S > A, B > grids AG, BG > micro-grids AM, BM; one source covering October."""
        self.run(CLEAR)
        self.area_ids.clear()
        self.cases = 0
        self.source_id = self.source("feed")
        for level, code, parent in (
            ("street", "S", None),
            ("community", "A", "S"),
            ("community", "B", "S"),
            ("grid", "AG", "A"),
            ("grid", "BG", "B"),
            ("microgrid", "AM", "AG"),
            ("microgrid", "BM", "BG"),
        ):
            self.area(level, code, parent)
        for category, response in (("noise", "general"), ("light", "general"), ("smoke", "urgent")):
            self.run(
                "insert into core.category (code, name_zh, name_en, response_class)"
                " values (:code, :code, :code, :response)",
                code=category,
                response=response,
            )

    def source(self, code: str, *, covers: tuple[str, str] | None = ("2026-10-01", "2026-10-31"), **more: Any) -> int:
        """A source of incidents with a load that covers the days, or with none."""
        values = {"stages": [*ALL_STAGES, *HAPPENINGS], "time_precision": "second", "as_of": None} | more
        source_id: int = self.run(
            "insert into core.source (code, dataset, name, stages, time_precision, as_of)"
            " values (:code, 'incidents', :code, :stages, :time_precision, :as_of) returning source_id",
            code=code,
            **values,
        )
        self.load_id = self.run(
            "insert into ops.load (dataset, source_id, file_name, sha256, fingerprint, status, loaded_by, started_at,"
            " finished_at) values ('incidents', :source_id, 'f', :code, :code, 'loaded', 't', :at, :at)"
            " returning load_id",
            source_id=source_id,
            code=code,
            at=self.clock.at,
        )
        if covers:
            self.run(
                "insert into core.source_coverage values (:source_id, :load_id, :first_on, :last_on)",
                source_id=source_id,
                load_id=self.load_id,
                first_on=covers[0],
                last_on=covers[1],
            )
        return source_id

    def area(self, level: str, code: str, parent: str | None, **more: Any) -> int:
        """An area; `valid_from`, `valid_to` and `name` as told."""
        values = {"valid_from": "-infinity", "valid_to": "infinity", "name": code} | more
        self.area_ids[code] = self.run(
            "insert into core.area (level, code, name, parent_id, valid_from, valid_to, is_nested, geom, label_point,"
            " area_m2, source_id, load_id, content_hash)"
            " values (:level, :code, :name, :parent_id, :valid_from, :valid_to, true, :geom, 'SRID=4326;POINT(120 30)',"
            " 1, :source_id, :load_id, 'h') returning area_id",
            level=level,
            code=code,
            parent_id=self.area_ids.get(parent) if parent else None,
            geom=SQUARE,
            source_id=self.source_id,
            load_id=self.load_id,
            **values,
        )
        return self.area_ids[code]

    def case(
        self, reported: str, *, area: str | None = "A", times: int = 1, category: str = "noise", **more: Any
    ) -> list[int]:
        """`times` equal cases reported at that moment; stamps by their column without `_at`: closed="10-06 08:00".

        Other columns by their own name; an area stands for its grid and micro-grid too; None is outside.
        """
        stamps = {f"{name}_at": at(value) for name, value in more.items() if name in ALL_STAGES}
        others = {name: value for name, value in more.items() if name not in ALL_STAGES}
        places = {
            "street_id": self.area_ids["S"] if area else None,
            "community_id": self.area_ids[area] if area else None,
            "grid_id": self.area_ids[f"{area}G"] if area else None,
            "microgrid_id": self.area_ids[f"{area}M"] if area else None,
        }
        made = []
        for _ in range(times):
            self.cases += 1
            values = {
                "source_id": self.source_id,
                "incident_code": f"i{self.cases}",
                "placed_by": "point" if area else "none",
                "reported_at": at(reported),
                "reported_on": at(reported).date(),
                "content_hash": "h",
                "load_id": self.load_id,
                **places,
                **stamps,
                **others,
            }
            columns, bound = ", ".join(values), ", ".join(f":{name}" for name in values)
            made.append(
                self.run(
                    f"insert into core.incident (category_id, {columns})"
                    f" select category_id, {bound} from core.category where code = :category returning incident_id",
                    category=category,
                    **values,
                )
            )
        return made

    def event(self, incident_id: int, kind: str, moment: str, *, payload: str | None = None, **more: Any) -> None:
        """An event of a case, of the feed's first revision unless `revision` or `actor` says otherwise."""
        values: dict[str, Any] = {"revision": 1, "actor": None} | more
        self.run(
            "insert into core.incident_event (incident_id, kind, occurred_at, recorded_at, revision, load_id, actor,"
            " payload) values (:incident_id, cast(:kind as core.event_kind), :at, :at, :revision, :load_id, :actor,"
            " cast(:payload as jsonb))",
            incident_id=incident_id,
            kind=kind,
            at=at(moment),
            load_id=None if values["actor"] else self.load_id,
            payload=payload,
            **values,
        )

    def past(self, reported: str, *events: tuple[str, str], **more: Any) -> int:
        """One case that is read from its log: events (kind, moment); `more` the stamps that a load derives."""
        (case,) = self.case(reported, has_history=True, **more)
        for kind, moment in events:
            self.event(case, kind, moment)
        return case

    def households(self, area: str, number: int) -> None:
        """So many households in a building of a community."""
        self.cases += 1
        self.run(
            "insert into core.household_site (source_id, site_code, households, street_id, community_id, content_hash,"
            " load_id) values (:source_id, :code, :number, :street, :community, 'h', :load_id)",
            source_id=self.source_id,
            code=f"h{self.cases}",
            number=number,
            street=self.area_ids["S"],
            community=self.area_ids[area],
            load_id=self.load_id,
        )

    def figures(
        self,
        *slugs: str,
        level: str = "site",
        days: tuple[str, str] = ("10-01", "11-01"),
        now: str | None = None,
        viewer: Viewer = LEADER,
        **question: Any,
    ) -> list[Figure]:
        """The figures of the window of days (end exclusive), asked at `now` or at the clock."""
        window = Window(at(f"{days[0]} 00:00").date(), at(f"{days[1]} 00:00").date(), site().zone)
        found = figures(
            self.store,
            viewer,
            Clock(at(now)) if now else self.clock,
            question=Question(level, **question),
            windows=(window,),
            indicators=[indicator(slug) for slug in slugs],
        )
        return list(found)

    def figure(self, slug: str, **asked: Any) -> Figure:
        """The one figure of the site."""
        found = self.figures(slug, **asked)
        assert len(found) == 1
        return found[0]
