"""The overview's sentence and its second line, built from the highest level that is present.

Invariant: facts only: how many, where, how long, who has it; no cause, no praise, no case's text or person.
"""

from dataclasses import dataclass

from cockpit import formats
from cockpit.context import View
from cockpit.overview.computed import Standing
from geo.map_queries import LEVELS, Area
from geo.standing import LateCase

MOST_PLACES = 3


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is the matter (`head`), the second line (`lead`), and the warning level that its mark shows, if any."""

    head: str
    lead: str
    level: str | None


def sentence(view: View, standing: Standing) -> Sentence:
    """The sentence of the page."""
    if standing.overdue:
        return _late(view, standing, standing.overdue, key="overdue", level="orange")
    if standing.soon:
        return _late(view, standing, standing.soon, key="soon", level="yellow")
    key = "all_well_open" if standing.open_cases else "all_well"
    key = key if standing.has_deadlines else "no_deadlines"
    area = view.filters.area
    where = view.tr("overview.in_area", area=area.name) if area and not view.is_sole(area) else ""
    head = view.tr(f"overview.{key}", n=formats.number(standing.open_cases))
    return Sentence(formats.spaced(_since(view, standing) + where + head), "", None)


def _late(view: View, standing: Standing, cases: tuple[LateCase, ...], *, key: str, level: str) -> Sentence:
    worst = cases[0]
    length = formats.duration(abs((standing.moment - worst.due_at).total_seconds()), view.lang)
    head = view.tr(
        f"overview.{key}_{'one' if len(cases) == 1 else 'many'}",
        n=formats.number(len(cases)),
        place=_place(view, worst),
        length=length,
    )
    return Sentence(formats.spaced(_since(view, standing) + head), formats.spaced(_lead(view, standing, cases)), level)


def _place(view: View, case: LateCase) -> str:
    """The community of a case; its grid where the page looks into a part of the site."""
    area = view.filters.area
    is_part = area is not None and not view.is_sole(area) and not (view.is_limited and _is_above_units(view, area))
    place = case.finest if is_part else case.place
    return place or case.finest or view.tr("overview.outside")


def _is_above_units(view: View, area: Area) -> bool:
    return LEVELS.index(area.level) < LEVELS.index(view.unit_level)


def _since(view: View, standing: Standing) -> str:
    if standing.moment == view.clock.at:
        return ""
    last = view.filters.end
    moment = formats.full_day(view.shape_day, view.lang) if standing.moment == view.midnight(last) else ""
    return view.tr("overview.at_moment", moment=moment) if moment else ""


def _lead(view: View, standing: Standing, cases: tuple[LateCase, ...]) -> str:
    worst = cases[0]
    known = {category.code: category.name(view.lang) for category in view.categories}
    category = known.get(worst.category_code, worst.category_code)
    key = "lead_agency" if worst.agency else "lead_category"
    reported = formats.moment(worst.reported_at, now=view.clock.at, zone=view.site.zone, lang=view.lang)
    parts = [
        view.tr(f"overview.{key}", category=category, agency=worst.agency)
        + view.tr("overview.comma")
        + view.tr("overview.lead_reported", time=reported)
    ]
    places = list(dict.fromkeys(_place(view, case) for case in cases[1:]))
    if places:
        more = "lead_elsewhere_more" if len(places) > MOST_PLACES else "lead_elsewhere"
        named = view.tr("overview.joiner").join(places[:MOST_PLACES])
        parts.append(view.tr(f"overview.{more}", n=formats.number(len(cases) - 1), places=named))
    if standing.soon and cases is not standing.soon and standing.overdue:
        parts.append(view.tr("overview.lead_soon", n=formats.number(len(standing.soon))))
    parts.append(view.tr("overview.lead_open", n=formats.number(standing.open_cases)))
    return view.tr("overview.sentence_joiner").join(parts)
