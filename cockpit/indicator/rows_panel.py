"""The rows behind the figure, a page at a time: how each counts, from which event to which, how long.

Invariant: the marks above the rows carry the figure's own counts; no text of a case is in them, and of people only who
exempted an overdue case.
"""

from cockpit import formats
from cockpit.context import View
from cockpit.exports import link as export_link
from cockpit.filterbar import option
from cockpit.indicator import computed, exempting, words
from cockpit.indicator.computed import OVERDUE, IndicatorView, position_token
from cockpit.indicator.rows import LONG_ROWS, count_of, mark_of, marks_of, over_s
from cockpit.markup import attributes, esc
from cockpit.panels import Empty
from cockpit.picture import picture
from geo.families import is_span
from geo.tracing import PAGE_ROWS, SORTS, Counts, Event, Mark, Row


def draw(page: IndicatorView) -> Empty | None:
    """The marks with their counts, the order, the export, and one page of rows."""
    view = page.view
    counts = computed.counts(view.asked, subject=page.subject)
    if counts is None:
        return Empty(words.why_no_rows(page))
    if not counts.rows:
        return Empty(view.tr("indicator.rows_none"))
    rows = computed.page_of_rows(view.asked, subject=page.subject, rows=page.rows)
    picture(_bar(page, counts), key="indicator_rows_bar")
    note = _not_due(page, counts)
    table = _table(page, rows, counts) if rows else f'<p class="empty">{esc(view.tr("indicator.rows_none_marked"))}</p>'
    clicked = picture(_said(page) + note + table + _pager(page, rows, counts), key="indicator_rows")
    if clicked:
        exempting.handle(page, clicked, rows)
    return None


def _said(page: IndicatorView) -> str:
    """What was said of the decision on a case."""
    state = exempting.told(page)
    said = f'<p class="note" role="status">{esc(state.said)}</p>' if state.said else ""
    return said + (f'<p class="note" role="alert">{esc(state.fault)}</p>' if state.fault and not state.act else "")


def unit(page: IndicatorView) -> str:
    """How many rows there are and in which order they stand, for the head of the panel."""
    view = page.view
    counts = computed.counts(view.asked, subject=page.subject)
    if counts is None or not counts.rows:
        return ""
    n, found = formats.number(counts.rows), _found(page, counts)
    if found != counts.rows:
        n = view.tr("indicator.rows_some", shown=formats.number(found), n=n)
    order = view.tr(f"indicator.sort_{_sort(page, counts)}")
    if page.rows.mark is None:
        first = words.marked(view, page.indicator, computed.misses(page.indicator))
        order = view.tr("indicator.rows_first", name=first, order=order)
    return view.tr("indicator.rows_unit", n=n, order=order)


def _found(page: IndicatorView, counts: Counts) -> int:
    """How many rows the page's mark and reason leave."""
    if not page.rows.mark:
        return counts.rows
    return counts.excluded.get(page.rows.why, 0) if page.rows.why else count_of(page.indicator, counts, page.rows.mark)


def _not_due(page: IndicatorView, counts: Counts) -> str:
    """What becomes of the cases that were not due at the moment of counting; nothing where there are none."""
    view, figure = page.view, computed.own(page.view.asked, subject=page.subject)
    n = counts.excluded.get("not_due", 0)
    if not n or figure is None or page.rows.mark not in (None, "excluded") or page.rows.why not in (None, "not_due"):
        return ""
    is_over = figure.moment >= page.subject.window.ends
    at = (figure.moment if is_over else page.subject.window.ends).astimezone(view.site.zone)
    told = {"n": formats.number(n), "period": words.period(page), "at": f"{at:%Y-%m-%d %H:%M}"}
    said = view.tr(f"indicator.not_due_{'closed' if is_over else 'running'}", **told)
    return f'<p class="c-key">{esc(said)}</p>'


def _sort(page: IndicatorView, counts: Counts) -> str:
    if page.rows.sort:
        return page.rows.sort
    return "longest" if is_span(page.indicator.marks) and counts.rows <= LONG_ROWS else "newest"


def _bar(page: IndicatorView, counts: Counts) -> str:
    view, known = page.view, page.indicator
    chips = _chip(page, None, counts.rows)
    chips += "".join(_chip(page, mark, count_of(known, counts, mark)) for mark in marks_of(known))
    reasons = ""
    if page.rows.mark == "excluded" and len(counts.excluded) > 1:
        reasons = option(view.tr("indicator.why_all"), view.link({"why": None, "after": None}), is_on=not page.rows.why)
        reasons += "".join(
            option(
                f"{view.tr(f'kpi.excluded_{why}')} {formats.number(n)}",
                view.link({"why": why, "after": None}),
                is_on=why == page.rows.why,
            )
            for why, n in counts.excluded.items()
        )
        reasons = f"<select data-choose{attributes(aria_label=view.tr('indicator.why'))}>{reasons}</select>"
    shown = _sort(page, counts)
    sorts = "".join(
        option(view.tr(f"indicator.sort_{sort}"), view.link({"sort": sort, "after": None}), is_on=sort == shown)
        for sort in SORTS
        if is_span(known.marks) or sort in ("newest", "oldest")
    )
    sorts = f"<select data-choose{attributes(aria_label=view.tr('indicator.sort'))}>{sorts}</select>"
    export = export_link(view, "trace.csv", view.tr("indicator.export"), changes={"kpi": known.slug, "after": None})
    group = f'<span class="group"{attributes(role="group", aria_label=view.tr("indicator.marks"))}>{chips}</span>'
    return f'<div class="bar i-rows-bar">{group}{reasons}{sorts}<span class="i-end">{export}</span></div>'


def _chip(page: IndicatorView, mark: Mark | None, n: int) -> str:
    view = page.view
    address = view.link({"mark": mark, "why": None, "after": None})
    name = view.tr("indicator.all_rows") if mark is None else words.marked(view, page.indicator, mark)
    current = "true" if mark == page.rows.mark else None
    known = attributes(class_="chip", href=address, data_go=address, aria_current=current, data_mark=mark or "all")
    return f'<a{known}>{esc(name)} <b class="i-count">{formats.number(n)}</b></a>'


def _heads(page: IndicatorView, counts: Counts) -> list[tuple[str, str]]:
    """The columns: name and class."""
    if is_span(page.indicator.marks):
        middle = [("start", "i-when"), ("end", "i-when"), ("length", "num"), ("clock", "")]
    else:
        middle = [("reported", "i-when"), ("closed", "i-when"), ("due", "i-when"), ("over", "num")]
    part = [("part", "")] if counts.is_of_two_parts and counts.excluded else []
    return [("code", ""), ("category", ""), ("place", ""), *middle, ("mark", ""), *part, ("agency", "")]


def _table(page: IndicatorView, rows: tuple[Row, ...], counts: Counts) -> str:
    view, heads = page.view, _heads(page, counts)
    head = "".join(
        f"<th{attributes(scope='col', class_=style or None)}>{esc(view.tr(f'indicator.column_{name}'))}</th>"
        for name, style in heads
    )
    names = {category.code: category.name(view.lang) for category in view.categories}
    body = "".join(_row(page, row, [name for name, _ in heads], names) for row in rows)
    return (
        f'<div class="scroll"><table class="i-rows"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _row(page: IndicatorView, row: Row, columns: list[str], names: dict[str, str]) -> str:
    mark, part = mark_of(page.indicator, row), "numerator" if row.is_of_numerator else "denominator"
    length = "—" if row.duration_s is None else words.elapsed(page.view, row.duration_s)
    cells = {
        "code": f"<td>{_code(page, row)}</td>",
        "category": f"<td>{esc(names.get(row.category_code, row.category_code))}</td>",
        "place": f"<td{attributes(class_='name')}>{esc(_place(page, row))}</td>",
        "start": _when(page, row, row.start_stamp, row.start_at, is_named=True),
        "end": _end(page, row),
        "length": f'<td class="num">{esc(length)}</td>',
        "clock": f'<td class="i3">{esc(_clock(page, row))}</td>',
        "reported": _when(page, row, "reported_at", row.reported_at),
        "closed": _when(page, row, "closed_at", row.closed_at),
        "due": _when(page, row, "due_at", row.due_at),
        "over": f'<td class="num">{_over(page.view, row)}</td>',
        "mark": f"<td>{_mark(page, row, mark)}</td>",
        "part": f'<td class="i2">{esc(page.view.tr(f"indicator.part_{part}"))}</td>',
        "agency": f'<td class="i2 name">{esc(row.agency or "—")}</td>',
    }
    style = attributes(class_="i-out" if mark == "excluded" else None, data_mark=mark)
    below = _decision(page, row, len(columns)) + _events(page, row, len(columns))
    return f"<tr{style}>{''.join(cells[name] for name in columns)}</tr>{below}"


def _code(page: IndicatorView, row: Row) -> str:
    """The code, which opens below the row what happened to the case, and closes it."""
    view, is_open = page.view, page.rows.case == row.code
    address = view.link({"case": None if is_open else row.code})
    tip = view.tr("indicator.close_case" if is_open else "indicator.open_case")
    known = attributes(href=address, data_go=address, aria_expanded="true" if is_open else "false", data_tip=tip)
    return f"<a{known}>{esc(row.code)}</a>"


def _events(page: IndicatorView, row: Row, width: int) -> str:
    """Below the opened row: every stage, suspension, extension and reopening of the case with its stamp."""
    if page.rows.case != row.code:
        return ""
    view = page.view
    told = "".join(
        f"<li><b>{esc(view.tr(f'indicator.event_{event.kind}'))}</b>{esc(_moment(page, event))}</li>"
        for event in computed.events(view.asked, incident_id=row.incident_id)
    )
    told = f"<ol>{told}</ol>" if told else esc(view.tr("indicator.event_none"))
    return f'<tr class="i-case"><td{attributes(colspan=width)}>{told}</td></tr>'


def _moment(page: IndicatorView, event: Event) -> str:
    view, year = page.view, page.subject.start.year
    at = words.exact(view, event.occurred_at, is_day=event.is_by_day, year=year)
    told = at if event.is_moment_known else view.tr("indicator.event_no_moment")
    if event.due_at is None:
        return told
    return told + view.tr("indicator.event_due_to", at=words.exact(view, event.due_at, is_day=False, year=year))


def _decision(page: IndicatorView, row: Row, width: int) -> str:
    """Below the row of an overdue case: its exemption, or the form that asks for the reason of one."""
    if page.indicator.marks not in OVERDUE:
        return ""
    view, state, parts = page.view, exempting.told(page), ""
    if row.exempted_at is not None:
        at = words.exact(view, row.exempted_at, is_day=False, year=page.subject.start.year)[:-3]
        told = view.tr("exempt.held_by", at=at, by=row.exempted_by or "", reason=row.exempted_why or "")
        parts = f"<b>{esc(view.tr('exempt.held'))}</b> {esc(told)}"
    if exempting.is_offered(page) and state.waits(row):
        parts += exempting.form(page, state)
    elif exempting.is_offered(page) and row.exempted_at is not None:
        parts += f" {exempting.button(page, row, exempting.WITHDRAW)}"
    return f'<tr class="i-held"><td{attributes(colspan=width)}>{parts}</td></tr>' if parts else ""


def _place(page: IndicatorView, row: Row) -> str:
    """The finest area that is known, unless it is the page's own."""
    community = "" if page.subject.level in ("community", "grid", "microgrid") else row.community
    grid = (row.grid or "").removeprefix(row.community or "") if row.grid != row.community else row.grid
    return " ".join(part for part in (community, grid) if part) or row.street or page.view.tr("indicator.outside")


def _when(page: IndicatorView, row: Row, stamp: str, moment: object, *, is_named: bool = False) -> str:
    view = page.view
    shown = words.exact(view, moment, is_day=stamp in row.by_day, year=page.subject.start.year)  # type: ignore[arg-type]
    name = f'<span class="i3">{esc(words.event(view, stamp))}</span> ' if is_named and shown else ""
    return f'<td class="i-when">{name}{esc(shown) if shown else "—"}</td>'


def _end(page: IndicatorView, row: Row) -> str:
    view = page.view
    if row.end_stamp:
        return _when(page, row, row.end_stamp, row.end_at, is_named=True)
    told = view.tr("indicator.still" if row.duration_s is not None else "indicator.no_end")
    return f'<td class="i-when i3">{esc(told)}</td>'


def _clock(page: IndicatorView, row: Row) -> str:
    return page.view.tr(f"indicator.clock_short_{page.indicator.clock}") if row.duration_s is not None else ""


def _over(view: View, row: Row) -> str:
    """How long after its deadline the case was closed, or has been open; nothing inside it or without one."""
    seconds = over_s(row)
    if seconds is None:
        return ""
    return (
        esc(formats.hours_minutes(seconds, view.lang))
        if seconds > 0
        else f'<span class="i3">{esc(view.tr("indicator.inside"))}</span>'
    )


def _mark(page: IndicatorView, row: Row, mark: Mark) -> str:
    view = page.view
    if mark == "excluded":
        why = view.tr("indicator.excluded_why", why=view.tr(f"kpi.excluded_{row.excluded}"))
        if row.excluded == "not_due":
            why += _since(page, row)
        return f'<span class="i3">{esc(why)}</span>'
    name = esc(words.marked(view, page.indicator, mark))
    name = f"<b>{name}</b>" if mark == computed.misses(page.indicator) and page.indicator.kind == "rate" else name
    is_open = mark == "denominator" and row.exempted_at is None and exempting.is_offered(page)
    is_open = is_open and not exempting.told(page).waits(row)
    return f"{name} {exempting.button(page, row, exempting.EXEMPT)}" if is_open else name


def _since(page: IndicatorView, row: Row) -> str:
    """What became of a case that was not due when it was counted, as known now."""
    view = page.view
    if row.closed_since is None:
        return view.tr("indicator.since_open")
    at = words.exact(view, row.closed_since, is_day="closed_at" in row.by_day, year=page.subject.start.year)
    return view.tr("indicator.since_closed", at=at)


def _pager(page: IndicatorView, rows: tuple[Row, ...], counts: Counts) -> str:
    """Which rows these are, the way to the first ones and to the next."""
    view, first = page.view, page.rows.first
    found = _found(page, counts)
    if found <= PAGE_ROWS or not rows:
        return ""
    last = first + len(rows)
    told = {"first": formats.number(first + 1), "last": formats.number(last), "n": formats.number(found)}
    back = _step(view, "first", view.link({"after": None}) if first else None)
    token = position_token(page, rows[-1].position, first=last)
    ahead = _step(view, "next", view.link({"after": token}) if last < found else None)
    return f'<div class="i-pager">{back}<span>{esc(view.tr("indicator.rows_of", **told))}</span>{ahead}</div>'


def _step(view: View, name: str, address: str | None) -> str:
    label = esc(view.tr(f"indicator.to_{name}"))
    if address is None:
        return f'<span class="chip" aria-disabled="true">{label}</span>'
    return f"<a{attributes(class_='chip', href=address, data_go=address)}>{label}</a>"
