"""A community among the others of its street in the newest closed month, from what is published for everybody.

Invariant: nothing here reads another community's cases; with fewer than MINIMUM_N cases there is no dot, and another is
called higher or lower only where the interval of the difference excludes none (cockpit.indicator.compare).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from cockpit import queries
from cockpit.community.choice import Chosen
from cockpit.figures import NO_DATA, TOO_FEW
from cockpit.indicator.compare import Verdict, apart_per, apart_shares
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


@dataclass(frozen=True, slots=True)
class Dot:
    """One area: its value (per 1,000 households, a ratio or seconds) out of `n` cases; `parts` is what was divided."""

    code: str
    name: str
    value: float
    n: int
    parts: tuple[int, int] | None


@dataclass(frozen=True)
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

    @cached_property
    def told_apart(self) -> Counter[Verdict]:
        """How many of the others are `higher`, `lower`, `alike` (not to be told apart) or have too `few` cases."""
        return Counter(_verdict(self.slug, dot, self.own) for dot in self.others if self.own)

    @property
    def is_judged(self) -> bool:
        """Whether anything is known of what chance does to such a figure."""
        return bool(set(self.told_apart) - {"unjudged", "few"})


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
    if figure.kpi == "incidents":
        homes = figure.households or 1
        return Dot(figure.code, figure.name, figure.value * 1000 / homes, figure.n, (figure.n, homes))
    has_parts = figure.numerator is not None and figure.denominator
    parts = (figure.numerator or 0, figure.denominator or 0) if has_parts else None
    return Dot(figure.code, figure.name, figure.value, figure.n, parts)


def _verdict(slug: str, other: Dot, own: Dot) -> Verdict:
    """How the other stands to the own one."""
    least = indicator(slug).minimum_ranked
    if other.parts is None or own.parts is None:
        return "unjudged"
    if min(other.n, own.n) < least:
        return "few"
    return apart_per(other.parts, own.parts) if slug == "incidents" else apart_shares(other.parts, own.parts)
