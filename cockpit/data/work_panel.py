"""The quarantine of a load as a list of work: which rows, the open one with a form for its cells, and the replay.

Invariant: a value is shown as the quarantine shows it; the original comes out through cockpit/unmasking.py alone. The
form's markup depends on the row alone, so that what somebody types survives the page's own runs.
"""

import streamlit as st

from cockpit import formats, unmasking
from cockpit.data import words, work_acts
from cockpit.data.computed import OTHER_LOAD, DataView
from cockpit.data.pager import pager
from cockpit.data.work import PAGE_ROWS, Work, is_kept, may_work, opened
from cockpit.data.work_acts import EMPTY, NEW, Told
from cockpit.markup import attributes, esc
from cockpit.panels import Empty
from cockpit.picture import picture
from cockpit.unmasking import OTHER, Question, may_ask
from config.fault_words import hint, message, summary
from geo import quarantine
from geo.quarantine import CORRECTED, DISMISSED, OPEN, STATES, ReceivedRow, WorkRow
from geo.unmasking import REFUSED_ROWS

MASK = "***"
MARKS = {OPEN: "○", CORRECTED: "◐", DISMISSED: "–", "solved": "●", "moved": "→"}
"""A state by its shape, beside its word."""
COMPARED = {
    "closed_before_reported": ("reported_at",), "accepted_before_reported": ("reported_at",),
    "bad_coordinates": ("lon", "lat"), "wrong_zone": ("lon", "lat"),
}  # fmt: skip
"""Fault → columns without which the one at fault cannot be judged."""


def unit(data: DataView) -> str:
    """What the panel is for."""
    return data.view.tr("quarantine.unit")


def draw(data: DataView) -> Empty | None:
    """The list at the left, the open row at the right; what was said above both."""
    if not may_work(data):
        return Empty(data.view.tr("quarantine.no_rows"))
    work = opened(data)
    state = work_acts.told(work)
    clicked = picture(_head(work, state), key="work_bar")
    left, right = st.columns([5, 8], gap="medium")
    with left:
        clicked = picture(_list(work), key="work_list") or clicked
    with right:
        clicked = _row_panel(work, state) or clicked
    if clicked:
        work_acts.handle(work, clicked)
    return None


def _button(word: str, act: str, *, style: str = "btn", **more: object) -> str:
    return f'<button type="button"{attributes(class_=style, data_go=act, **more)}>{esc(word)}</button>'


# ---------------------------------------------------------------- above


def _head(work: Work, state: Told) -> str:
    """The states as a filter, the replay, and what was said."""
    bar = f'{_states(work)}<span class="w-end">{_replay(work, state)}</span>'
    return f'<div class="filters">{bar}</div>{_said(work, state)}'


def _states(work: Work) -> str:
    tr, view = work.data.view.tr, work.data.view
    total = sum(work.counts.values())
    parts = [_chip(work, None, tr("quarantine.all", n=formats.number(total)))]
    for name in STATES:
        if work.counts.get(name):
            label = f"{MARKS[name]} {tr(f'quarantine.short_{name}')} {formats.number(work.counts[name])}"
            parts.append(_chip(work, name, label))
    chips = f'<span class="group">{"".join(parts)}</span>'
    if work.data.fault:
        link = view.link({"fault": None, "row": None, "list": None})
        label = tr("quarantine.without_fault", fault=summary(work.data.fault, view.lang))
        chips += f'<a class="chip"{attributes(href=link, data_go=link, aria_current="true")}>{esc(label)} ×</a>'
    return chips


def _chip(work: Work, state: str | None, label: str) -> str:
    link = work.data.view.link({"state": state, "row": None, "list": None})
    is_on = work.query.state == state
    return (
        f'<a class="chip"{attributes(href=link, data_go=link, aria_current="true" if is_on else None)}>{esc(label)}</a>'
    )


def _replay(work: Work, state: Told) -> str:
    tr = work.data.view.tr
    if state.is_asked:
        return ""
    if not work.waiting:
        return f'<span class="i2">{esc(tr("quarantine.none_waits"))}</span>'
    label = tr("quarantine.replay_act", n=formats.number(work.waiting))
    return _button(label, "replay", style="btn p", data_tip=tr("quarantine.replay_tip"))


def _said(work: Work, state: Told) -> str:
    tr = work.data.view.tr
    parts = []
    if state.result:
        links = "".join(
            f" <a{attributes(href=link, data_go=link)}>{esc(tr('quarantine.see_load', load=load_id))}</a>"
            for load_id in state.links
            if load_id != work.load_id
            for link in [work.data.view.link({**OTHER_LOAD, "load": str(load_id)})]
        )
        parts.append(f'<p class="note w-result" role="status">{esc(state.result)}{links}</p>')
    if not _is_of_open(work, state):
        parts.append(_answer(state))
    if state.is_asked:
        corrected = work.counts.get(CORRECTED, 0)
        asked = tr("quarantine.ask_replay", n=formats.number(work.waiting), corrected=formats.number(corrected))
        acts = _button(tr("quarantine.yes_replay"), "do-replay", style="btn p") + _button(
            tr("quarantine.cancel"), "cancel"
        )
        parts.append(f'<div class="w-box" role="alertdialog"><p>{esc(asked)}</p><p class="w-acts">{acts}</p></div>')
    return "".join(parts)


def _is_of_open(work: Work, state: Told) -> bool:
    """Whether what was said is about the open row; of one that left the list it is said above."""
    return state.is_of_row and work.open is not None and work.open.row == state.row


def _answer(state: Told) -> str:
    """What was said last, and what went wrong."""
    said = f'<p class="note" role="status">{esc(state.said)}</p>' if state.said else ""
    return said + (f'<p class="note w-fault" role="alert">{esc(state.fault)}</p>' if state.fault else "")


# ---------------------------------------------------------------- which rows


def _list(work: Work) -> str:
    view, tr = work.data.view, work.data.view.tr
    if not work.rows:
        return f'<p class="empty">{esc(tr("quarantine.none_fits"))}</p>'
    heads = f'<th class="num">{esc(tr("load.head_row"))}</th><th>{esc(tr("quarantine.head_state"))}</th>'
    heads += f"<th>{esc(tr('load.head_message'))}</th>"
    body = "".join(_line(work, one) for one in work.rows)
    foot = pager(view, name="list", size=PAGE_ROWS, skip=work.query.skip, found=work.found)
    return f'<table class="w-list"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>{foot}'


def _line(work: Work, one: WorkRow) -> str:
    view = work.data.view
    link = view.link({"row": str(one.row)})
    is_on = work.open is not None and work.open.row == one.row
    first = summary(one.faults[0], view.lang)
    more = view.tr("quarantine.more_faults", n=len(one.faults) - 1) if len(one.faults) > 1 else ""
    anchor = attributes(href=link, data_go=link, aria_current="true" if is_on else None)
    css = attributes(class_=" ".join(filter(None, ["on" if is_on else "", "off" if not is_kept(one) else ""])) or None)
    return (
        f'<tr{css}{attributes(data_go=link)}><td class="num"><a{anchor}>{esc(formats.number(one.row))}</a></td>'
        f'<td class="w-state">{_mark(work, one.state)}</td>'
        f'<td class="d-text wide">{esc(first)} <span class="i3">{esc(more)}</span></td></tr>'
    )


def _mark(work: Work, state: str) -> str:
    return f'<i aria-hidden="true">{MARKS[state]}</i>{esc(work.data.view.tr(f"quarantine.short_{state}"))}'


# ---------------------------------------------------------------- the open row


def _row_panel(work: Work, state: Told) -> str | None:
    """The open row: what is wrong, its cells and what can be done; returns what was clicked."""
    row = work.open
    if row is None:
        picture(f'<p class="empty">{esc(work.data.view.tr("quarantine.none_open"))}</p>', key="work_none")
        return None
    clicked = picture(_title(work, row) + _faults(work), key="work_row")
    if may_ask(work.data.view, REFUSED_ROWS):
        unmasking.ask(work.data.view, _question(work, row), clicked)
    if state.is_dismissing == row.row and is_kept(row):
        clicked = picture(_dismissing(work), key=f"work_dismiss_{work.load_id}_{row.row}") or clicked
    else:
        clicked = picture(_form(work, row), key=f"work_form_{work.load_id}_{row.row}") or clicked
    answer = _answer(state) if _is_of_open(work, state) else ""
    if answer:
        picture(answer, key="work_said")
    return clicked


def _question(work: Work, row: ReceivedRow) -> Question:
    label = work.data.view.tr("vault.asked_reject", load=work.load_id, row=formats.number(row.row))
    told = {one.reject_id: label for one in work.faults[:1]}
    return Question(REFUSED_ROWS, "show_row", ("correct", "check", "audit", OTHER), told)


def _title(work: Work, row: ReceivedRow) -> str:
    view, tr = work.data.view, work.data.view.tr
    parts = [f"<b>{esc(tr('quarantine.row_n', n=formats.number(row.row)))}</b>"]
    parts.append(f'<span class="w-state">{_mark(work, row.state)}</span>')
    if row.settled_by:
        link = view.link({**OTHER_LOAD, "load": str(row.settled_by)})
        parts.append(
            f"<a{attributes(href=link, data_go=link)}>{esc(tr('quarantine.see_load', load=row.settled_by))}</a>"
        )
    if row.decided_by and row.decided_at:
        said = tr("quarantine.decided", by=row.decided_by, when=words.age(work.data, row.decided_at))
        parts.append(
            f'<span class="i3"{attributes(data_tip=words.exact(work.data, row.decided_at))}>{esc(said)}</span>'
        )
    if work.faults and may_ask(view, REFUSED_ROWS):
        parts.append(unmasking.button(view, work.faults[0].reject_id, action="show_row", about=str(row.row)))
    if work.next_row:
        link = view.link({"row": str(work.next_row)})
        parts.append(f'<a class="w-next"{attributes(href=link, data_go=link)}>{esc(tr("quarantine.next"))}</a>')
    reason = f'<p class="note">{esc(tr("quarantine.reason_was", reason=row.reason))}</p>' if row.reason else ""
    return f'<p class="w-title">{"".join(parts)}</p>{reason}'


def _faults(work: Work) -> str:
    """Each fault: field and value, what is wrong, what to do."""
    data, lang = work.data, work.data.view.lang
    lines = []
    for one in work.faults:
        where = words.field(data, one.column) if one.column else ""
        head = f"<b>{esc(message(one.fault, lang, one.params))}</b>"
        field = f'<span class="i2">{esc(data.view.tr("data.in_columns", columns=where))}</span>' if where else ""
        lines.append(
            f"<li>{head} {field}<p>{esc(hint(one.fault, lang, one.params))}</p><code>{esc(one.fault)}</code></li>"
        )
    return f'<ul class="w-faults">{"".join(lines)}</ul>'


def _form(work: Work, row: ReceivedRow) -> str:
    """The cells of the row with a field each, those at fault first; without fields where the row is out of reach."""
    tr = work.data.view.tr
    if work.columns is None or not row.shown:
        said = esc(tr("quarantine.not_shown", load=work.load_id))
        return f'<p class="note">{said}</p>{_acts(work, row, can_save=False)}'
    headings = work.columns.headings
    at_fault = _at_fault(work)
    places = {heading: place for place, heading in enumerate(row.shown)}
    ordered = sorted(headings, key=lambda name: places.get(headings[name], len(places)))
    others = [name for name in ordered if name not in at_fault]
    is_open = is_kept(row) and row.state != DISMISSED
    heads = "".join(f"<th>{esc(tr(f'quarantine.cell_{name}'))}</th>" for name in ("column", "received", "new"))
    table = f'<table class="w-cells"><thead><tr>{heads}</tr></thead><tbody>'
    table += "".join(_cell(work, row, name, is_open=is_open) for name in at_fault) + "</tbody></table>"
    rest = "".join(_cell(work, row, name, is_open=is_open) for name in others)
    word = tr("quarantine.other_cells", n=len(others))
    unfolded = " open" if not at_fault else ""
    table = table if at_fault else ""
    table += (
        f'<details class="w-others"{unfolded}><summary>{esc(word)}</summary>'
        f'<table class="w-cells"><thead><tr>{heads}</tr></thead><tbody>{rest}</tbody></table></details>'
    )
    return f'<form class="w-form"{attributes(data_send="correct")}>{table}{_acts(work, row, can_save=is_open)}</form>'


def _at_fault(work: Work) -> list[str]:
    """The columns that faults are about, each with the one that it is compared with."""
    known = work.columns.headings if work.columns else {}
    told = [name for one in work.faults for name in (*COMPARED.get(one.fault, ()), one.column)]
    return [name for name in dict.fromkeys(told) if name is not None and name in known]


def _cell(work: Work, row: ReceivedRow, name: str, *, is_open: bool) -> str:
    tr = work.data.view.tr
    assert work.columns is not None  # noqa: S101 - asked by the caller
    heading = work.columns.headings[name]
    before, typed = row.shown.get(heading, ""), row.cells.get(heading)
    told = esc(before) if before else f'<span class="i3">{esc(tr("data.no_value"))}</span>'
    if before == MASK:
        told = f'<span class="i3"{attributes(data_tip=tr("quarantine.masked_tip"))}>{MASK}</span>'
    field = words.field(work.data, name)
    known = f"<b>{esc(heading)}</b>" + (f'<span class="i3">{esc(field)}</span>' if field != heading else "")
    new = _typed(work, typed)
    if is_open:
        is_hidden = typed == MASK or name in work.columns.personal
        value = "" if is_hidden or not typed else typed
        label = tr("quarantine.new_label", column=heading)
        entry = attributes(
            name=NEW + name, value=value, maxlength=quarantine.LONGEST_CELL, autocomplete="off", aria_label=label
        )
        empty = attributes(type="checkbox", name=EMPTY + name, value="1")
        checked = " checked" if typed == "" else ""
        new = (
            f'<span class="w-new"><input type="text"{entry}>'
            f'<label class="w-check"><input{empty}{checked}>{esc(tr("quarantine.empty"))}</label></span>'
        )
    return f'<tr><td>{known}</td><td class="d-text">{told}</td><td>{new}</td></tr>'


def _typed(work: Work, typed: str | None) -> str:
    """What was typed for a cell, in words."""
    if typed is None:
        return ""
    return esc(typed) if typed else f'<span class="i3">{esc(work.data.view.tr("data.no_value"))}</span>'


def _acts(work: Work, row: ReceivedRow, *, can_save: bool) -> str:
    tr = work.data.view.tr
    if not is_kept(row):
        return ""
    parts = []
    if can_save:
        parts.append(f'<button type="submit" class="btn p">{esc(tr("quarantine.save"))}</button>')
    if row.state != DISMISSED:
        parts.append(_button(tr("quarantine.dismiss"), "dismissing"))
    if row.state in (CORRECTED, DISMISSED):
        parts.append(_button(tr("quarantine.undo"), "undo"))
    return f'<p class="w-acts">{"".join(parts)}</p>'


def _dismissing(work: Work) -> str:
    """Why the row is left aside, asked before it is."""
    tr = work.data.view.tr
    entry = attributes(
        name="reason", required="", minlength=quarantine.SHORTEST_REASON, maxlength=quarantine.LONGEST_REASON,
        autocomplete="off", placeholder=tr("quarantine.reason_hint"), autofocus="",
    )  # fmt: skip
    acts = f'<button type="submit" class="btn p">{esc(tr("quarantine.yes_dismiss"))}</button>'
    acts += _button(tr("quarantine.cancel"), "cancel")
    return (
        f'<form class="w-form w-box"{attributes(data_send="dismiss")}><label class="w-reason"><span>'
        f'{esc(tr("quarantine.reason"))}</span><input type="text"{entry}></label><p class="w-acts">{acts}</p></form>'
    )
