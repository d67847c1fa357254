"""Pictures of the wall's alarm without a store: made-up emergencies, teams and ground.

Invariant: drawn by the functions of the alarm; its clock, which runs in the browser, is set by hand.
"""

from datetime import timedelta

import pytest
import shapely
from wall_states import AT, view, written

from cockpit.queries import Asked
from cockpit.wall.alarm import asked as alarm_asked
from cockpit.wall.alarm import screen as alarm
from cockpit.wall.alarm.panel import Running
from cockpit.wall.alarm.turn import Raised
from cockpit.wall.frame import Face
from config.walls import plan
from geo.around import Place
from geo.viewer import LEADER, Clock
from geo.wall.alarms import Alarm, Shape, Team

TEAMS = tuple(
    Team(f"G{no}", f"渡口第{no}网格", "渡口社区", 1, 1, 1, 1, 4, distance_m=90.0 + 90 * no, x=80.0 * no - 90,
         y=60.0 * no - 150, is_own=no == 0)
    for no in range(3)
)  # fmt: skip
GROUND = (
    Shape("block", None, None, shapely.box(-300, -200, -40, -30), None),
    Shape("park", None, None, shapely.box(40, 40, 300, 180), None),
    Shape("water", "澄江", None, shapely.box(-500, -420, 500, -290), None),
    Shape("road", None, 14, shapely.LineString([(-600, 0), (600, 10)]), None),
    Shape("rail", None, None, shapely.LineString([(-600, 250), (600, 230)]), None),
    Shape("grid", "第一网格", None, shapely.box(-220, -220, 220, 220), None),
    Shape("community", "渡口社区", None, shapely.box(-380, -280, 380, 330), None),
)


def emergency(number: int = 0, *, ago_s: int = 402, came_s: int | None = None, closed_s: int | None = None) -> Alarm:
    """A fire reported `ago_s` seconds ago; somebody came, or it was closed, so many seconds after the report."""
    reported = AT - timedelta(seconds=ago_s)
    came = reported + timedelta(seconds=came_s) if came_s is not None else None
    closed = reported + timedelta(seconds=closed_s) if closed_s is not None else None
    accepted, dispatched = (reported + timedelta(seconds=seconds) for seconds in (22, 47))
    moments = {"reported": reported, "accepted": accepted, "dispatched": dispatched, "arrived": came}
    return Alarm(
        key=f"a{number}", category_zh="火情烟雾", category_en="Fire", channel="hotline_12345", team="街道专职消防队",
        reported_at=reported, moments=moments, stages=tuple(moments), is_exact=True, closed_at=closed,
        street="示范街道", community="渡口社区", grid="渡口第一网格", microgrid=None, grid_code="G0",
        place=Place(120.26, 30.19), teams=TEAMS,
    )  # fmt: skip


def page(patch: pytest.MonkeyPatch, *raised: Alarm, down: bool = False) -> str:
    """The whole page of these alarms."""
    patch.setattr(alarm_asked, "ground_version", lambda _asked: 1)
    patch.setattr(alarm_asked, "ground", lambda _asked, **_place: GROUND)
    face = Face(Clock(AT), AT - timedelta(minutes=2) if down else None, AT, is_simulated=True)
    on = alarm_asked.Shown(Raised(raised), Running(AT, is_fixed=True))
    of = alarm.Screen(view(), Asked(LEADER, Clock(AT), 1), 3, face, on, way_back=False)
    return written(alarm.screen(of, plan=plan()), "zh")
