"""What keeps a wall alive in its browser: a component without appearance (static/bell.js).

Invariant: it sends a wish to draw anew and gets words, moments, seconds and the data version, never a value of data.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from cockpit import queries
from cockpit.context import View
from cockpit.picture import fetched_once
from cockpit.queries import Pulse
from config.reader import ConfigError
from config.wall import living
from geo.viewer import Clock, is_clock_set

ADDRESS = "/wall/bell"
AHEAD = 8
"""Days whose names a browser is given, so that its clock goes on over midnight while nothing arrives."""
_RUN = "cockpit_wall_run"


@dataclass(frozen=True, slots=True)
class Ticking:
    """The clock of the page: a moment of the site, and how fast it goes (0: stands still, 1: as the machine's)."""

    at: datetime
    speed: float

    @classmethod
    def of(cls, pulse: Pulse) -> "Ticking":
        """The site's clock at this moment."""
        at = pulse.now
        if pulse.replay:
            return cls(at, 0.0 if at >= pulse.replay.ends else pulse.replay.speed)
        return cls(at, 0.0 if is_clock_set() else 1.0)


@cache
def _component() -> ComponentRenderer:
    return st.components.v2.component("cockpit_bell", js=fetched_once("bell.js"), isolate_styles=False)


def day(view: View, at: datetime) -> str:
    """A day as the wall's head says it: 11月20日 星期五."""
    told = view.tr("common.short_day", month=view.tr(f"common.month_{at.month}"), day=at.day)
    return view.tr("common.day_weekday", day=told, weekday=view.tr(f"common.weekday_{at.isoweekday()}"))


def listen(view: View, pulse: Pulse, *, is_first: bool) -> None:
    """Draws nothing; whenever something rings, the fragment that this is called in runs again.

    While the store is down it runs again every RETRY_S too. `is_first`: there was no picture yet.
    """
    st.session_state[_RUN] = run = st.session_state.get(_RUN, 0) + 1
    ticking = Ticking.of(pulse)
    local = ticking.at.astimezone(view.site.zone)
    days = {}
    for ahead in range(AHEAD):
        one = local + timedelta(days=ahead)
        days[f"{one:%Y-%m-%d}"] = day(view, one)
    is_down = pulse.down_since is not None or is_first
    data = {
        "run": run,
        "version": pulse.version,
        "address": ADDRESS,
        "clock": {"at": local.timestamp() * 1000, "speed": ticking.speed, "zone": view.site.time_zone, "days": days},
        "cut": view.tr("wall.cut", time="{time}"),
        "again_s": queries.RETRY_S if is_down else None,
        "reload_s": _reload_s(view),
    }
    _component()(key="bell", data=data, on_ring_change=_rung)


def _rung() -> None:
    """The fragment runs again: that is all."""


def _reload_s(view: View) -> float | None:
    """Seconds to the nightly reload, by the machine's clock: a replay must not reload a wall a hundred times a day."""
    try:
        return living().seconds_to_reload(Clock(datetime.now(view.site.zone)).at)
    except ConfigError:
        return None
