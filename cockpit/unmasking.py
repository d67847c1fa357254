"""The question that opens the originals of one row: why, then the clear values, until the window is closed.

Invariant: what was opened is drawn once and kept nowhere: not in the cache, the page's state, the address or a log; who
asks is asked anew when the answer is given, and the database decides (geo/unmasking.py).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import orjson
import streamlit as st

from cockpit import context, queries
from cockpit.access.current import may
from cockpit.context import View
from cockpit.markup import attributes, esc
from cockpit.picture import STATIC, picture
from geo.errors import StoreUnavailable
from geo.unmasking import LONGEST_PURPOSE, RIGHTS, Opened, UnmaskingFailed, UnmaskingRefused, is_purpose, unmask
from geo.vault import VaultError

OTHER = "other"
NO_CELL = "\u2400"
"""What the name of something begins with that is kept beside the cells of a row, such as its shape."""
_CLICK = re.compile(r"unmask:([0-9]{1,18})")


@dataclass(frozen=True)
class Question:
    """What may be opened on a page: rows of a kind (geo.unmasking), the purposes offered, and its words by key.

    `action`: the word on the button of a row; `row`: what a row is called, by its id.
    """

    kind: str
    action: str
    reasons: tuple[str, ...]
    row: Mapping[int, str] = field(repr=False)


def may_ask(view: View, kind: str) -> bool:
    """Whether the reader has the right; others see masked values and no button."""
    return may(view.viewer, RIGHTS[kind])


def button(view: View, row_id: int, *, action: str, about: str) -> str:
    """The way to the question, in a row's markup."""
    label = view.tr(f"vault.{action}")
    known = attributes(
        class_="unmask", data_go=f"unmask:{row_id}", aria_label=f"{label} · {about}", role="button", tabindex="0"
    )
    return f"<a{known}>{esc(label)}</a>"


def ask(view: View, question: Question, clicked: str | None) -> None:
    """Opens the question of the row that was just clicked, if one was, it is on this page and the reader may ask."""
    found = _CLICK.fullmatch(clicked or "")
    row_id = int(found[1]) if found else 0
    if row_id in question.row and may_ask(view, question.kind):

        def opened() -> None:
            _dialog(view, question, row_id)

        st.dialog(view.tr(f"vault.{question.action}"), width="medium")(opened)()


def _dialog(view: View, question: Question, row_id: int) -> None:
    tr = view.tr
    st.html(STATIC / "unmask.css")
    picture(f'<p class="u-row">{esc(question.row[row_id])}</p>', key="unmask_row")
    with st.form("unmask_form", border=False):
        reason = st.selectbox(
            tr("vault.why"), question.reasons, format_func=lambda one: tr(f"vault.reason_{one}"), key="unmask_reason"
        )
        told = st.text_input(
            tr("vault.why_words"),
            placeholder=tr("vault.why_words_hint"),
            max_chars=LONGEST_PURPOSE // 2,
            key="unmask_words",
        )
        is_asked = st.form_submit_button(tr("vault.open"), type="primary")
    if is_asked:
        picture(_answer(view, question, row_id, reason=reason, told=told.strip()), key="unmask_answer")
    else:
        picture(f'<p class="note">{esc(tr("vault.recorded_note"))}</p>', key="unmask_answer")


def _answer(view: View, question: Question, row_id: int, *, reason: str, told: str) -> str:
    tr = view.tr
    if not is_purpose(told):
        return _said(tr("vault.no_purpose"))
    purpose = told if reason == OTHER else f"{tr(f'vault.reason_{reason}')}：{told}"
    asks = partial(unmask, queries.store(), context.viewer(), view.clock, kind=question.kind)
    return _tried(view, lambda: asks(row_ids=[row_id], purpose=purpose)[0])


def _tried(view: View, opened: Callable[[], Opened]) -> str:
    try:
        return _texts(view, opened())
    except UnmaskingRefused:
        return _said(view.tr("vault.refused"))
    except UnmaskingFailed:
        return _said(view.tr("vault.not_recorded"))
    except VaultError as error:
        return _said(error.message(view.lang))
    except StoreUnavailable:
        return _said(view.tr("common.down_what"))


def _said(sentence: str) -> str:
    return f'<p class="u-refused" role="alert">{esc(sentence)}</p>'


def _texts(view: View, opened: Opened) -> str:
    """The clear texts under their names, and that it was recorded."""
    if not opened.texts:
        return _said(view.tr("vault.nothing_sealed"))
    lines = [(view.tr(f"vault.column_{name}"), text) for name, text in opened.texts.items() if name != "record"]
    if "record" in opened.texts:
        lines += _record(view, opened.texts["record"])
    shown = "".join(f"<dt>{esc(name)}</dt><dd>{esc(text)}</dd>" for name, text in lines)
    return f'<dl class="u-texts">{shown}</dl><p class="note">{esc(view.tr("vault.recorded"))}</p>'


def _record(view: View, text: str) -> list[tuple[str, str]]:
    """A row as received: its filled cells under their headings, or its cells in order."""
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError:
        return [(view.tr("vault.column_record"), text)]
    cells = told.get("cells")
    if isinstance(cells, list):
        return [(view.tr("vault.column_record"), " | ".join(map(str, cells)))]
    named = [(str(name), value) for name, value in told.items() if not str(name).startswith(NO_CELL)]
    return [(name, str(value)) for name, value in named if value not in (None, "")]
