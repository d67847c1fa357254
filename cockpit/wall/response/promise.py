"""The promise of ten minutes: today as a number with its interval, the days before as dots.

Invariant: under MINIMUM_N arrivals there is no share, today or on any other day.
"""

from dataclasses import dataclass
from math import ceil

from cockpit import figures, formats
from cockpit.charts import scales, svg
from cockpit.context import View
from cockpit.markup import esc
from cockpit.wall.response import words
from cockpit.wall.response.computed import MINIMUM_N, Response, target
from cockpit.wall.response.stages import WIDTH

LEFT, HEIGHT = 64, 150
"""In pixels at 1080p: what the shares' numbers take, the height of the dots' field."""
LEAST_RANGE, MOST_LEVELS = 0.3, 4
"""The field shows at least the shares from 70 to 100 %, with at most so many lines besides the promise."""


def panel(view: View, found: Response) -> str:
    """Today's share with what it is to be compared with, over the days before."""
    now, usual = found.promise, found.usual()
    when = words.span(view, found.span)
    if now.in_time is not None and now.arrivals >= MINIMUM_N:
        interval = figures.wilson(now.in_time, now.arrivals)
        number = f'<b class="figure">{esc(formats.number((now.share or 0) * 100))}</b><span class="u">%</span>'
        counts = {"n": formats.number(now.in_time), "all": formats.number(now.arrivals)}
        told = formats.share_range(interval.low, interval.high)
        facts = [view.tr("wall_response.of", span=when, **counts), view.tr("wall_response.range", range=told)]
    else:
        number = f'<b class="none">{esc(view.tr("wall_response.few_cases"))}</b>'
        facts = [view.tr("wall_response.share_few", span=when, n=formats.number(now.arrivals))]
    if usual:
        facts.append(view.tr("wall_response.usual_range", range=formats.share_range(*usual)))
    else:
        facts.append(view.tr("wall_response.no_usual"))
    lines = "".join(f"<li>{esc(fact)}</li>" for fact in facts)
    promised = esc(view.tr("wall_response.target", target=formats.share(target(), digits=0)))
    return (
        f'<div class="r-promised"><span class="val">{number}</span>'
        f'<ul>{lines}<li class="r-acc">{promised}</li></ul></div>{_days(view, found, usual)}'
    )


@dataclass(frozen=True, slots=True)
class _Field:
    """The field of the dots: shares from `floor` to 1 over `n` days."""

    floor: float
    n: int

    def y(self, share: float) -> float:
        """Where a share lies, in pixels."""
        return 12 + (1 - share) / (1 - self.floor) * (HEIGHT - 12)

    def level(self, share: float, *, style: str, label: str) -> str:
        """A line across the field, with its number before it."""
        y, told = self.y(share), formats.number(share * 100)
        number = svg.text(told, x=LEFT - 12, y=y + 8, class_=label, text_anchor="end")
        return svg.line(x1=LEFT, y1=y, x2=WIDTH, y2=y, class_=style) + number

    def band(self, low: float, high: float) -> str:
        """What is usual."""
        top, height = self.y(high), max(self.y(low) - self.y(high), 2)
        return svg.element("rect", x=LEFT, y=top, width=WIDTH - LEFT, height=height, class_="r-usual pale")

    def dot(self, number: int, share: float) -> str:
        """One day; the last is today."""
        x, is_today = LEFT + (number + 0.5) / self.n * (WIDTH - LEFT), number == self.n - 1
        radius, style = (11, "r-dot now") if is_today else (6, "r-dot")
        return svg.element("circle", cx=x, cy=self.y(share), r=radius, class_=style)


def _days(view: View, found: Response, usual: tuple[float, float] | None) -> str:
    """A dot a day, the band of what is usual, the line of the promise."""
    shares = [day.share for _, day in found.past]
    lowest = min(1 - LEAST_RANGE, *(share for share in shares if share is not None), usual[0] if usual else 1)
    ticks = scales.rate_ticks(lowest, 1.0)
    field = _Field(ticks[0], len(shares))
    far = [tick for tick in ticks if abs(field.y(tick) - field.y(target())) > 26]
    drawn = [field.band(*usual)] if usual else []
    drawn += [field.level(tick, style="r-grid", label="r-axis") for tick in far[:: ceil(len(far) / MOST_LEVELS)]]
    drawn.append(field.level(target(), style="r-target", label="r-promise"))
    drawn += [field.dot(number, share) for number, share in enumerate(shares) if share is not None]
    first = found.past[0][0]
    day = view.tr("common.short_day", month=view.tr(f"common.month_{first.month}"), day=first.day)
    drawn.append(svg.text(day, x=LEFT, y=HEIGHT + 32, class_="r-axis"))
    drawn.append(
        svg.text(
            view.tr("wall_response.today" if found.step == 1 else "wall_response.this_week"),
            x=WIDTH,
            y=HEIGHT + 32,
            class_="r-axis",
            text_anchor="end",
        )
    )
    label, box = view.tr("wall_response.promise_label"), f"0 0 {WIDTH} {HEIGHT + 40}"
    return svg.element("svg", "".join(drawn), class_="r-days", viewBox=box, role="img", aria_label=label)
