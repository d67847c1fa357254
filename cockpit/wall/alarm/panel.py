"""What stands beside the map of an alarm: the clock against ten minutes, who has it, the stages, the nearest teams.

Invariant: the clock names its start and runs in the browser; a stage that has not come says so and nothing is foretold;
every value went through `esc`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cockpit import formats
from cockpit.context import View
from cockpit.markup import attributes, esc
from cockpit.wall.alarm import words
from geo.replay import Replay
from geo.wall.alarms import Alarm, Team

TICKS = {600: 120, 1200: 300, 3600: 600, 14_400: 3600}
"""Length of the bar → distance of its ticks, in seconds; the lengths are those of picture.js."""


@dataclass(frozen=True, slots=True)
class Running:
    """How the browser counts: the site's moment, and the replay that moves it; `is_fixed`: it stands still."""

    at: datetime
    replay: Replay | None = None
    is_fixed: bool = False

    def attributes(self, since: datetime, until: datetime | None = None) -> str:
        """The attributes of what runs since a moment of the site."""
        if self.is_fixed:
            passed = ((until or self.at) - since).total_seconds() * 1000
            return attributes(data_since=_ms(since), data_pace=0, data_passed=round(passed))
        real = self.replay.real if self.replay else lambda moment: moment
        pace = f"{self.replay.speed:g}" if self.replay else 1
        ends = _ms(real(until)) if until else None
        return attributes(data_since=_ms(real(since)), data_until=ends, data_pace=pace)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


# ---------------------------------------------------------------- the clock


def clock(view: View, alarm: Alarm, running: Running, *, age: str, is_first: bool = False) -> str:
    """m:ss since the report, a bar to ten minutes and beyond, and in words what is left or over; `is_first`: of two its
    ten minutes end first.
    """
    ended = alarm.ended_at
    runs = running.attributes(alarm.reported_at, ended) + attributes(data_limit=words.PROMISE_S)
    if ended is None:
        said = (
            f'<span class="left"{attributes(data_t=view.tr("alarm.left", left="{left}"))}></span>'
            f'<span class="beyond"{attributes(data_t=view.tr("alarm.over", over="{over}"))}></span>'
        )
    else:
        said = f'<span class="end">{esc(_end(view, alarm))}</span>'
    if is_first:
        said = f'<span class="first">{esc(view.tr("alarm.first"))}</span>{said}'
    scales = "".join(_axis(view, length, step) for length, step in TICKS.items())
    return (
        f'<section class="al-clock"{runs} role="timer"><h2><b>{esc(view.tr("alarm.since"))}</b>'
        f"<span>{esc(view.tr('alarm.promise'))}</span>{age}</h2>"
        f'<div class="al-time"><b class="figure" data-t="{{t}}"></b><span class="al-said">{said}</span></div>'
        f'<div class="al-bar"><i class="in"></i><i class="out"></i><i class="limit"></i></div>{scales}</section>'
    )


def _end(view: View, alarm: Alarm) -> str:
    if alarm.arrived_at is None:
        return view.tr("alarm.closed")
    over = words.over(alarm)
    if over <= 0:
        return view.tr("alarm.came_in_time")
    return view.tr("alarm.came_late", length=formats.minutes_seconds(over))


def _axis(view: View, length: int, step: int) -> str:
    ticks = "".join(
        f"<span{attributes(style=f'--at:{second / length:.4f}', class_='last' if second == length else None)}>"
        f"{esc(_minutes(view, second, is_last=second == length))}</span>"
        for second in range(0, length + 1, step)
    )
    return f'<div class="al-axis s{length}" aria-hidden="true">{ticks}</div>'


def _minutes(view: View, second: int, *, is_last: bool) -> str:
    return view.tr("alarm.minutes", n=second // 60) if is_last else str(second // 60)


# ---------------------------------------------------------------- who and what


def who(view: View, alarm: Alarm, sizes: tuple[int, tuple[int, ...], int]) -> str:
    """The office or team that has the case; `sizes`: its room, what it may have on one line, and on two."""
    name = formats.spaced(alarm.team or view.tr("alarm.no_team"))
    style = attributes(style=f"--size:{words.fitted(name, sizes[1], room=sizes[0]) or sizes[2]}")
    kind = "who" if alarm.team else "who none"
    return f'<p class="{kind}"><span>{esc(view.tr("alarm.team"))}</span><b{style}>{esc(name)}</b></p>'


def stages(view: View, alarm: Alarm, running: Running) -> str:
    """One line a stage that the source tells: when, and how long after the one before."""
    lines, before, is_open = [], alarm.reported_at, alarm.ended_at is None
    last = max(index for index, stage in enumerate(alarm.stages) if alarm.moments[stage])
    for index, stage in enumerate(alarm.stages):
        moment = alarm.moments[stage]
        if moment is not None:
            lines.append(_done(view, alarm, stage, moment, before))
            before = max(before, moment)
        elif index < last or not is_open:
            lines.append(_line(view, stage, "skipped", esc(view.tr("alarm.no_record")), ""))
        elif index == last + 1:
            said = attributes(data_t=view.tr("alarm.waiting", t="{t}"))
            waits = f"<span{running.attributes(before)}><span{said}></span></span>"
            told = view.tr("alarm.not_yet", stage=view.tr(f"alarm.stage_{stage}"))
            lines.append(_line(view, stage, "next", esc(told), waits))
        else:
            lines.append(_line(view, stage, "later", "", ""))
    return f'<ol class="al-stages">{"".join(lines)}</ol>'


def _done(view: View, alarm: Alarm, stage: str, moment: datetime, before: datetime) -> str:
    if stage == "reported":
        took = words.channel(view, alarm)
    else:
        length = formats.duration(words.seconds(before, moment), view.lang)
        took = view.tr("alarm.later", length=length)
    return _line(view, stage, "done", esc(words.clock(view, moment, is_exact=alarm.is_exact)), esc(took))


def _line(view: View, stage: str, kind: str, told: str, took: str) -> str:
    return (
        f'<li class="{kind}"><i></i><b>{esc(view.tr(f"alarm.stage_{stage}"))}</b>'
        f'<span class="when">{told}</span><span class="took">{took}</span></li>'
    )


def teams(view: View, alarm: Alarm, *, most: int) -> str:
    """The nearest team with its headcount and distance, then the next ones."""
    if not alarm.teams:
        key = "no_place" if alarm.place is None else "rough" if words.is_rough(alarm) else "no_staff"
        told = view.tr(f"alarm.{key}", level=words.rough_level(view, alarm))
        return f'<p class="al-near none">{esc(told)}</p>'
    nearest, *others = alarm.teams[:most]
    told = (
        f'<p class="al-near"><span>{esc(view.tr("alarm.nearest"))}</span><b>{esc(formats.spaced(nearest.grid))}</b>'
        f"<span>{esc(words.people(view, nearest))}</span><span>{esc(words.away(view, nearest))}</span></p>"
    )
    return told + (_others(view, others) if others else "")


def _others(view: View, others: Sequence[Team]) -> str:
    named = "".join(
        f"<span><b>{esc(formats.spaced(team.grid))}</b> {esc(words.distance(view, team.distance_m))}</span>"
        for team in others
    )
    return f'<p class="al-next"><span>{esc(view.tr("alarm.next"))}</span>{named}</p>'
