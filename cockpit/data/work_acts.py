"""What a steward does with refused rows on the page: correct, dismiss, undo, run again; and what is said afterwards.

Invariant: a row is run again only after a second click that says what will happen; the database decides again whether
who asks may do it. What was typed goes to the store and nowhere else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import streamlit as st

from cockpit import child, context, formats, queries
from cockpit.data.computed import OTHER_LOAD
from cockpit.data.work import Work, is_kept
from config.visible import cut
from geo import quarantine
from geo.errors import StoreUnavailable
from geo.quarantine import Columns, DecisionRefused, ReceivedRow
from geo.vault import VaultError

_STATE = "cockpit_quarantine"
LONGEST = 50_000
Form = Mapping[str, str]
OF_ROW = ("correct", "dismissing", "dismiss", "undo")
"""What is done to the open row."""
NEW, EMPTY = "new.", "empty."
"""What the fields of the form begin with: a new value, and the wish for none."""


@dataclass
class Told:
    """What this person's page holds between two runs, of one load: what waits for a click, and what was said.

    `is_of_row`: `said` and `fault` are about one row, not about the load; `at` is what the URL names as the row then.
    """

    of: int = 0
    is_asked: bool = False
    is_dismissing: int = 0
    said: str = ""
    fault: str = ""
    is_of_row: bool = False
    row: int = 0
    at: str = ""
    result: str = ""
    links: list[int] = field(default_factory=list)


def told(work: Work) -> Told:
    """The state for this load; what belongs to another one is forgotten, as is what was said of a row that was left."""
    load_id = work.load_id
    found: Told = st.session_state.setdefault(_STATE, Told(of=load_id))
    if found.of != load_id and load_id not in found.links:
        st.session_state[_STATE] = found = Told(of=load_id)
    if found.is_of_row and found.at != _named(work):
        found.said = found.fault = ""
    return found


def _named(work: Work) -> str:
    """The row as the URL names it, empty for the first of the list."""
    return work.data.view.params.get("row", "")


def handle(work: Work, clicked: str) -> None:
    """Does what was clicked, and draws the page anew; a click that is none of ours changes nothing."""
    name, _, fields = clicked.partition("?")
    if name not in ACTS:
        return
    state = told(work)
    state.said = state.fault = state.result = ""
    state.links = []
    state.is_of_row, state.at = name in OF_ROW, _named(work)
    state.row = work.open.row if work.open else 0
    form = {key: values[0].strip() for key, values in parse_qs(fields[:LONGEST], keep_blank_values=True).items()}
    tr = work.data.view.tr
    try:
        ACTS[name](work, state, form)
    except DecisionRefused:
        state.fault = tr("quarantine.fault_refused")
    except VaultError as error:
        state.fault = error.message(work.data.view.lang)
    except StoreUnavailable:
        state.fault = tr("common.down_what")
    st.rerun()


# ---------------------------------------------------------------- one row


def _correct(work: Work, state: Told, form: Form) -> None:
    row = _row(work)
    columns = work.columns
    if columns is None or not row.shown:
        raise DecisionRefused("the row cannot be shown")
    cells = _cells(columns, form)
    hide = [columns.headings[name] for name in columns.personal if name in columns.headings]
    lost = [name for name in hide if row.cells.get(name) and name not in cells]
    if lost or not cells:
        key = "quarantine.fault_retype" if lost else "quarantine.fault_nothing"
        state.fault = work.data.view.tr(key, column=lost[0] if lost else "")
        return
    quarantine.correct(
        queries.store(), context.viewer(), work.data.view.clock, load_id=work.load_id, row=row.row,
        cells=cells, hide=hide,
    )  # fmt: skip
    state.said = work.data.view.tr("quarantine.did_correct", row=row.row)


def _cells(columns: Columns, form: Form) -> dict[str, str]:
    """What was typed, by heading of the file."""
    found: dict[str, str] = {}
    for name, heading in columns.headings.items():
        if form.get(EMPTY + name):
            found[heading] = ""
        elif form.get(NEW + name):
            found[heading] = form[NEW + name][: quarantine.LONGEST_CELL]
    return found


def _row(work: Work) -> ReceivedRow:
    if work.open is None or not is_kept(work.open):
        raise DecisionRefused("no such row")
    return work.open


def _dismissing(work: Work, state: Told, form: Form) -> None:  # noqa: ARG001 - one signature for all acts
    state.is_dismissing = _row(work).row


def _dismiss(work: Work, state: Told, form: Form) -> None:
    row, reason = _row(work), form.get("reason", "")
    if not quarantine.is_reason(reason):
        state.fault = work.data.view.tr("quarantine.fault_reason")
        return
    quarantine.dismiss(
        queries.store(), context.viewer(), work.data.view.clock, load_id=work.load_id, row=row.row, reason=reason
    )
    state.is_dismissing = 0
    state.said = work.data.view.tr("quarantine.did_dismiss", row=row.row)


def _undo(work: Work, state: Told, form: Form) -> None:  # noqa: ARG001
    row = _row(work)
    quarantine.undo(queries.store(), context.viewer(), work.data.view.clock, load_id=work.load_id, row=row.row)
    state.said = work.data.view.tr("quarantine.did_undo", row=row.row)


# ---------------------------------------------------------------- all rows that wait


def _ask(work: Work, state: Told, form: Form) -> None:  # noqa: ARG001
    state.is_asked = work.waiting > 0


def _cancel(work: Work, state: Told, form: Form) -> None:  # noqa: ARG001
    state.is_asked, state.is_dismissing = False, 0


def _replay(work: Work, state: Told, form: Form) -> None:  # noqa: ARG001
    """Runs the rows that wait again, as the account that asks, in a child process."""
    state.is_asked = False
    view = work.data.view
    arguments = ["replay", str(work.load_id), "--as", context.viewer().name, "--lang", view.lang, "--json"]
    with st.spinner(view.tr("quarantine.replaying", n=formats.number(work.waiting))):
        ended = child.run(arguments)
    result = ended.result
    if result is None:
        state.fault = view.tr("quarantine.fault_replay", reason=cut(ended.told.strip().rpartition("\n")[2]))
        return
    if result["status"] == "loaded":
        kept = result["read"] - result["quarantined"]
        said = {name: formats.number(n) for name, n in (("kept", kept), ("rest", result["quarantined"]))}
        state.result = view.tr("quarantine.replayed", load=result["load_id"], **said)
        load_id = int(result["load_id"])
        state.links = [load_id, work.load_id]
        context.follow(view.link({**OTHER_LOAD, "load": str(load_id if result["quarantined"] else work.load_id)}))
    else:
        state.result = str(result["message"] or "")


ACTS: dict[str, Callable[[Work, Told, Form], None]] = {
    "correct": _correct,
    "dismissing": _dismissing,
    "dismiss": _dismiss,
    "undo": _undo,
    "replay": _ask,
    "cancel": _cancel,
    "do-replay": _replay,
}
