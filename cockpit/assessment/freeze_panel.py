"""Whether the month of the matrix is frozen, what later data would change of it, and the act that freezes it.

Invariant: a month is frozen only after a second click that says that it cannot be thawed; the command that does it
works as the account that asks, and the database decides whether that may.
"""

from dataclasses import dataclass
from datetime import date

import streamlit as st

from cockpit import child, context, formats, frozen_words
from cockpit.assessment.choice import Choice
from cockpit.assessment.computed import Matrix
from cockpit.assessment.panels import Assessed, ways_out
from cockpit.context import View
from cockpit.frozen_words import Standing
from cockpit.markup import attributes, esc
from cockpit.picture import picture
from config.visible import cut

_STATE = "cockpit_freeze"
FREEZE = "act.freeze"
LIST = "differences"
"""What of the URL opens the list of differences."""


@dataclass
class Told:
    """What this person's page holds between two runs: the month that waits for the second click, and what was said."""

    asked: date | None = None
    of: date | None = None
    said: str = ""
    fault: str = ""


def _told(month: date) -> Told:
    """The state for this month; what belongs to another one is forgotten."""
    found: Told = st.session_state.setdefault(_STATE, Told(of=month))
    if found.of != month:
        st.session_state[_STATE] = found = Told(of=month)
    return found


def draw(assessed: Assessed) -> None:
    """One line: frozen by whom or not, and the ways on; above it what was asked and said."""
    choice = assessed.choice
    state = _told(choice.days[0])
    clicked = picture(_line(choice, assessed.matrix, state) + _box(choice.view, state), key="assessment_frozen")
    if clicked:
        _handle(choice, state, clicked)


def is_open(view: View) -> bool:
    """Whether the list of differences is asked for."""
    return view.params.get("show") == LIST


# ---------------------------------------------------------------- what it says


def _line(choice: Choice, found: Matrix | None, state: Told) -> str:
    view = choice.view
    standing = frozen_words.standing(view, view.filters)
    mark = frozen_words.chip(view, standing.month) if standing.month else ""
    parts = [f"<span>{esc(frozen_words.beside_mark(view, standing))}</span>"]
    if standing.month:
        told = _changed(choice, found) if standing.state == "frozen" else []
        parts += [f"<span>{esc(one)}</span>" for one in told]
        key, to = ("close_list", None) if is_open(view) else ("to_list", LIST)
        parts.append(_way(view, key, to))
    elif _may_freeze(choice, standing) and state.asked is None:
        label = view.tr("frozen.act", month=formats.month(choice.days[0], view.lang))
        parts.append(_button(label, "ask", style="btn s"))
    return f'<div class="mx-frozen">{mark}{"".join(parts)}{ways_out(choice)}</div>'


def _way(view: View, key: str, to: str | None) -> str:
    address = view.link({"show": to})
    return f"<a{attributes(href=address, data_go=address)}>{esc(view.tr(f'frozen.{key}'))}</a>"


def _changed(choice: Choice, found: Matrix | None) -> list[str]:
    """How much of the table later data would change, and how many cases of the month came later."""
    view = choice.view
    if found is None:
        return []
    n = found.differing(choice.slugs)
    told = [view.tr("frozen.table_differs" if n else "frozen.table_same", n=formats.number(n))]
    kept = found.incidents
    if kept and kept.now and kept.value is not None and kept.now.value is not None and kept.value != kept.now.value:
        late = int(kept.now.value - kept.value)
        told.append(view.tr("frozen.late_cases" if late > 0 else "frozen.fewer_cases", n=formats.number(abs(late))))
    return told


def _may_freeze(choice: Choice, standing: Standing) -> bool:
    return standing.state == "open" and choice.days in choice.periods and choice.view.may(FREEZE)


def _box(view: View, state: Told) -> str:
    """The question, or what became of it."""
    if state.fault:
        return f'<p class="note" role="alert">{esc(state.fault)}</p>'
    if state.said:
        return f'<p class="note" role="status">{esc(state.said)}</p>'
    if state.asked is None:
        return ""
    ask = view.tr("frozen.ask", month=formats.month(state.asked, view.lang))
    scope = view.tr("frozen.ask_scope", version=formats.number(view.data_version))
    acts = _button(view.tr("frozen.yes"), "freeze", style="btn p") + _button(view.tr("frozen.cancel"), "cancel")
    told = f'<p><b>{esc(ask)}</b></p><p>{esc(scope)}</p><p class="mx-acts">{acts}</p>'
    return f'<div class="mx-box" role="alertdialog">{told}</div>'


def _button(word: str, act: str, *, style: str = "btn") -> str:
    return f'<button type="button"{attributes(class_=style, data_go=act)}>{esc(word)}</button>'


# ---------------------------------------------------------------- what it does


def _handle(choice: Choice, state: Told, clicked: str) -> None:
    if clicked not in ("ask", "cancel", "freeze"):
        return
    state.said = state.fault = ""
    if clicked == "ask":
        standing = frozen_words.standing(choice.view, choice.view.filters)
        state.asked = choice.days[0] if _may_freeze(choice, standing) else None
    else:
        asked, state.asked = state.asked, None
        if clicked == "freeze" and asked is not None:
            _freeze(choice.view, state, asked)
    st.rerun()


def _freeze(view: View, state: Told, month: date) -> None:
    """Freezes the month as the account that asks, in a child process; the words are those of the command."""
    arguments = ["freeze", f"{month:%Y-%m}", "--as", context.viewer().name, "--lang", view.lang, "--json"]
    with st.spinner(view.tr("frozen.freezing", month=formats.month(month, view.lang))):
        ended = child.run(arguments)
    if ended.code == 0 and ended.result is not None:
        made = ended.result
        n = formats.number(int(made["figures"]))
        state.said = view.tr("frozen.done", month=made["month"], n=n, hash=made["hash"])
    else:
        reason = ended.told.strip().rpartition("\n")[2].removeprefix("Error: ")
        state.fault = view.tr("frozen.fault", reason=cut(reason))
