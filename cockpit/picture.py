"""The one component of the program: shows server-made markup and says what was clicked.

Invariant: markup comes from our own functions, and every value in it went through `esc`; what data says is text,
also in tooltips (`data-tip`). In markup:
`data-go="?…"` (click, Enter) goes to that query string, any other value is returned to the page; `data-top` beside it
brings the head of the page into view, `data-into="key"` the panel that holds the picture of that key;
`<select data-choose>` sends the chosen option's value; `<input data-before="?…&from=">` sends that and its value;
`<form data-send="name">` sends `name?` and its fields, as in a URL;
`<… data-upload="/address">` around an `<input type="file">` sends the chosen file there and then the value `received`;
`<th data-sort="number|text">` sorts its table in the browser by the cells' `data-v`;
`<table data-cells>`: its links are one stop of the tab key, arrows go from cell to cell;
`<input data-filter="id" data-found="{n} …">` hides what in the element `id` does not hold the words (`data-words`,
small letters; groups `data-words-group`, `data-none` where nothing is left), and tells the number to its `role=status`;
`<… data-since="ms" data-pace="1">` runs by itself: what in it has `data-t` says the time that passed (`{t}`, and of
`data-limit` seconds `{left}`, `{over}`), until `data-until`; at pace 0 it stands at `data-passed` (ms);
`<… data-again="20">` returns `again` to the page after so many seconds.
"""

import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from cockpit import context
from cockpit.markup import esc

STATIC = Path(__file__).parent / "static"
__all__ = ["STATIC", "esc", "fetched_once", "picture"]


def fetched_once(name: str) -> str:
    """The script of a component that is the file `name` of STATIC; its default export is the component's.

    Streamlit sends a component's script with every run of every place that shows it: these lines fetch it, once, by
    its digest.
    """
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:16]
    address = f"/app/static/{name}?v={digest}"
    lines = (f"const found = await import(`${{location.origin}}{address}`);", "export default found.default;", "")
    return "\n".join(lines)  # one line alone would be taken for the name of a file


@cache
def _component() -> ComponentRenderer:
    return st.components.v2.component("cockpit_picture", js=fetched_once("picture.js"), isolate_styles=False)


def _follow(key: str) -> None:
    state = st.session_state.get(key)
    target = getattr(state, "go", None)
    if isinstance(target, str) and target.startswith("?"):
        context.follow(target)


def picture(
    markup: str, *, key: str, lang: str | None = None, leave: str | None = None, at: datetime | None = None
) -> str | None:
    """Shows `markup` and returns the `data-go` value that was just clicked, else None.

    A value that begins with "?" has already become the page's URL when the run begins: nothing is left to do.
    `lang` (zh, en) tells the browser the language of the whole page; only the navigation sets it.
    `leave` (an address of this server) makes the browser go there. `at` is the server's moment, by which running times
    (`data-since`) are right also where the browser's clock is not.
    """
    data: dict[str, str | int] = {"markup": markup, "key": key}
    if at:
        data["at"] = round(at.timestamp() * 1000)
    if leave:
        data["leave"] = leave
    if lang:
        data["lang"] = "zh-CN" if lang == "zh" else lang
    result = _component()(key=key, data=data, on_go_change=lambda: _follow(key))
    clicked = result.go
    return clicked if isinstance(clicked, str) else None
