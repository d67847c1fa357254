"""Which scene a wall shows: by its plan while all is quiet, the one with new trouble first and longer.

Invariant: pure; the same plan, past, troubles and moment give the same scene, and no scene is ever shown forever.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config.walls import Plan


@dataclass(frozen=True, slots=True)
class Turned:
    """The scene that is shown until `until`, and every trouble that the wall has shown, by scene.

    `resume`: where the plan goes on; `has_cut_in`: it is shown out of turn, for its new trouble.
    """

    scene: str
    until: datetime
    known: Mapping[str, frozenset[str]]
    resume: int
    has_cut_in: bool = False


def turn(plan: Plan, last: Turned | None, troubles: Mapping[str, frozenset[str]], *, at: datetime) -> Turned:
    """The scene at the moment `at`; `troubles` name what is wrong now, by scene that can be shown.

    New trouble cuts in, first that of the scene on screen, then by the order of the plan; while one has its time the
    others wait.
    """
    turns = [turn for turn in plan.scenes if turn.show in troubles] or list(plan.scenes)
    known = last.known if last else {}
    fresh = [turn.show for turn in turns if troubles.get(turn.show, frozenset()) - known.get(turn.show, frozenset())]
    stays = last is not None and at < last.until and any(turn.show == last.scene for turn in turns)
    resume = last.resume % len(turns) if last else 0
    if fresh and not (last and stays and last.has_cut_in and last.scene not in fresh):
        scene = last.scene if last and stays and last.scene in fresh else fresh[0]
        until = at + timedelta(seconds=plan.trouble_seconds)
        return Turned(scene, until, _seen(known, troubles, scene), resume, has_cut_in=True)
    if last and stays:
        return Turned(last.scene, last.until, _seen(known, troubles, last.scene), resume, has_cut_in=last.has_cut_in)
    if last and turns[resume].show == last.scene:
        resume = (resume + 1) % len(turns)
    now = turns[resume]
    until = at + timedelta(seconds=now.seconds)
    return Turned(now.show, until, _seen(known, troubles, now.show), (resume + 1) % len(turns))


def delayed(last: Turned | None, by: timedelta) -> Turned | None:
    """The same, after something else had the screen for so long: the scene that was there has the rest of its time."""
    return replace(last, until=last.until + by) if last else None


def _seen(
    known: Mapping[str, frozenset[str]], troubles: Mapping[str, frozenset[str]], scene: str
) -> dict[str, frozenset[str]]:
    """What the wall has shown of the troubles that still are; one that ended and comes again is new again."""
    still = {name: known.get(name, frozenset()) & now for name, now in troubles.items()}
    return still | {scene: troubles.get(scene, frozenset())}
