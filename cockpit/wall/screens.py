"""What stands on each screen of a wall: all scenes on one, or those that the plan gives to each of joined ones.

Invariant: an alarm takes the screen; of joined ones the last, so that the first goes on showing the moment, and no
screen shows two alarms while another shows none.
"""

from collections import deque
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st

from cockpit import mishap
from cockpit.access import current
from cockpit.context import View
from cockpit.queries import Asked, Pulse
from cockpit.wall import director, frame
from cockpit.wall.alarm import asked as alarm_asked
from cockpit.wall.alarm import screen as alarm
from cockpit.wall.alarm.turn import COLUMNS, Raised
from cockpit.wall.director import Turned
from cockpit.wall.frame import Face
from cockpit.wall.kept import Shown
from cockpit.wall.scene import Scene, Sentence
from config.reader import ConfigError
from config.walls import DEFAULT, Plan, Turn, names, plan, shipped
from geo.wall.alarms import Alarm

_TOLD: deque[str] = deque(maxlen=32)
"""The faults of plans that the log has: each once."""
NOTHING = "nothing"
"""The scene of a screen whose own scenes have nothing to show."""
_TURNED = "cockpit_wall_turned"
"""Where a session keeps which scene each screen showed last."""


def plan_of(view: View) -> Plan:
    """The plan that the address names (`plan`), else the default one; the shipped one where its file has faults."""
    named = view.params.get("plan", DEFAULT)
    try:
        return plan(named if named in names() else DEFAULT)
    except ConfigError as fault:
        if str(fault) not in _TOLD:  # a wall asks again at each refresh
            _TOLD.append(str(fault))
            mishap.note(fault)
        return shipped()


def alarms(view: View, pulse: Pulse) -> alarm_asked.Shown | None:
    """The alarms that have the wall, if any: one a screen, on the last one two."""
    room = len(plan_of(view).by_screen) - 1 + COLUMNS
    try:
        return alarm_asked.shown(view.viewer, pulse, room=room)
    except Exception as fault:  # noqa: BLE001 - then the scenes go on, where the case stands too
        mishap.note(fault)
        return None


def drawn(view: View, last: Shown, pulse: Pulse, on: alarm_asked.Shown | None) -> str:
    """Every screen, from the left; `on`: what alarms there are."""
    plans = plan_of(view).by_screen
    columns = _alarms(view, last, pulse, on, plans) if on else ()
    scenes = _scenes(view, last, pulse, plans[: len(plans) - len(columns)])
    return frame.joined((*scenes, *columns))


def _alarms(view: View, last: Shown, pulse: Pulse, on: alarm_asked.Shown, plans: tuple[Plan, ...]) -> tuple[str, ...]:
    """The screens of alarms: one each, the last one with all that are left; none where they cannot be drawn."""
    found = on.raised.alarms
    n = min(len(found), len(plans))
    parts = [found[no : no + 1] for no in range(n - 1)] + [found[n - 1 :]]
    asked, face = Asked(view.viewer, pulse.present, pulse.version), _face(last, pulse)
    first = alarm.first(on.raised.shown)

    def screen(part: tuple[Alarm, ...], plan: Plan) -> str:
        raised = replace(on, raised=Raised(part, on.raised.ends))
        return alarm.screen(alarm.Screen(view, asked, last.n_overdue, face, raised, _way_back(view), first), plan=plan)

    try:
        return tuple(screen(part, plan) for part, plan in zip(parts, plans[-n:], strict=True))
    except Exception as fault:  # noqa: BLE001 - as above
        mishap.note(fault)
        return ()


def _scenes(view: View, last: Shown, pulse: Pulse, plans: tuple[Plan, ...]) -> list[str]:
    """The screens of scenes, each with the one whose turn it is there."""
    known: Mapping[int, Turned] = st.session_state.get(_TURNED, {})
    passed, face = alarm_asked.passed(), _face(last, pulse)
    turned, found, lent = {}, [], set[str]()
    for no, one in enumerate(plans):
        of, scenes = given(view, one, last, elsewhere=(_shown(plans) - _shown([one])) | lent)
        lent |= set(scenes) - _shown([one])
        if held := scenes.get(view.params.get("scene", "")):
            scene = held
        else:
            troubles = {name: scene.troubles for name, scene in scenes.items()}
            before = director.delayed(known.get(no), passed)
            turned[no] = director.turn(of, before, troubles, at=datetime.now(UTC))  # of the room, not of the data
            scene = scenes[turned[no].scene]
        found.append(frame.screen(view, scene, face, plan=of, way_back=_way_back(view)))
    st.session_state[_TURNED] = {**known, **turned}
    return found


def _shown(plans: Sequence[Plan]) -> set[str]:
    return {turn.show for plan in plans for turn in plan.scenes}


def given(view: View, plan: Plan, last: Shown, *, elsewhere: Set[str]) -> tuple[Plan, dict[str, Scene]]:
    """The plan of a screen with the scenes that it can show; where it has none of its own with any that no other
    screen shows or has been lent (`elsewhere`), else with the words that there is nothing.
    """
    own = {turn.show for turn in plan.scenes}
    scenes = {scene.name: scene for scene in last.scenes if scene.name not in elsewhere}
    if found := {name: scene for name, scene in scenes.items() if name in own}:
        return plan, found
    scenes = scenes or {NOTHING: _nothing(view, plan)}
    return replace(plan, scenes=tuple(Turn(name, plan.trouble_seconds) for name in scenes)), scenes


def _nothing(view: View, plan: Plan) -> Scene:
    names = view.tr("wall.joiner").join(view.tr(f"wall.scene_{turn.show}") for turn in plan.scenes)
    told = Sentence(view.tr("wall.nothing"), view.tr("wall.nothing_lead", scenes=names))
    return Scene(NOTHING, told, frozenset(), '<div class="r-scene"></div>')


def _way_back(view: View) -> bool:
    return current.may(view.viewer, "page.overview")


def _face(last: Shown, pulse: Pulse) -> Face:
    """The state of the picture: down where it is not of this moment."""
    down_since = pulse.down_since or (None if last.clock == pulse.present else pulse.clock.at)
    return Face(last.clock, down_since, last.loaded_at, is_simulated=last.is_simulated, now=pulse.now)
