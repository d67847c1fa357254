"""The wall's sentence and its second line: how many, where, how long, who has it; never a case's text or person.

Invariant: the sentence says what is the matter, or that nothing is; without deadlines it does not judge.
"""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from cockpit import formats
from cockpit.context import View
from cockpit.wall import compared, computed, fitting
from cockpit.wall.frame import BESIDE_MARK, HEAD_LEAST, WIDE
from cockpit.wall.naming import short, width
from cockpit.wall.scene import Level, Sentence
from geo.wall import Wall, WallCase

MOST_PLACES = 2
LEAD_PX, LEAD_ROOM, SPACES = 34.0, 1410.0, 40.0
"""The letters of the second line and how wide it may be, what spaces around a name take; pixels of 1920×1080."""


def sentence(view: View, found: Wall, *, at: datetime, is_stale: bool = False) -> Sentence:
    """What is the matter at the moment `at`, with how the reports compare where the second line has room for it;
    `is_stale`: the incidents are so old that nobody knows what has become of them.
    """
    if is_stale and found.loaded_at is not None:
        return _stale(view, found, found.loaded_at, at=at)
    told = _sentence(view, found, at=at)
    band = compared.usual_reports(found) if found.loaded_at and compared.has_today(found) else None
    if band is None:
        return told
    word = view.tr(f"wall.{band.verdict(found.n_reported)}")
    lead = told.lead + view.tr("wall.full_stop") + view.tr("wall.lead_reports", word=word)
    if width(lead, size=LEAD_PX) > LEAD_ROOM:
        return told
    return replace(told, lead=lead, strong=(*told.strong, word))


def _sentence(view: View, found: Wall, *, at: datetime) -> Sentence:
    if found.loaded_at is None:
        return Sentence(view.tr("wall.no_incidents"), view.tr("wall.no_incidents_lead"))
    n = formats.number(computed.total_open(found))
    if not found.has_deadlines:
        return Sentence(view.tr("wall.open_only", n=n), view.tr("wall.no_deadlines"))
    late = tuple(case for case in found.cases if case.is_due)
    soon = tuple(case for case in found.cases if case.level == "yellow")
    if late:
        return _late(view, late, at=at, key="overdue", level="orange")
    if soon:
        return _late(view, soon, at=at, key="soon", level="yellow")
    return Sentence(view.tr("wall.all_well"), view.tr("wall.all_well_lead", n=n))


def _stale(view: View, found: Wall, loaded_at: datetime, *, at: datetime) -> Sentence:
    """Since when nothing was loaded, and what is past its deadline if nothing has happened since."""
    length = formats.lapse((at - loaded_at).total_seconds(), view.lang)
    time = formats.moment(loaded_at, now=at, zone=view.site.zone, lang=view.lang)
    n_late = sum(case.is_due for case in found.cases)
    is_late = found.has_deadlines and n_late > 0
    n = formats.number(n_late if is_late else computed.total_open(found))
    keys = ["stale_lead_late", "stale_late_brief"] if is_late else ["stale_lead"]
    lead = fitting.lead((view.tr(f"wall.{key}", time=time, n=n) for key in keys), is_marked=True)
    return Sentence(formats.spaced(view.tr("wall.stale_incidents", age=length)), lead, is_old=True)


def _late(view: View, cases: tuple[WallCase, ...], *, at: datetime, key: str, level: Level) -> Sentence:
    worst = cases[0]
    seconds = abs((at - worst.due_at).total_seconds()) if worst.due_at else 0
    place = worst.community or worst.finest or view.tr("wall.outside")

    def told(place: str) -> str:
        length = formats.duration(max(60, seconds // 60 * 60), view.lang)
        word = f"wall.{key}_{'one' if len(cases) == 1 else 'many'}"
        return view.tr(word, n=formats.number(len(cases)), place=place, length=length)

    room = WIDE - BESIDE_MARK - width(formats.spaced(told("")), size=HEAD_LEAST) - SPACES
    head = told(fitting.middle(place, room=room, size=HEAD_LEAST))
    strong = (formats.spaced(worst.team),) if worst.team else ()
    return Sentence(formats.spaced(head), formats.spaced(_lead(view, cases, at=at)), level, strong)


def _lead(view: View, cases: tuple[WallCase, ...], *, at: datetime) -> str:
    worst = cases[0]
    reported = formats.moment(worst.reported_at, now=at, zone=view.site.zone, lang=view.lang)
    parts = [view.tr("wall.lead_reported", time=reported)]
    if worst.team:
        parts.insert(0, view.tr("wall.lead_team", team=worst.team))
    told = view.tr("wall.comma").join(parts)
    others = Counter(case.community for case in cases[1:] if case.community)
    places = [short(place, "community") for place, _ in others.most_common()]
    if places:
        key = "lead_elsewhere_more" if len(places) > MOST_PLACES else "lead_elsewhere"
        named = view.tr("wall.joiner").join(places[:MOST_PLACES])
        told += view.tr("wall.semicolon") + view.tr(f"wall.{key}", n=formats.number(len(cases) - 1), places=named)
    return told
