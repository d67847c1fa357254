"""The promise of ten minutes: today as a number with its interval, the days before as dots.

Invariant: under MINIMUM_N arrivals there is no share, today or on any other day.
"""

from datetime import date

from cockpit import figures, formats
from cockpit.context import View
from cockpit.markup import esc
from cockpit.wall import dots
from cockpit.wall.response import words
from cockpit.wall.response.computed import MINIMUM_N, Response, target


def panel(view: View, found: Response, today: date) -> str:
    """Today's share with what it is to be compared with, over the days before; one line where nobody tells arrivals."""
    now, usual = found.promise, found.usual()
    if not now.is_told:
        return f'<p class="r-none">{esc(view.tr("wall_response.untold"))}</p>'
    when = words.span(view, found, today)
    if now.in_time is not None and now.arrivals >= MINIMUM_N:
        interval = figures.wilson(now.in_time, now.arrivals)
        number = f'<b class="figure">{esc(formats.number((now.share or 0) * 100))}</b><span class="u">%</span>'
        counts = {"n": formats.number(now.in_time), "all": formats.number(now.arrivals)}
        told = formats.share_range(interval.low, interval.high)
        facts = [view.tr("wall_response.of", span=when, **counts), view.tr("wall_response.range", range=told)]
    else:
        number = f'<b class="none">{esc(view.tr("wall_response.few_cases" if now.arrivals else "wall.no_data"))}</b>'
        facts = [view.tr("wall_response.arrived", span=when, n=formats.number(now.arrivals))]
    if usual:
        facts.append(view.tr("wall_response.usual_range", range=formats.share_range(*usual)))
    else:
        facts.append(view.tr("wall_response.no_usual" if found.step == 1 else "wall_response.no_usual_weeks"))
    lines = "".join(f"<li>{esc(fact)}</li>" for fact in facts)
    promised = esc(view.tr("wall_response.target", target=formats.share(target(), digits=0)))
    return (
        f'<div class="r-promised"><span class="val">{number}</span>'
        f'<ul>{lines}<li class="r-acc">{promised}</li></ul></div>{_days(view, found, usual, today)}'
    )


def _days(view: View, found: Response, usual: tuple[float, float] | None, today: date) -> str:
    """A dot a day (or week), the band of what is usual, the line of the promise."""
    first = found.past[0][0]
    day = formats.day_beside(first, now=today, lang=view.lang)
    is_week = found.step > 1 and found.day == today
    last = view.tr("wall_response.this_week") if is_week else words.last_day(view, found, today)
    return dots.draw(
        [one.share for _, one in found.past],
        usual=usual,
        target=target(),
        ends=(day, last),
        label=view.tr("wall_response.promise_label"),
    )
