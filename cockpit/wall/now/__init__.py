"""The scene 此刻: where it is, how it stands beside what is usual, what happened last, every community.

Invariant: colour stands on what is overdue or nearly so and on what is more than usual; every value went through `esc`.
"""

from cockpit import formats
from cockpit.context import View
from cockpit.markup import esc
from cockpit.queries import Asked
from cockpit.wall import words
from cockpit.wall.frame import Face, age, is_stale
from cockpit.wall.guarded import guarded
from cockpit.wall.now import feed, figures, map, strip
from cockpit.wall.scene import Scene
from config.reader import ConfigError
from geo.wall import Wall


def scene(view: View, asked: Asked, found: Wall, face: Face) -> Scene:  # noqa: ARG001 - as every scene is made
    """The scene of this moment."""
    at = face.at(view)
    told = words.sentence(view, found, at=at, is_stale=_is_known_stale(view, face))
    late = frozenset(
        f"{case.reported_at.isoformat()} {case.finest} {case.level}" for case in found.cases if case.level is not None
    )
    return Scene("now", told, late, _body(view, found, face) if found.loaded_at else '<div class="now"></div>')


def _is_known_stale(view: View, face: Face) -> bool:
    """Whether the incidents are old; not where the agreed age cannot be read, which the part with the ages says."""
    try:
        return is_stale(view, face)
    except ConfigError:
        return False


def _body(view: View, found: Wall, face: Face) -> str:
    at, ages = face.at(view), list[str]()

    def aged() -> str:
        ages.extend(_ages(view, face))
        return ""

    lost = guarded(view, aged)
    old, full, state = ages or ("", "", "")
    where = guarded(view, lambda: map.section(view, found, at=at, age=old))
    beside = guarded(view, lambda: figures.section(view, found, age=old))
    beside += guarded(view, lambda: feed.section(view, found, age=old))
    areas = guarded(view, lambda: strip.section(view, found, age=full))
    return f'<div class="now{state}">{where}<div class="beside">{beside}{lost}</div>{areas}</div>'


def _ages(view: View, face: Face) -> tuple[str, str, str]:
    """The age where there is little room, the age in full, and the class of a picture of old incidents."""
    return _short_age(view, face), age(view, face), " stale" if is_stale(view, face) else ""


def _short_age(view: View, face: Face) -> str:
    """The age where there is little room: a moment, strong when the store is down or the incidents are old."""
    at = face.at(view)
    if face.down_since:
        return f'<span class="age old">▢ {face.down_since.astimezone(view.site.zone):%H:%M}</span>'
    if face.loaded_at is None or view.replay or face.loaded_at > at:
        return ""
    told = formats.age(face.loaded_at, now=at, zone=view.site.zone, lang=view.lang)
    return f'<span class="age{" old" if is_stale(view, face) else ""}">{esc(told)}</span>'
