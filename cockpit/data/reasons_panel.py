"""Why rows are in quarantine, the rows behind each reason, and what was kept with a remark.

Invariant: a value from a file is text, already masked in the store; the quarantine's file holds what the page shows.
"""

from collections.abc import Mapping

from cockpit import exports, formats, unmasking
from cockpit.data import computed as asking
from cockpit.data import words, work
from cockpit.data.computed import PAGE_REJECTS, DataView
from cockpit.data.pager import pager
from cockpit.markup import attributes, esc
from cockpit.panels import Empty
from cockpit.picture import picture
from cockpit.unmasking import OTHER, Question, button, may_ask
from config.fault_words import hint, message, summary
from geo.loads import Reject
from geo.steward import SORTS, LoadLine, Reason
from geo.unmasking import REFUSED_ROWS

COLUMNS = ("row", "column", "value", "message")
FILE_COLUMNS = ("row", "column", "value", "fault", "message", "hint")
MOST_VALUES = 12


# ---------------------------------------------------------------- why quarantined


def unit(data: DataView) -> str:
    """How many rows, and that a row may have several reasons."""
    load = data.load
    if load is None or not load.quarantined:
        return ""
    n = formats.number(load.quarantined)
    many = sum(reason.rows for reason in asking.reasons(data)) > load.quarantined
    return data.view.tr("data.reasons_unit_many" if many else "data.reasons_unit", n=n)


def draw(data: DataView) -> Empty | None:
    """The reasons by number of rows; the opened one with its rows."""
    load = data.chosen()
    if load is None:
        return Empty(data.view.tr("data.nothing_lead"))
    found = asking.reasons(data)
    if not found:
        return Empty(data.view.tr("data.reasons_none"))
    rows = _in_file(data, load)
    label = data.view.tr("data.download", n=formats.number(rows))
    taken = exports.link(data.view, "rejects.csv", label, changes={"load": str(load.load_id)})
    if taken and rows:
        picture(taken, key="data_download")
    most = max(reason.rows for reason in found)
    body = "".join(_reason(data, one, most) for one in found)
    clicked = picture(f'<ul class="d-reasons">{body}</ul>', key="data_reasons")
    if data.fault:
        unmasking.ask(data.view, question(data, asking.rejects(data).rows), clicked)
    return None


def _in_file(data: DataView, load: LoadLine) -> int:
    """How many rows the file holds: all that were refused, or (to be corrected) those that still are."""
    return work.still_refused(data) if work.may_work(data) else load.quarantined


def question(data: DataView, found: tuple[Reject, ...]) -> Question:
    """What of these refused rows may be opened: those whose value is shown masked."""
    told = {
        one.reject_id: data.view.tr("vault.asked_reject", load=data.rejects.load_id, row=formats.number(one.row))
        for one in found
        if one.is_sealed
    }
    return Question(REFUSED_ROWS, "show_row", ("correct", "check", "audit", OTHER), told)


def _reason(data: DataView, reason: Reason, most: int) -> str:
    lang, is_open = data.view.lang, reason.fault == data.fault
    hints = dict.fromkeys(hint(reason.fault, lang, {"case": case} if case else None) for case in reason.cases)
    fields = ", ".join(words.field(data, column) for column in reason.columns)
    where = f'<span class="i2">{esc(data.view.tr("data.in_columns", columns=fields))}</span>' if fields else ""
    body = (
        f'<span class="d-n">{esc(formats.number(reason.rows))}</span>'
        f'<span class="d-len"><i style="width:{max(3, reason.rows / most * 100):.1f}%"></i></span>'
        f'<div class="d-what"><b>{esc(summary(reason.fault, lang))}</b> {where}'
        f"<p>{esc(' '.join(hints))}</p></div>"
        f"<code>{esc(reason.fault)}</code>{_switch(data, reason, is_open=is_open)}"
    )
    rows = _rows(data) if is_open else ""
    return f'<li{attributes(class_="open" if is_open else None)}><div class="d-reason">{body}</div>{rows}</li>'


def _switch(data: DataView, reason: Reason, *, is_open: bool) -> str:
    tr, n = data.view.tr, formats.number(reason.rows)
    shown = tr("data.close_rows") if is_open else tr("data.one_row" if reason.rows == 1 else "data.see_rows", n=n)
    link = data.view.link(
        {"fault": None if is_open else reason.fault, "rows": None, "sort": None, "dir": None, "row": None, "list": None}
    )
    label = f"{shown} · {summary(reason.fault, data.view.lang)}"
    known = attributes(href=link, data_go=link, aria_expanded="true" if is_open else "false", aria_label=label)
    return f'<a class="btn s"{known}>{esc(shown)}</a>'


def _rows(data: DataView) -> str:
    """The rows of the opened reason: number, field, value, what is wrong."""
    page = asking.rejects(data)
    heads = "".join(_heading(data, name) for name in COLUMNS)
    body = "".join(_row(data, reject) for reject in page.rows)
    table = f'<table class="d-rejects"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    foot = pager(data.view, name="rows", size=PAGE_REJECTS, skip=data.rejects.skip, found=page.found)
    return f'<div class="scroll">{table}</div>{foot}'


def _heading(data: DataView, name: str) -> str:
    label = esc(data.view.tr(f"load.head_{name}"))
    css = "num" if name == "row" else ""
    if name not in SORTS:
        return f'<th class="{css}">{label}</th>'
    is_on = data.rejects.sort == name
    turned = "desc" if is_on and data.rejects.direction == "asc" else "asc"
    link = data.view.link({"sort": name, "dir": turned, "rows": None})
    order = {"asc": "ascending", "desc": "descending"}[data.rejects.direction] if is_on else None
    anchor = f"<a{attributes(href=link, data_go=link)}>{label}</a>"
    return f"<th{attributes(class_=css, aria_sort=order)}>{anchor}</th>"


def _row(data: DataView, reject: Reject) -> str:
    value = esc(reject.value) if reject.value else f'<span class="i3">{esc(data.view.tr("data.no_value"))}</span>'
    return (
        f'<tr><td class="num">{esc(formats.number(reject.row))}</td>'
        f'<td{attributes(data_tip=reject.column)}>{esc(words.field(data, reject.column))}</td>'
        f'<td class="d-text"{attributes(data_tip=reject.value)}>{value}{_opening(data, reject)}</td>'
        f'<td class="d-text wide">{esc(message(reject.fault, data.view.lang, reject.params))}</td></tr>'
    )  # fmt: skip


def _opening(data: DataView, reject: Reject) -> str:
    """The way to the original of a masked value, for who may see it."""
    if not (reject.is_sealed and may_ask(data.view, REFUSED_ROWS)):
        return ""
    return " " + button(data.view, reject.reject_id, action="show_row", about=formats.number(reject.row))


def file_headings(data: DataView) -> list[str]:
    """The headings of the quarantine as a file."""
    return [data.view.tr(f"load.head_{name}") for name in FILE_COLUMNS]


def file_line(data: DataView, one: Reject) -> list[object]:
    """A refused row as a line of the file: row, column, value, code, problem, what to do."""
    lang = data.view.lang
    told, done = message(one.fault, lang, one.params), hint(one.fault, lang, one.params)
    return [one.row, one.column, one.value, one.fault, told, done]


# ---------------------------------------------------------------- kept, with a remark


def draw_notes(data: DataView) -> Empty | None:
    """Faults that kept rows carry, values that no list knows, columns that nobody reads."""
    load = data.chosen()
    if load is None:
        return Empty(data.view.tr("data.nothing_lead"))
    parts = [_note(data, code, rows) for code, rows in asking.notes(data).items()]
    body = f'<ul class="d-notes">{"".join(parts)}</ul>' if parts else ""
    body += "".join(_unknown(data, column, values) for column, values in load.unknown_values.items() if values)
    body += _ignored(data, load.ignored_columns)
    if not body:
        return Empty(data.view.tr("data.notes_none"))
    picture(body, key="data_notes")
    return None


def _note(data: DataView, code: str, rows: int) -> str:
    lang = data.view.lang
    return (
        f'<li><span class="d-n">{esc(formats.number(rows))}</span><div class="d-what"><b>{esc(summary(code, lang))}</b>'
        f"<p>{esc(hint(code, lang))}</p></div><code>{esc(code)}</code></li>"
    )


def _unknown(data: DataView, column: str, values: Mapping[str, int]) -> str:
    """The values of a column that no code list knows, the most frequent first."""
    tr = data.view.tr
    ordered = sorted(values.items(), key=lambda item: (-item[1], item[0]))
    shown = "".join(
        f"<span><b>{esc(value or tr('data.no_value'))}</b> {esc(formats.number(n))}</span>"
        for value, n in ordered[:MOST_VALUES]
    )
    rest = len(ordered) - MOST_VALUES
    more = f'<span class="i3">{esc(tr("data.more_values", n=formats.number(rest)))}</span>' if rest > 0 else ""
    said = tr("data.unknown", column=words.field(data, column), n=formats.number(sum(values.values())))
    return f'<div class="d-list"><p>{esc(said)}</p>{shown}{more}</div>'


def _ignored(data: DataView, columns: list[str]) -> str:
    if not columns:
        return ""
    said = esc(data.view.tr("data.ignored", n=formats.number(len(columns))))
    shown = "".join(f"<span>{esc(column)}</span>" for column in columns)
    return f'<div class="d-list"><p>{said}</p>{shown}</div>'
