"""`cockpit kpi`: figures for people as a table, for scripts as JSON.

Invariant: wrong usage ends with exit code 2 and a sentence that says what would be right; figures go to standard
output, everything else to standard error.
"""

import difflib
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime

import click

from cockpit import formats
from cockpit.cli.ready import as_option, language, reader, ready_store
from cockpit.cli.telling import cell, say, say_json
from cockpit.figures import Figure, WholeNotVisibleError, figures
from config.indicators import Indicator, UnknownIndicatorError, indicator, indicators
from config.messages import tr
from config.site import site
from config.visible import visible
from geo.audit import audit
from geo.figures import LEVELS, NamedArea, Question, areas_named, categories
from geo.migrations import check
from geo.replay import site_clock
from geo.store import Store, Transaction
from geo.viewer import SITE, Clock, Viewer, current_clock
from geo.windows import FIRST_DAY, LAST_DAY, Window

ALIASES = {
    "全域": "site",
    "街道": "street",
    "社区": "community",
    "网格": "grid",
    "微网格": "microgrid",
    "micro_grid": "microgrid",
    "micro-grid": "microgrid",
}
COLUMNS = ("area", "name", "figure", "value", "interval", "n", "excluded")


def refuse(key: str, **params: object) -> click.UsageError:
    """Wrong usage, in the words of `kpi.<key>`."""
    return click.UsageError(visible(tr(f"kpi.{key}", language(), **params)))


def read_level(_: click.Context, __: click.Parameter, value: str) -> str:
    """The level that an option names, in Chinese or as ours."""
    level = ALIASES.get(value.strip(), value.strip().lower())
    if level not in LEVELS:
        raise refuse("unknown_level", level=value, levels=", ".join(LEVELS))
    return level


def read_day(_: click.Context, __: click.Parameter, value: str) -> date:
    """The day that an option names."""
    try:
        day = datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise refuse("bad_day", day=value) from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise refuse("far_day", day=value, first=f"{FIRST_DAY}", last=f"{LAST_DAY}")
    return day


@click.command()
@click.option("--level", required=True, callback=read_level, help="site, street, community, grid or microgrid.")
@click.option(
    "--from", "start", required=True, callback=read_day, help="First day, such as 2026-10-01 (site's time zone)."
)
@click.option("--to", "end", required=True, callback=read_day, help="The day after the last one.")
@click.option("--area", help="CODE or LEVEL:CODE: only this area and all below it.")
@click.option("--category", help="Code of one category of incidents.")
@click.option("--kpi", "slugs", multiple=True, help="One or more slugs; all without it.")
@as_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
@click.argument("more_slugs", nargs=-1, metavar="")
def kpi(  # noqa: PLR0917 - click passes options by name
    level: str,
    start: date,
    end: date,
    area: str | None,
    category: str | None,
    slugs: tuple[str, ...],
    user: str | None,
    as_json: bool,
    more_slugs: tuple[str, ...],
) -> None:
    """Print figures of the areas of a level for the days [from, to)."""
    if more_slugs and not slugs:
        raise refuse("stray", words=" ".join(more_slugs))
    if start >= end:
        raise refuse("no_days", start=start, end=end)
    wanted = indicators_of((*slugs, *more_slugs))
    store = ready_store(current_clock())
    viewer = reader(store, user, needs=("rows.cases",), lang=language())
    clock = site_clock(store, viewer)
    question = _question(store, viewer, clock, level=level, area=area, category=category)
    window = Window(start, end, site().zone)
    try:
        found = figures(store, viewer, clock, question=question, windows=(window,), indicators=wanted, lang=language())
    except WholeNotVisibleError as error:
        raise refuse("whole_not_visible") from error
    _audited(store, viewer, clock, question=question, window=window, wanted=wanted)
    if not found:
        say(tr("kpi.no_areas", language(), level=level), err=True)
    if as_json:
        say_json([figure.record() for figure in found])
    else:
        say(_table(found))


def indicators_of(slugs: Sequence[str]) -> tuple[Indicator, ...]:
    """The indicators of the slugs, all without any; an unknown one is refused with the nearest."""
    try:
        return tuple(indicator(slug) for slug in dict.fromkeys(slugs)) or indicators()
    except UnknownIndicatorError as error:
        known = ", ".join(each.slug for each in indicators())
        raise refuse("unknown_kpi", slug=error.slug, nearest=error.nearest or known) from error


def _question(
    store: Store, viewer: Viewer, clock: Clock, *, level: str, area: str | None, category: str | None
) -> Question:
    with store.reading(viewer, clock) as connection:
        check(connection)
        code, told = split_code(area or "")
        candidates = areas_named(connection, code, level=told)
        check_category(connection, category)
    within = one_area(area, candidates) if area is not None else None
    if within and LEVELS.index(level) < LEVELS.index(within.level):
        raise refuse("level_above", level=level, area=f"{within.level}:{within.code}")
    return Question(level, within_id=within.area_id if within else None, category=category)


def check_category(connection: Transaction, category: str | None) -> None:
    """Refuses a category that does not exist."""
    known = {each.code for each in categories(connection)}
    if category is not None and category not in known:
        nearest = difflib.get_close_matches(category, known, n=3)
        raise refuse("unknown_category", code=category, nearest=", ".join(nearest) or "–")


def split_code(area: str) -> tuple[str, str | None]:
    """The code and, where the text says LEVEL:CODE, the level; a code that holds a colon itself stays whole."""
    before, colon, after = area.partition(":")
    level = ALIASES.get(before, before)
    return (after, level) if colon and level in LEVELS and level != SITE else (area, None)


def one_area(area: str, candidates: Sequence[NamedArea]) -> NamedArea:
    """The only one of the areas that `area` may mean; none or several are refused."""
    if not candidates:
        raise refuse("unknown_area", area=area)
    if len(candidates) > 1:
        choices = ", ".join(f"{each.level}:{each.code} ({each.name})" for each in candidates)
        raise refuse("ambiguous_area", area=area, choices=choices)
    return candidates[0]


def _audited(
    store: Store, viewer: Viewer, clock: Clock, *, question: Question, window: Window, wanted: Sequence[Indicator]
) -> None:
    detail = {
        "level": question.level,
        "within_id": question.within_id,
        "category": question.category,
        "from": window.start.isoformat(),
        "to": window.end.isoformat(),
        "kpi": [each.slug for each in wanted],
        "at": clock.at.isoformat(),
    }
    with store.auditing(viewer, current_clock()) as connection:  # a replay moves figures, not the audit
        audit(connection, viewer=viewer, action="kpi", target="figures", detail=detail)


def _table(found: Sequence[Figure]) -> str:
    lang = language()
    head = tuple(tr(f"kpi.column_{name}", lang) for name in COLUMNS)
    lines = [head, *(_line(figure, lang) for figure in found)]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join("  ".join(map(_padded, line, widths)).rstrip() for line in lines)


def _line(figure: Figure, lang: str) -> tuple[str, ...]:
    return (
        cell(figure.area or "–"),
        cell(figure.name),
        figure.indicator.name(lang),
        value_words(figure, lang),
        _interval(figure, lang),
        "" if figure.n is None else formats.number(figure.n),
        " ".join(f"{tr(f'kpi.excluded_{why}', lang)} {formats.number(n)}" for why, n in figure.excluded.items()),
    )


def value_words(figure: Figure, lang: str) -> str:
    """The value in its unit, or why there is none."""
    if figure.value is None:
        return tr(f"kpi.{(figure.note or 'no-data').replace('-', '_')}", lang)
    return formats.quantity(figure.value, figure.indicator.unit, lang, is_share=figure.indicator.is_share)


def _interval(figure: Figure, lang: str) -> str:
    if figure.interval:
        return formats.share_range(figure.interval.low, figure.interval.high)
    if figure.low is None and figure.high is None:
        return ""
    return formats.duration_range(figure.low, figure.high, lang)


def _width(text: str) -> int:
    """How many columns of a terminal the text takes: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
