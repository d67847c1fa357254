"""A community among the others of its street in the newest closed month, from what is published for everybody.

Invariant: nothing here reads another community's cases; with fewer than MINIMUM_N cases there is no dot and no place.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cockpit import queries
from cockpit.community.choice import Chosen
from cockpit.figures import NO_DATA, TOO_FEW
from cockpit.queries import Asked, shared
from config.indicators import indicator
from geo import published
from geo.published import Beside, Comparison

PER_THOUSAND = "per_thousand"
ON_SCENE = "onscene_within_10min"
SLUGS = ("incidents", "closure_rate", "on_time_rate", ON_SCENE, "close_p50", "followup_coverage")
"""The figures compared; of `incidents` the number per 1,000 households, since communities differ in size."""
MINIMUM_N = 10
MINIMUM_HOUSEHOLDS = 10
FEWEST_DOTS = 3
"""With fewer areas beside it a place among them says nothing."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One area: its value (per 1,000 households, a ratio or seconds) out of `n` cases."""

    name: str
    value: float
    n: int


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: the own dot (None with `why`: no-data, too-few), the street's value, the dots of the others.

    `few` of the others have too few cases; `n` is the own number of cases.
    """

    slug: str
    unit: str
    own: Dot | None
    why: str | None
    n: int
    whole: float | None
    others: tuple[Dot, ...]
    few: int

    @property
    def is_placed(self) -> bool:
        """Whether the own value can be placed among the others."""
        return self.own is not None and len(self.others) >= FEWEST_DOTS

    @property
    def below(self) -> int:
        """How many of the others are lower."""
        return sum(1 for dot in self.others if self.own and dot.value < self.own.value)

    @property
    def alike(self) -> int:
        """How many of the others have the same value."""
        return len(self.others) - self.below - self.above

    @property
    def above(self) -> int:
        """How many of the others are higher."""
        return sum(1 for dot in self.others if self.own and dot.value > self.own.value)


@dataclass(frozen=True, slots=True)
class Peers:
    """The comparison of one month; `others` is the number of areas beside the own, `above` the name of their street."""

    month: date
    above: str | None
    others: int
    rows: tuple[Row, ...]


def peers(chosen: Chosen) -> Peers | None:
    """The comparison of the page's community; None where no closed month of it is published."""
    area, asked = chosen.area, chosen.view.asked
    if area is None or area.level not in published.LEVELS:
        return None
    found = _comparison(asked, level=area.level, code=area.code, stamp=queries.published_stamp(asked))
    if found is None:
        return None
    codes = {figure.code for figure in found.figures if not figure.is_above}
    rows = tuple(row for slug in SLUGS if (row := _row(slug, found.figures, own=area.code)) is not None)
    above = next((figure.name for figure in found.figures if figure.is_above), None)
    return Peers(found.month, above, len(codes) - 1, rows)


@shared
def _comparison(asked: Asked, *, level: str, code: str, stamp: tuple[int, int, int]) -> Comparison | None:  # noqa: ARG001 - part of the key
    return published.comparison(queries.store(), asked.viewer, asked.clock, level=level, code=code, kpis=SLUGS)


def _row(slug: str, figures: Iterable[Beside], *, own: str) -> Row | None:
    """The figure among all of its kind; None where no area has it, as where households are not known."""
    of_kind = [figure for figure in figures if figure.kpi == slug]
    placed = {figure.code: _dot(figure) for figure in of_kind if not figure.is_above}
    mine = next((figure for figure in of_kind if not figure.is_above and figure.code == own), None)
    if mine is None or not any(placed.values()):
        return None
    whole = next((_dot(figure) for figure in of_kind if figure.is_above), None)
    return Row(
        slug=slug,
        unit=PER_THOUSAND if slug == "incidents" else indicator(slug).unit,
        own=placed[own],
        why=None if placed[own] else _why(mine),
        n=mine.n or 0,
        whole=whole.value if whole else None,
        others=tuple(dot for code, dot in placed.items() if dot and code != own),
        few=sum(1 for figure in of_kind if not figure.is_above and figure.code != own and _why(figure) == TOO_FEW),
    )


def _why(figure: Beside) -> str | None:
    """Why the figure has no dot, None where it has one."""
    if figure.note == NO_DATA or figure.n is None:
        return NO_DATA
    if figure.kpi == "incidents" and (figure.households or 0) < MINIMUM_HOUSEHOLDS:
        return NO_DATA
    return TOO_FEW if figure.note == TOO_FEW or figure.n < MINIMUM_N or figure.value is None else None


def _dot(figure: Beside) -> Dot | None:
    if _why(figure) or figure.value is None or figure.n is None:
        return None
    value = figure.value * 1000 / (figure.households or 1) if figure.kpi == "incidents" else figure.value
    return Dot(figure.name, value, figure.n)
