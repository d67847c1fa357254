"""The four figures of this moment, each beside what is usual for the hour and weekday: one graphic for all of them.

Invariant: grey band = eight days in ten, tick = the middle one, teal = the promise, disc or level mark = now; without a
band no word about it is said.
"""

from collections.abc import Callable
from dataclasses import dataclass

from cockpit import formats
from cockpit.context import View
from cockpit.maps.outlines import figure
from cockpit.markup import attributes, esc
from cockpit.wall import compared, computed, fitting
from cockpit.wall.compared import Band
from cockpit.wall.naming import width as width_of
from cockpit.wall.now import marks
from cockpit.wall.scene import Level
from config.indicators import indicator
from geo.wall import Wall

WIDE, HIGH, EDGE = 376.0, 58.0, 14.0
NUMBER, DIGITS, NAME = 216.0, 76.0, 25.0
"""The room of a number with its unit; letters of the number and of the words above the graphic, as wide as they are."""
HEAD_ROOM, PX = 600.0, 24.0
"""The room of the head and its letters."""
APART = 24.0
"""What is left free before the unit and behind it."""
ONSCENE = "onscene_within_10min"
PERCENT = 0.01


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its name, its number (None: what stands in its place), unit, band, and the word for where it lies.

    `of`: the cases of a share, in time and all; `promised`: the promise in words, where nothing usual stands beside it.
    """

    name: str
    value: float | None
    shown: str
    unit: str
    band: Band | None
    verdict: str
    is_outside: bool = False
    level: Level | None = None
    target: float | None = None
    promised: str = ""
    is_share: bool = False
    of: str = ""


def section(view: View, found: Wall, *, age: str) -> str:
    """The section of the figures."""
    has_days = found.usual is not None and len(found.usual.days) >= compared.FEWEST_DAYS
    title, note = view.tr("wall.compared"), f"<span>{esc(view.tr('wall.band'))}</span>" if has_days else ""
    if not fitting.has_room(title, note, age, room=HEAD_ROOM, size=PX):
        note = ""
    head = f"<h2><b>{esc(title)}</b>{note}{age}</h2>"
    rows = "".join(_row(one) for one in figures(view, found))
    return f'<section class="figs">{head}{rows}</section>'


def figures(view: View, found: Wall) -> tuple[Figure, ...]:
    """Overdue, on scene within ten minutes, reports of today, open."""
    gone = compared.passed(found)
    return (
        _overdue(view, found, compared.usual_of(found, lambda day: day.overdue(passed=gone))),
        _onscene(view, found, compared.usual_of(found, lambda day: day.share, step=PERCENT)),
        _reports(view, found),
        _count(view, "open", computed.total_open(found), compared.usual_of(found, lambda day: day.open(passed=gone))),
    )


def _reports(view: View, found: Wall) -> Figure:
    band = compared.usual_reports(found)
    if compared.has_today(found):
        return _count(view, "reports", found.n_reported, band)
    return Figure(view.tr("wall.fig_reports"), None, view.tr("wall.no_data"), "", band, view.tr("wall.not_today"))


def _count(view: View, slug: str, n: int, band: Band | None, *, level: Level | None = None) -> Figure:
    verdict = band.verdict(n) if band else None
    word = view.tr(f"wall.{verdict}" if verdict else "wall.no_days")
    name = view.tr(f"wall.fig_{slug}")
    return Figure(
        name, n, formats.number(n), view.tr("wall.unit"), band, word, verdict in ("more", "fewer"), level
    )  # fmt: skip


def _overdue(view: View, found: Wall, band: Band | None) -> Figure:
    if not found.has_deadlines:
        return Figure(view.tr("wall.fig_overdue"), None, view.tr("wall.no_data"), "", None, view.tr("wall.no_limits"))
    level: Level | None = "orange" if found.n_overdue else None
    return _count(view, "overdue", found.n_overdue, band, level=level)


def _onscene(view: View, found: Wall, band: Band | None) -> Figure:
    name, target = view.tr("wall.fig_onscene"), indicator(ONSCENE).target
    if not found.tells_arrivals:
        return Figure(name, None, view.tr("wall.no_data"), "", None, view.tr("wall.no_arrivals"))
    if not compared.has_today(found):
        return Figure(name, None, view.tr("wall.no_data"), "", None, view.tr("wall.not_today"))
    days = found.usual.days if found.usual else ()
    if not found.arrivals and days and not any(day.arrivals for day in days):
        return Figure(name, None, view.tr("wall.no_data"), "", None, view.tr("wall.no_urgent"))
    if not found.arrivals or found.in_time is None or found.arrivals < computed.MINIMUM_N:
        word = view.tr("wall.too_few_arrivals", n=formats.number(found.arrivals))
        shown = view.tr("wall.too_few" if found.arrivals else "wall.none_yet")
        return Figure(name, None, shown, "", band, word, target=target, is_share=True)
    share = found.in_time / found.arrivals
    verdict = band.verdict(round(share / PERCENT) * PERCENT) if band else None
    words = {"more": "wall.higher", "fewer": "wall.lower", "same": "wall.same", None: "wall.no_days"}
    promised = view.tr("wall.promised", n=formats.number(target * 100)) if target is not None else ""
    return Figure(
        name, share, formats.number(share * 100), "%", band, view.tr(words[verdict]), verdict in ("more", "fewer"),
        target=target, promised=promised, is_share=True,
        of=f"{formats.number(found.in_time)}/{formats.number(found.arrivals)}",
    )  # fmt: skip


# ---------------------------------------------------------------- markup


def _row(one: Figure) -> str:
    room = NUMBER - width_of(one.unit, size=28) - APART
    fit = min(1.0, room / (width_of(one.shown, size=DIGITS) or 1))
    style = f' style="--fit:{fit:.2f}"' if fit < 1 else ""
    value = f'<b class="figure"{style}>{esc(one.shown)}</b><span class="u">{esc(one.unit)}</span>'
    if one.value is None:
        value = f'<b class="none">{esc(one.shown)}</b>'
    name = _name(one)
    word = f"<b>{esc(one.verdict)}</b>" if one.is_outside else esc(one.verdict)
    kind = f"fig {one.level}" if one.level else "fig"
    told = attributes(role="img", aria_label=f"{one.name} {one.shown}{one.unit} {one.verdict}")
    picture = f'<svg viewBox="0 0 {WIDE:g} {HIGH:g}" aria-hidden="true">{graphic(one)}</svg>'
    return (
        f'<div class="{kind}"{told}><span class="val">{value}</span>'
        f'<span class="name">{esc(name)}</span><span class="word">{word}</span>{picture}</div>'
    )


def _name(one: Figure) -> str:
    """The name, with its cases as far as they find room beside the word."""
    full = f"{one.name} {one.of}".strip()
    room = WIDE - width_of(one.verdict, size=NAME) - 16
    return full if width_of(full, size=NAME) - 0.3 * NAME * full.count(" ") <= room else one.name


def graphic(one: Figure) -> str:
    """The band, the promise and now on a scale of the row's own; nothing without anything to compare with."""
    told = [one.band.low, one.band.high] if one.band else []
    told += [each for each in (one.value, one.target) if each is not None]
    if one.band is None and (one.value is None or one.target is None):
        return ""
    least, most = _ends(min(told), max(told), is_share=one.is_share)

    def x(value: float) -> float:
        return EDGE + (value - least) / (most - least) * (WIDE - 2 * EDGE)

    drawn = f'<path class="ax" d="M0 20h{WIDE:g}"/>{_usual(one.band, x, is_share=one.is_share) if one.band else ""}'
    if one.target is not None:
        drawn += f'<path class="tg" d="M{figure(x(one.target))} 0V40"/>'
        drawn += "" if one.band else _text(_within(x(one.target), one.promised), one.promised)
    if one.value is not None:
        at = x(one.value)
        drawn += (
            marks.shapes(one.level, [(at, 20, 13)])
            if one.level
            else f'<circle class="nw" cx="{figure(at)}" cy="20" r="11"/>'
        )
    return drawn


def _usual(band: Band, x: Callable[[float], float], *, is_share: bool) -> str:
    """The band with its ends in numbers, and the middle one of its days."""
    low, high = x(band.low), x(band.high)
    wide = max(4.0, high - low)
    return (
        f'<rect class="ub" x="{figure(low)}" y="9" width="{figure(wide)}" height="22"/>'
        f'<rect class="um" x="{figure(x(band.median) - 1.5)}" y="9" width="3" height="22"/>'
        f"{_end_labels(band, low, low + wide, is_share=is_share)}"
    )


def _within(x: float, text: str) -> float:
    """The middle of a text near `x` that stays in the drawing."""
    half = width_of(text, size=24) / 2
    return min(max(x, half), WIDE - half)


def _ends(least: float, most: float, *, is_share: bool) -> tuple[float, float]:
    """The scale of a row: a third of what is to be seen is left free on either side, never below 0 (or above 1)."""
    room = max(most - least, 0.02 if is_share else 2.0)
    low, high = max(0.0, least - room * 0.45), most + room * 0.45
    return low, min(1.0, high) if is_share else high


def _end_labels(band: Band, low: float, high: float, *, is_share: bool) -> str:
    """The two ends of the band as numbers, apart from each other and inside the drawing."""
    scale = 100 if is_share else 1
    texts = [formats.number(end * scale) for end in (band.low, band.high)]
    if texts[0] == texts[1]:
        return _text(min(max((low + high) / 2, 30), WIDE - 30), texts[0])
    half = [width_of(text, size=24) / 2 for text in texts]
    left, right = max(low, half[0]), min(high, WIDE - half[1])
    gap = half[0] + half[1] + 12 - (right - left)
    if gap > 0:
        left, right = left - gap / 2, right + gap / 2
        shift = max(0.0, half[0] - left) - max(0.0, right - (WIDE - half[1]))
        left, right = left + shift, right + shift
    return _text(left, texts[0]) + _text(right, texts[1])


def _text(x: float, text: str) -> str:
    return f'<text class="end" x="{figure(x)}" y="54">{esc(text)}</text>'
