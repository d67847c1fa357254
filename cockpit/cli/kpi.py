"""`cockpit kpi`: figures for people as a table, for scripts as JSON.

Invariant: wrong usage ends with exit code 2 and a sentence that says what would be right; figures go to standard
output, everything else to standard error.
"""

import difflib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import click

from cockpit import absence, formats
from cockpit.absence import Absence
from cockpit.cli.kpi_list import print_list
from cockpit.cli.ready import as_option, lang_option, language, reader, ready_store
from cockpit.cli.tables import print_table
from cockpit.cli.telling import say, say_json
from cockpit.figures import Figure, WholeNotVisibleError, figures, figures_in
from config.categories import UNCLASSIFIED
from config.indicators import Indicator, UnknownIndicatorError, indicator, indicators
from config.messages import tr
from config.site import site
from config.visible import visible
from geo.audit import audit
from geo.figures import LEVELS, NamedArea, Question, area_days, areas_named, categories
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


def read_level(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """The level that an option names, in Chinese or as ours; None where it is not given."""
    if value is None:
        return None
    level = ALIASES.get(value.strip(), value.strip().lower())
    if level not in LEVELS:
        raise refuse("unknown_level", level=value, levels=", ".join(LEVELS))
    return level


def read_day(_: click.Context, __: click.Parameter, value: str | None) -> date | None:
    """The day that an option names; None where it is not given."""
    if value is None:
        return None
    try:
        day = datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise refuse("bad_day", day=value) from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise refuse("far_day", day=value, first=FIRST_DAY, last=LAST_DAY)
    return day


@click.command()
@click.option(
    "--list", "as_list", is_flag=True, help="Print what figures there are, and nothing else; no store needed."
)
@click.option("--level", callback=read_level, help="site, street, community, grid or microgrid.  [required]")
@click.option(
    "--from", "start", callback=read_day, help="First day, such as 2026-10-01 (site's time zone).  [required]"
)
@click.option("--to", "end", callback=read_day, help="The day after the last one.  [required]")
@click.option("--area", help="CODE or LEVEL:CODE: only this area and all below it.")
@click.option("--category", help="Code of one category of incidents.")
@click.option("--kpi", "slugs", multiple=True, help="One or more slugs; all without it.")
@as_option
@lang_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
@click.argument("more_slugs", nargs=-1, metavar="")
@click.pass_context
def kpi(  # noqa: PLR0917 - click passes options by name
    context: click.Context,
    as_list: bool,
    level: str | None,
    start: date | None,
    end: date | None,
    area: str | None,
    category: str | None,
    slugs: tuple[str, ...],
    user: str | None,
    as_json: bool,
    more_slugs: tuple[str, ...],
) -> None:
    """Print figures of the areas of a level for the days [from, to).

    What figures there are, each with what it is: cockpit kpi --list [--lang zh|en] [--json].
    """
    if as_list:
        if more_slugs or any((level, start, end, area, category, slugs, user)):
            raise refuse("list_alone")
        print_list(as_json=as_json, lang=language())
        return
    if more_slugs and not slugs:
        raise refuse("stray", words=" ".join(more_slugs))
    if level is None or start is None or end is None:
        given = {"level": level, "start": start, "end": end}
        absent = next(each for each in context.command.params if each.name in given and given[each.name] is None)
        raise click.MissingParameter(ctx=context, param=absent)
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
    with store.reading(viewer, clock) as connection:
        said = _said(connection, clock, found, question=question, window=window, area=area)
    for line in said:
        say(line, err=True)
    if as_json:
        say_json([figure.record() for figure in found])
    else:
        lang = language()
        print_table([tr(f"kpi.column_{name}", lang) for name in COLUMNS], [_line(figure, lang) for figure in found])


def _said(
    connection: Transaction,
    clock: Clock,
    found: Sequence[Figure],
    *,
    question: Question,
    window: Window,
    area: str | None,
) -> list[str]:
    """What of the answer is missing and why, for standard error; the cases of no known category."""
    lang = language()
    if not found:
        return [
            not_in_force(connection, window, area=area, level=question.level)
            if area
            else tr("kpi.no_areas", lang, level=question.level)
        ]
    covered = absence.covered(connection, clock, window)
    lines = [each.text(lang) for each in absence.of_part(covered)]
    lines += [
        _reason(why, named, len({figure.indicator for figure in found}))
        for why, named in absence.by_reason(covered, found).items()
    ]
    if question.category is None and (rest := _unclassified(connection, clock, question, window)):
        lines.append(tr("kpi.unclassified", lang, n=formats.number(rest), category=UNCLASSIFIED))
    return lines


def _reason(why: Absence, named: Sequence[Indicator], asked_for: int) -> str:
    lang = language()
    names = tr("absence.joiner", lang).join(each.name(lang) for each in named)
    names = tr("absence.cli_all", lang) if len(named) == asked_for > 1 else names
    return tr("absence.cli_reason", lang, reason=why.text(lang), names=names)


def _unclassified(connection: Transaction, clock: Clock, question: Question, window: Window) -> int:
    """The cases whose category no code list holds."""
    asked = replace(question, category=UNCLASSIFIED)
    counted = figures_in(
        connection,
        clock,
        question=asked,
        windows=(window,),
        indicators=[each for each in indicators() if each.slug == "incidents"],
    )
    return sum(int(figure.value or 0) for figure in counted)


def not_in_force(connection: Transaction, window: Window, *, area: str, level: str) -> str:
    """That the area is none in the window, and when it is one."""
    code, told = split_code(area)
    days = area_days(connection, level=told or level, code=code)
    last = window.end - timedelta(days=1)
    if days is None:
        return tr("indicator.cli_not_in_force", language(), area=area)
    return f"{tr('indicator.cli_not_in_force', language(), area=area)} {absence.area_days(days, last, language())}"


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


def _line(figure: Figure, lang: str) -> tuple[str, ...]:
    return (
        figure.area or "–",
        figure.name,
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
