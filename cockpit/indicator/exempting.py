"""Exempting an overdue case on its row of the page, and taking that back: asked for, given a reason, then done.

Invariant: nothing is decided without a reason and a second click; the database decides again whether who asks may do it
(geo.exemptions). While a replay moves the clock nobody decides anything.
"""

from dataclasses import dataclass
from urllib.parse import parse_qs

import streamlit as st

from cockpit import context, queries
from cockpit.access.current import may
from cockpit.indicator.computed import OVERDUE, IndicatorView, Subject
from cockpit.markup import attributes, esc
from geo import exemptions
from geo.errors import StoreUnavailable
from geo.exemptions import ExemptionError
from geo.tracing import Row

_STATE = "cockpit_exempting"
EXEMPT, WITHDRAW = "exempt", "withdraw"
LONGEST = 5_000


@dataclass
class Told:
    """What this person's page holds between two runs, of one figure: the case that waits for a reason, and what was
    said of one."""

    of: Subject
    act: str = ""
    incident_id: int = 0
    code: str = ""
    said: str = ""
    fault: str = ""

    def waits(self, row: Row) -> bool:
        """Whether this row's case waits for a reason."""
        return bool(self.act) and self.incident_id == row.incident_id


def told(page: IndicatorView) -> Told:
    """The state for the figure of the page; what belongs to another one is forgotten."""
    found: Told = st.session_state.setdefault(_STATE, Told(page.subject))
    if found.of != page.subject:
        st.session_state[_STATE] = found = Told(page.subject)
    return found


def is_offered(page: IndicatorView) -> bool:
    """Whether who looks may decide on overdue cases here."""
    return may(context.viewer(), "act.exempt") and page.view.replay is None and page.indicator.marks in OVERDUE


def button(page: IndicatorView, row: Row, act: str) -> str:
    """The way to the form of a row."""
    word, label = page.view.tr(f"exempt.{act}_act"), page.view.tr(f"exempt.{act}_label", code=row.code)
    known = attributes(class_="i-act", data_go=f"{act}:{row.incident_id}", aria_label=label)
    return f'<button type="button"{known}>{esc(word)}</button>'


def form(page: IndicatorView, state: Told) -> str:
    """The reason, asked for below its row, and what the decision means."""
    tr, act = page.view.tr, state.act
    entry = attributes(
        name="reason", required="", minlength=exemptions.SHORTEST_REASON, maxlength=exemptions.LONGEST_REASON,
        autocomplete="off", autofocus="",
        placeholder=tr(f"exempt.{act}_hint"),
    )  # fmt: skip
    label = tr(f"exempt.{act}_reason", code=state.code)
    fault = f'<p class="note" role="alert">{esc(state.fault)}</p>' if state.fault else ""
    return (
        f'<form class="i-why"{attributes(data_send=f"do-{act}")}>{fault}<label><span>{esc(label)}</span>'
        f'<input type="text"{entry}></label><button type="submit" class="btn p">{esc(tr(f"exempt.{act}_yes"))}</button>'
        f'<button type="button" class="btn"{attributes(data_go="cancel")}>{esc(tr("exempt.cancel"))}</button>'
        f'<span class="i3">{esc(tr(f"exempt.{act}_means"))}</span></form>'
    )


def handle(page: IndicatorView, clicked: str, rows: tuple[Row, ...]) -> None:
    """Does what was clicked, and draws the page anew; a click that is none of ours changes nothing."""
    name, _, fields = clicked.partition("?")
    act, _, number = name.removeprefix("do-").partition(":")
    if name != "cancel" and act not in (EXEMPT, WITHDRAW):
        return
    state = told(page)
    state.said = state.fault = ""
    if name == "cancel":
        state.act = ""
    elif name.startswith("do-"):
        _do(page, state, act, parse_qs(fields[:LONGEST]).get("reason", [""])[0])
    elif row := next((row for row in rows if str(row.incident_id) == number), None):
        state.act, state.incident_id, state.code = act, row.incident_id, row.code
    st.rerun()


def _do(page: IndicatorView, state: Told, act: str, reason: str) -> None:
    if not is_offered(page) or act != state.act:
        state.act, state.fault = "", page.view.tr("exempt.fault_not_allowed")
        return
    decide = exemptions.withdraw if act == WITHDRAW else exemptions.exempt
    try:
        case = decide(queries.store(), context.viewer(), page.view.clock, incident_id=state.incident_id, reason=reason)
    except ExemptionError as error:
        key = f"fault_{error.code}" + ("_page" if error.code == "already" else "")
        state.fault = page.view.tr(f"exempt.{key}", **error.params)
        state.act = act if error.code == "no_reason" else ""
    except StoreUnavailable:
        state.fault = page.view.tr("common.down_what")
    else:
        state.act = ""
        state.said = page.view.tr("exempt.withdrawn" if act == WITHDRAW else "exempt.done", code=case.code)
