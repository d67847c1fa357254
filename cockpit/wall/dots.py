"""Shares over time as dots in a field: a band of what is usual, a line to compare with, the last one large.

Invariant: the field ends at 100 % and never begins above LEAST; a time without a share has no dot.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from cockpit import formats
from cockpit.charts import svg

WIDTH, LEFT, HEIGHT = 576, 64, 150
"""In pixels at 1080p: the picture's width, what the shares' numbers take of it, the height of the dots' field."""
LEAST, MOST_STEPS = 0.7, 3
"""The field shows at least the shares from 70 to 100 %, in at most so many steps of 10, 20, 25 or 50 points."""
AXIS = 38
"""How far below the field the names of the first and the last time stand: a dot may lie on its lower end."""


@dataclass(frozen=True, slots=True)
class _Field:
    """The field of the dots: shares from `floor` to 1 over `n` times."""

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
        """One time; the last is now."""
        x, is_now = LEFT + (number + 0.5) / self.n * (WIDTH - LEFT), number == self.n - 1
        radius, style = (11, "r-dot now") if is_now else (6, "r-dot")
        return svg.element("circle", cx=x, cy=self.y(share), r=radius, class_=style)


def _levels(lowest: float) -> tuple[float, ...]:
    """Round shares from below `lowest` up to 1, both ends among them."""
    for points in (10, 20, 25, 50):
        steps = ceil((1 - lowest) * 100 / points - 1e-9)
        if steps <= MOST_STEPS:
            break
    return tuple((100 - points * step) / 100 for step in range(steps, -1, -1))


def draw(
    shares: Sequence[float | None],
    *,
    usual: tuple[float, float] | None,
    target: float | None,
    ends: tuple[str, str],
    label: str,
    least: float = LEAST,
) -> str:
    """The shares (0 … 1, oldest first) as SVG markup; `ends` name the first and the last time.

    The field reaches down to `least` at least, so that drawings beside each other have one scale.
    """
    lowest = min(least, *(share for share in (*shares, target, *(usual or ())) if share is not None), 1)
    ticks = _levels(lowest)
    field = _Field(ticks[0], len(shares))
    far = [tick for tick in ticks if target is None or abs(field.y(tick) - field.y(target)) > 26]
    drawn = [field.band(*usual)] if usual else []
    drawn += [field.level(tick, style="r-grid", label="r-axis") for tick in far]
    if target is not None:
        drawn.append(field.level(target, style="r-target", label="r-promise"))
    drawn += [field.dot(number, share) for number, share in enumerate(shares) if share is not None]
    if len(shares) == 1:
        drawn.append(svg.text(ends[1], x=(LEFT + WIDTH) / 2, y=HEIGHT + AXIS, class_="r-axis", text_anchor="middle"))
    else:
        drawn.append(svg.text(ends[0], x=LEFT, y=HEIGHT + AXIS, class_="r-axis"))
        drawn.append(svg.text(ends[1], x=WIDTH, y=HEIGHT + AXIS, class_="r-axis", text_anchor="end"))
    box = f"0 0 {WIDTH} {HEIGHT + AXIS + 8}"
    return svg.element("svg", "".join(drawn), class_="r-days", viewBox=box, role="img", aria_label=label)
