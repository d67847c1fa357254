"""What alarms there are, asked as a wall asks, and what a wall shows of them from refresh to refresh.

Invariant: asked at the site's moment to the second, not to the minute, so that no stage waits for the next minute; what
a session shows depends on what it may see and has shown itself, never on another session.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import streamlit as st

from cockpit.queries import Asked, AskedShapes, Pulse, fresh, shared, store
from cockpit.wall.alarm import turn as alarm_turn
from cockpit.wall.alarm import words
from cockpit.wall.alarm.panel import Running
from cockpit.wall.alarm.turn import Raised
from config.alarm import alarm_rules
from config.site import site
from geo.around import Place
from geo.errors import StoreUnavailable
from geo.viewer import Clock, Viewer, current_clock, is_clock_set
from geo.wall import alarms as wall_alarms
from geo.wall.alarms import Alarm, Shape, Team

_RAISED, _BEGAN, _PASSED = "cockpit_wall_alarm", "cockpit_wall_alarm_began", "cockpit_wall_alarm_passed"
"""What a session shows, since when (of the room), and how long its scenes have waited."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What takes the screen, and the moment by which its clocks run."""

    raised: Raised
    running: Running


@fresh
def alarms(asked: Asked) -> tuple[Alarm, ...]:
    """The emergencies at the clock, ended ones included; raises StoreUnavailable when it was not asked for before."""
    return wall_alarms.alarms(store(), asked.viewer, asked.clock, lasts=alarm_rules().lasts)


@fresh
def teams(asked: Asked, *, place: Place, grid_code: str | None) -> tuple[Team, ...]:
    """The teams near a place; raises StoreUnavailable when they were not asked for before."""
    day = asked.clock.at.astimezone(site().zone).date()
    return wall_alarms.teams(store(), asked.viewer, asked.clock, place=place, grid_code=grid_code, day=day)


@shared
def ground(asked: AskedShapes, *, lon: float, lat: float, reach_m: float) -> tuple[Shape, ...]:
    """The ground around a place; raises StoreUnavailable when it was not asked for before."""
    return wall_alarms.ground(store(), asked.viewer, asked.clock, lon=lon, lat=lat, reach_m=reach_m, day=asked.day)


@fresh
def ground_version(asked: Asked) -> int:
    """Which areas and basemap there are; raises StoreUnavailable when it was not asked for before."""
    return wall_alarms.ground_version(store(), asked.viewer, asked.clock)


def _moment(pulse: Pulse) -> datetime:
    """The moment at which the site stands, not cut to the minute."""
    now = current_clock()
    return pulse.replay.at(now.at).at if pulse.replay else now.at


def asked_at(at: datetime, pulse: Pulse) -> Clock:
    """The clock of the alarms asked for at that moment of the site: cut to the second, so that all walls of a second
    share the answer, but never before the first sight of this version, or what it has just brought would lie ahead.
    """
    return Clock(max(at.replace(microsecond=0), pulse.present.at))


def shown(viewer: Viewer, pulse: Pulse, *, room: int = alarm_turn.COLUMNS) -> Shown | None:
    """What takes this session's screens now, on which `room` alarms can stand; None: the scenes go on."""
    at, here = _moment(pulse), datetime.now(UTC)
    last: Raised | None = st.session_state.get(_RAISED)
    raised = alarm_turn.kept(last, since=at - alarm_rules().lasts)
    if pulse.down_since is None:
        with suppress(StoreUnavailable):
            found = alarms(Asked(viewer, asked_at(at, pulse), pulse.version))
            raised = alarm_turn.turn(found, last, at=here, stays=alarm_rules().ended, room=room)
            raised = raised and _with_teams(raised, Asked(viewer, pulse.clock, pulse.version))
    st.session_state[_RAISED] = raised
    if raised is None:
        began = st.session_state.pop(_BEGAN, None)
        if began:
            st.session_state[_PASSED] = here - began
        return None
    st.session_state.setdefault(_BEGAN, here)
    return Shown(raised, Running(at, pulse.replay, is_fixed=is_clock_set()))


def _with_teams(raised: Raised, asked: Asked) -> Raised:
    """The same, with the teams near those on the screen whose place is known well enough; raises StoreUnavailable."""
    near = tuple(
        replace(alarm, teams=teams(asked, place=alarm.place, grid_code=alarm.grid_code))
        if alarm.place and not words.is_rough(alarm)
        else alarm
        for alarm in raised.shown
    )
    return replace(raised, alarms=near + raised.alarms[len(near) :])


def passed() -> timedelta:
    """How long an alarm has just had the screen: told once, so that the scene that was there goes on where it was."""
    told: timedelta = st.session_state.pop(_PASSED, timedelta(0))
    return told
