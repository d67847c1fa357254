"""The scene 此刻: where it is, how it stands beside what is usual, what happened last, every community.

Invariant: colour stands on what is overdue or nearly so and on what is more than usual; every value went through `esc`.
"""

from cockpit.context import View
from cockpit.wall import words
from cockpit.wall.frame import Face, age, is_stale
from cockpit.wall.now import feed, figures, map, strip
from cockpit.wall.scene import Scene
from geo.wall import Wall


def scene(view: View, found: Wall, face: Face) -> Scene:
    """The scene of this moment."""
    at = face.at(view)
    told = words.sentence(view, found, at=at)
    late = frozenset(
        f"{case.reported_at.isoformat()} {case.finest} {case.level}" for case in found.cases if case.level is not None
    )
    return Scene("now", told, late, _body(view, found, face) if found.loaded_at else "")


def _body(view: View, found: Wall, face: Face) -> str:
    old = age(view, face)
    state = " stale" if is_stale(view, face) else ""
    at = face.at(view)
    beside = figures.section(view, found, age=old) + feed.section(view, found, age=old)
    return (
        f'<div class="now{state}">{map.section(view, found, at=at, age=old)}<div class="beside">{beside}</div>'
        f"{strip.section(view, found, age=old)}</div>"
    )
